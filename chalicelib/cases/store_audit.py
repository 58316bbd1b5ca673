"""The table `audit`: only ever added to. Each entry is under its day, in the order of time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec
from pynamodb.attributes import UnicodeAttribute

from chalicelib.cases.model_audit import AuditEntry, Wanted
from chalicelib.cloud_tables import Table
from chalicelib.kernel import clock

_PAGE = 250


class _AuditItem(Table):
    setting = "audit_table"
    who = UnicodeAttribute()
    what = UnicodeAttribute()
    whom = UnicodeAttribute()
    source = UnicodeAttribute()
    facts = UnicodeAttribute()
    sealed = UnicodeAttribute()


def put(entry: AuditEntry, sealed: str) -> None:
    moment = clock.written(entry.at)
    _AuditItem(
        f"AUDIT#{moment[:10]}",
        position(entry),
        who=entry.who,
        what=entry.what,
        whom=entry.whom,
        source=entry.source,
        facts=msgspec.json.encode(entry.facts).decode(),
        sealed=sealed,
    ).keep_new()


def position(entry: AuditEntry) -> str:
    return f"{clock.written(entry.at)}#{entry.id}"


def entry(entry_id: str, at: datetime) -> tuple[AuditEntry, str] | None:
    moment = clock.written(at)
    place = _AuditItem.sk == f"{moment}#{entry_id}"
    found = _AuditItem.query(f"AUDIT#{moment[:10]}", place, consistent_read=True, limit=1)
    return next(((_entry(item), item.sealed) for item in found), None)


def entries(wanted: Wanted, before: str | None, newest_first: bool = True) -> Iterator[tuple[AuditEntry, str]]:
    """Every entry of the period, matching or not, with its seal; newest first from `before` on, or oldest first."""
    if before is not None and before < clock.written(wanted.since):
        return
    for day in wanted.days if newest_first else wanted.days[::-1]:
        if before is None or day <= before[:10]:
            yield from _day(day, wanted.since, before or clock.written(wanted.until), before, newest_first)


def _day(
    day: str, since: datetime, last: str, before: str | None, newest_first: bool
) -> Iterator[tuple[AuditEntry, str]]:
    found = _AuditItem.query(
        f"AUDIT#{day}",
        _AuditItem.sk.between(clock.written(since), last),
        scan_index_forward=not newest_first,
        consistent_read=True,
        page_size=_PAGE,
    )
    yield from ((_entry(item), item.sealed) for item in found if item.sk != before)


def _entry(item: _AuditItem) -> AuditEntry:
    at, _, entry_id = item.sk.partition("#")
    facts = msgspec.json.decode(item.facts)
    return AuditEntry(entry_id, clock.read(at), item.who, item.what, item.whom, item.source, facts)
