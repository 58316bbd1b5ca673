"""Incidents in the table `cases`, beside maintenance; under each its history; and what was last heard of each alarm.

STATUS         <incident>                     what is said, and its times
<incident>     HISTORY#<time>#<number>        who did what when, and what was said
ALARM#<name>   ALARM                          rings or not, since when, and what that led to
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib.cloud_tables import Table, absent, made, writing
from chalicelib.kernel import clock
from chalicelib.operations import store, store_pages, store_updates
from chalicelib.operations.model import Bodies
from chalicelib.operations.model_alarms import Known
from chalicelib.operations.model_incidents import Deed, Incident
from chalicelib.operations.model_on_call import Page
from chalicelib.operations.model_updates import Update
from chalicelib.operations.store import STATUS, AnnouncementItem

_HISTORY, _ALARM = "HISTORY#", "ALARM"


class _IncidentItem(AnnouncementItem):
    detected_at = UnicodeAttribute(null=True)
    acknowledged_at = UnicodeAttribute(null=True)
    told_at = UnicodeAttribute(null=True)
    resolved_at = UnicodeAttribute(null=True)
    taken_by = UnicodeAttribute(null=True)
    alarm = UnicodeAttribute(null=True)
    runbook = UnicodeAttribute(null=True)
    page_id = UnicodeAttribute(null=True)
    cause = UnicodeAttribute(null=True)
    remedy = UnicodeAttribute(null=True)
    version = NumberAttribute(null=True)


class _DeedItem(Table):
    setting = "cases_table"
    deed = UnicodeAttribute()


class _AlarmItem(Table):
    setting = "cases_table"
    rings = NumberAttribute()
    changed_at = UnicodeAttribute()
    led_to = UnicodeAttribute(null=True)
    case_at = UnicodeAttribute(null=True)


@dataclass(frozen=True, slots=True)
class Change:
    """All of it or nothing: `seen` is None of a new incident; `now` is None if it only has more history.

    `page` begins to be sent; `answered` (by whom, when) ends the one before. `update` goes to whoever is told.
    """

    now: Incident | None = None
    seen: Incident | None = None
    deed: Deed | None = None
    alarm: tuple[Known, Known | None] | None = None
    page: Page | None = None
    answered: tuple[str, str, datetime] | None = None
    update: Update | None = None


def keep(change: Change) -> bool:
    """False if the incident or the alarm is not as it was seen. The same change again is that change."""

    def together() -> None:
        with writing() as transaction:
            _write(transaction, change)

    return made(together) or bool(change.now and incident(change.now.id) == change.now)


def incident(incident_id: str) -> Incident | None:
    item = _IncidentItem.find(STATUS, incident_id)
    return _incident(item) if item else None


def incidents(position: str | None, limit: int) -> tuple[list[Incident], str | None]:
    """Newest first, from `position` on; and the position of the next page, None at the end."""
    found, following = _IncidentItem.newest(STATUS, "inc_", position, limit)
    return [_incident(item) for item in found], following


def history(incident_id: str, position: str | None, limit: int) -> tuple[list[Deed], str | None]:
    """Newest first."""
    found, following = _DeedItem.newest(incident_id, _HISTORY, position, limit)
    return [msgspec.json.decode(item.deed, type=Deed) for item in found], following


def alarm(name: str) -> Known | None:
    item = _AlarmItem.find(f"{_ALARM}#{name}", _ALARM)
    if item is None:
        return None
    return Known(name, bool(item.rings), clock.read(item.changed_at), item.led_to or "", _moment(item.case_at))


def paged(now: Page, seen: Page, deed: Deed) -> bool:
    """They were told; False if somebody answered meanwhile."""

    def together() -> None:
        with writing() as transaction:
            store_pages.going_on(transaction, now, seen)
            _note(transaction, now.incident_id, deed, now.id)

    return made(together)


def _note(transaction: TransactWrite, incident_id: str, deed: Deed, number: str) -> None:
    place = f"{_HISTORY}{clock.written(deed.at)}#{number}"
    transaction.save(_DeedItem(incident_id, place, deed=msgspec.json.encode(deed).decode()))


def _write(transaction: TransactWrite, change: Change) -> None:
    one = change.now or change.seen
    if change.now:
        transaction.save(_item(change.now), _as_seen(change.seen))
    elif change.seen:
        transaction.condition_check(_IncidentItem, STATUS, change.seen.id, condition=_as_seen(change.seen))
    if one and change.deed:
        _note(transaction, one.id, change.deed, str(change.now.version) if change.now else change.deed.deed)
    if change.alarm:
        _hear(transaction, *change.alarm)
    if change.page:
        store_pages.beginning(transaction, change.page)
    if change.answered:
        store_pages.ending(transaction, *change.answered)
    if change.update:
        store_updates.beginning(transaction, change.update)


def _as_seen(seen: Incident | None) -> Any:
    if seen is None:
        return absent()
    same = _IncidentItem.version == seen.version
    return same if seen.version else _IncidentItem.pk.exists() & _IncidentItem.version.does_not_exist()


def _hear(transaction: TransactWrite, now: Known, seen: Known | None) -> None:
    item = _AlarmItem(f"{_ALARM}#{now.name}", _ALARM, rings=int(now.rings), led_to=now.led_to or None)
    item.changed_at, item.case_at = clock.written(now.changed_at), _written(now.case_at)
    transaction.save(item, _AlarmItem.changed_at == clock.written(seen.changed_at) if seen else absent())


def _item(one: Incident) -> _IncidentItem:
    item = _IncidentItem(STATUS, one.id, **store.written(one.said))
    item.detected_at = clock.written(one.detected_at)
    item.acknowledged_at, item.told_at = _written(one.acknowledged_at), _written(one.told_at)
    item.resolved_at = _written(one.resolved_at)
    item.taken_by, item.alarm = one.taken_by or None, one.alarm or None
    item.runbook, item.page_id = one.runbook or None, one.page_id or None
    item.cause, item.remedy = _said(one.cause), _said(one.remedy)
    item.version = one.version
    return item


def _incident(item: _IncidentItem) -> Incident:
    """One of before incidents had times began when it was told."""
    said = store.announcement(item)
    return Incident(
        said,
        detected_at=_moment(item.detected_at) or said.starts_at,
        acknowledged_at=_moment(item.acknowledged_at),
        told_at=_moment(item.told_at) if item.version else said.starts_at,
        resolved_at=_moment(item.resolved_at),
        taken_by=item.taken_by or "",
        alarm=item.alarm or "",
        runbook=item.runbook or "",
        page_id=item.page_id or "",
        cause=_bodies(item.cause),
        remedy=_bodies(item.remedy),
        version=int(item.version or 0),
    )


def _moment(text: str | None) -> datetime | None:
    return clock.read(text) if text else None


def _written(moment: datetime | None) -> str | None:
    return clock.written(moment) if moment else None


def _said(text: Bodies | None) -> str | None:
    return msgspec.json.encode(text).decode() if text else None


def _bodies(text: str | None) -> Bodies | None:
    return msgspec.json.decode(text, type=Bodies) if text else None
