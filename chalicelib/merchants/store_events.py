"""Events, in the table `merchants`: each under its own id, and under its merchant in the order of their recording."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.cloud_tables import Table, absent, cut, made, reading
from chalicelib.kernel import clock
from chalicelib.ledger.model import Changed, Leg
from chalicelib.ledger.write import put_once
from chalicelib.merchants import store_due
from chalicelib.merchants.model_events import KEPT, Event, EventType
from chalicelib.merchants.store_due import DueItem
from chalicelib.settings import settings

DUE = "event"
_EVENT, _LISTED = "EVENT", "EVENT#"
_PAGE = 100
_LOOKED_AT = 2_000
"""The most events that one page of the list goes through."""


class _EventItem(DueItem):
    merchant_id = UnicodeAttribute()
    event_type = UnicodeAttribute()
    timestamp = UnicodeAttribute()
    recorded_at = UnicodeAttribute()
    data = UnicodeAttribute()
    expires_at_seconds = NumberAttribute()


class _ListedItem(Table):
    setting = "merchants_table"
    event_type = UnicodeAttribute()
    expires_at_seconds = NumberAttribute()


def put(event: Event) -> Event:
    """Once for each id: the event as it was first recorded, which is in its merchant's list from then on."""
    item = _EventItem(event.id, _EVENT, **_attributes(event))
    first = event if made(lambda: item.save(absent())) else find(event.id) or event
    expires = int((first.recorded_at + KEPT).timestamp())
    listed = _ListedItem(first.merchant_id, _position(first), event_type=first.type, expires_at_seconds=expires)
    made(lambda: listed.save(absent()))
    return first


def putting(event: Event) -> Leg:
    """Recorded inside a transaction of the ledger; the sweep lists it and sends it on."""
    due = {"due_key": store_due.key(DUE, event.id), "due_at": clock.written(event.recorded_at)}
    item = {"pk": event.id, "sk": _EVENT, **_attributes(event), **due}
    return Leg(put_once(settings().merchants_table, item), lambda wired: Changed())


def done(event_id: str) -> None:
    """Nothing is due of it any more."""
    item = _EventItem(event_id, _EVENT)
    made(lambda: item.update([_EventItem.due_key.remove(), _EventItem.due_at.remove()], _EventItem.pk.exists()))


def due(at: datetime) -> list[str]:
    return [event_id for event_id, _, _ in store_due.due(DUE, at, _PAGE)]


def find(event_id: str) -> Event | None:
    item = _EventItem.find(event_id, _EVENT)
    return _event(item) if item else None


def newest(
    merchant_id: str, event_type: str | None, after: str, before: str | None, limit: int
) -> tuple[list[Event], str | None]:
    """Those recorded later than the position `after`, newest first, from `before` on; and the next position."""
    last = before or _LISTED + "~"
    if last < after:
        return [], None
    found = _ListedItem.query(
        merchant_id,
        _ListedItem.sk.between(after, last),
        consistent_read=True,
        scan_index_forward=False,
        page_size=_PAGE,
    )
    chosen: list[_ListedItem] = []
    for looked_at, item in enumerate(found):
        if item.sk in (after, before):
            continue
        if looked_at >= _LOOKED_AT:
            return _events(chosen), last
        if event_type in (None, item.event_type):
            chosen.append(item)
        if len(chosen) > limit:
            page, following = cut(chosen, limit)
            return _events(page), following
        last = item.sk
    return _events(chosen), None


def since(at: datetime) -> str:
    """The position before whatever was recorded from `at` on."""
    return _LISTED + clock.written(at)


def position(event: Event) -> str:
    return _position(event)


def _position(event: Event) -> str:
    return f"{_LISTED}{clock.written(event.recorded_at)}#{event.id}"


def _events(listed: list[_ListedItem]) -> list[Event]:
    if not listed:
        return []
    with reading() as together:
        found = [together.get(_EventItem, item.sk.rpartition("#")[2], _EVENT) for item in listed]
    return [_event(future.get()) for future in found]


def _attributes(event: Event) -> dict[str, Any]:
    return {
        "merchant_id": event.merchant_id,
        "event_type": event.type,
        "timestamp": event.timestamp,
        "recorded_at": clock.written(event.recorded_at),
        "data": event.data,
        "expires_at_seconds": int((event.recorded_at + KEPT).timestamp()),
    }


def _event(item: _EventItem) -> Event:
    recorded_at = clock.read(item.recorded_at)
    return Event(item.pk, item.merchant_id, cast(EventType, item.event_type), item.timestamp, recorded_at, item.data)
