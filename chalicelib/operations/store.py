"""Incidents and maintenance, in the table `cases`: all under one key, the newest last."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from pynamodb.attributes import UnicodeAttribute

from chalicelib.cloud_tables import Table
from chalicelib.kernel import clock
from chalicelib.operations.model import Announcement, Bodies, Capability, Kind, Severity, Titles

STATUS = "STATUS"
_READ_AT_ONCE, _PAGES = 100, 10


class AnnouncementItem(Table):
    setting = "cases_table"
    kind = UnicodeAttribute()
    severity = UnicodeAttribute()
    state = UnicodeAttribute()
    title = UnicodeAttribute()
    body = UnicodeAttribute()
    starts_at = UnicodeAttribute()
    ends_at = UnicodeAttribute(null=True)
    updated_at = UnicodeAttribute()
    capability = UnicodeAttribute(null=True)
    processor = UnicodeAttribute(null=True)


def get(announcement_id: str) -> Announcement | None:
    item = AnnouncementItem.find(STATUS, announcement_id)
    return announcement(item) if item else None


def newest(kind: Kind, position: str | None, limit: int) -> tuple[list[Announcement], str | None]:
    """The newest first, from `position` on; and the position of the next page, None at the end."""
    prefix = {"incident": "inc_", "maintenance": "mnt_"}[kind]
    found, following = AnnouncementItem.newest(STATUS, prefix, position, limit)
    return [announcement(item) for item in found], following


def since(kind: Kind, first: datetime) -> list[Announcement]:
    """All that began from `first` on, the newest first; of the newest thousand. Drafts lie between incidents."""
    found: list[Announcement] = []
    position: str | None = None
    for _ in range(_PAGES):
        page, position = newest(kind, position, _READ_AT_ONCE)
        found += page
        if position is None or page[-1].starts_at < first:
            break
    return found


def written(one: Announcement) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "severity": one.severity,
        "state": one.state,
        "title": msgspec.json.encode(one.title).decode(),
        "body": msgspec.json.encode(one.body).decode(),
        "starts_at": clock.written(one.starts_at),
        "ends_at": clock.written(one.ends_at) if one.ends_at else None,
        "updated_at": clock.written(one.updated_at),
        "capability": one.capability,
        "processor": one.processor,
    }


def announcement(item: AnnouncementItem) -> Announcement:
    return Announcement(
        id=item.sk,
        kind=msgspec.convert(item.kind, Kind),
        severity=msgspec.convert(item.severity, Severity),
        state=item.state,
        title=msgspec.json.decode(item.title, type=Titles),
        body=msgspec.json.decode(item.body, type=Bodies),
        starts_at=clock.read(item.starts_at),
        ends_at=clock.read(item.ends_at) if item.ends_at else None,
        updated_at=clock.read(item.updated_at),
        capability=msgspec.convert(item.capability, Capability) if item.capability else _covered(item.kind),
        processor=item.processor,
    )


def _covered(kind: str) -> Capability | None:
    """Of what was announced before there were capabilities."""
    return "everything" if kind == "maintenance" else None
