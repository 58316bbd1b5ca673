"""Reminding people, as often as they want and a day after risky changes, to check how they get back in; or never."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib import queues
from chalicelib.identity import store, store_due, store_reminders, telling
from chalicelib.identity.model_preferences import EVERY

SOON = timedelta(days=1)


def soon(user_id: str, at: datetime) -> None:
    """After a risky change: once more tomorrow, whatever was planned."""
    store_reminders.put(user_id, at + SOON)


def remind_due(at: datetime) -> int:
    """Everybody whose time has come; who wants none is not asked again until they do."""
    found = store_due.due(store_reminders.KIND, at)
    return queues.sweep("reminders", found, lambda key: _remind(key[0], at))


def _remind(user_id: str, at: datetime) -> bool:
    due_at = store_reminders.due_at(user_id)
    if due_at is None or due_at > at:
        return False
    user = store.user(user_id)
    if user is None or user.reminders == "never":
        store_reminders.end(user_id)
        return False
    telling.tell(user, "reminder", {}, due_at, once="reminder")
    return store_reminders.move(user_id, due_at, at + EVERY[user.reminders])
