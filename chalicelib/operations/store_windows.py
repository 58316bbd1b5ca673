"""Maintenance windows, each written together with what people learn of it."""

from __future__ import annotations

from collections.abc import Iterable

from pynamodb.expressions.update import Action

from chalicelib.cloud_tables import absent, made, writing
from chalicelib.kernel import clock
from chalicelib.operations import store_updates
from chalicelib.operations.model import Announcement
from chalicelib.operations.model_updates import Update
from chalicelib.operations.store import STATUS, AnnouncementItem, get, written

_OVER = ("resolved", "cancelled")


def put(one: Announcement, updates: Iterable[Update]) -> None:
    """With what people learn of it. If it is there, this very call put it and the answer was lost."""

    def together() -> None:
        with writing() as transaction:
            transaction.save(AnnouncementItem(STATUS, one.id, **written(one)), absent())
            for update in updates:
                store_updates.beginning(transaction, update)

    made(together)


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
