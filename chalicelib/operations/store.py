"""Incidents and maintenance, in the table `cases`: all under one key, the newest last."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.cloud_tables import Table, absent, made, writing
from chalicelib.kernel import clock
from chalicelib.operations import store_updates
from chalicelib.operations.model import Announcement, Bodies, Capability, Kind, Severity, Titles
from chalicelib.operations.model_updates import Update

STATUS = "STATUS"
_OVER = ("resolved", "cancelled")


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


def put(one: Announcement, updates: Iterable[Update]) -> None:
    """With what people learn of it. If it is there, this very call put it and the answer was lost."""

    def together() -> None:
        with writing() as transaction:
            transaction.save(AnnouncementItem(STATUS, one.id, **written(one)), absent())
            for update in updates:
                store_updates.beginning(transaction, update)

    made(together)


def get(announcement_id: str) -> Announcement | None:
    item = AnnouncementItem.find(STATUS, announcement_id)
    return announcement(item) if item else None


def change(one: Announcement, seen: Announcement, update: Update) -> bool:
    """With what people learn of it. False if it is not as it was seen, or over. The same again is that change."""
    actions: list[Action] = [
        getattr(AnnouncementItem, name).set(value) if value else getattr(AnnouncementItem, name).remove()
        for name, value in written(one).items()
    ]
    as_seen = AnnouncementItem.updated_at == clock.written(seen.updated_at)
    open_still = ~AnnouncementItem.state.is_in(*_OVER)

    def together() -> None:
        with writing() as transaction:
            transaction.update(AnnouncementItem(STATUS, one.id), actions, as_seen & open_still)
            store_updates.beginning(transaction, update)

    return made(together) or get(one.id) == one


def newest(kind: Kind, position: str | None, limit: int) -> tuple[list[Announcement], str | None]:
    """The newest first, from `position` on; and the position of the next page, None at the end."""
    prefix = {"incident": "inc_", "maintenance": "mnt_"}[kind]
    found, following = AnnouncementItem.newest(STATUS, prefix, position, limit)
    return [announcement(item) for item in found], following


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
