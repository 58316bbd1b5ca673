"""Changing what a person says of themselves and has chosen; what was overwritten can be had back from the trash."""

from __future__ import annotations

from datetime import datetime

from pynamodb.transactions import TransactWrite

from chalicelib.identity import (
    model,
    model_preferences,
    model_trash,
    service,
    store_profile,
    store_reminders,
    store_sessions,
    store_trash,
    trash,
)
from chalicelib.identity.model import ProfileRequest, User
from chalicelib.identity.model_trash import Fields
from chalicelib.identity.store_profile import Changes
from chalicelib.kernel.errors import Unavailable

_RACES = 3
_PLAIN = ("locale", "ui_mode", "reminders")
"""Words of ours, nothing that anybody typed."""


def change(user_id: str, wish: ProfileRequest, at: datetime) -> User:
    """Raises NotFound or InvalidRequest."""
    changes = _changes(wish)
    return overwrite(user_id, lambda user: changes, at) if changes else service.profile(user_id)


def overwrite(user_id: str, changes: Changes, at: datetime) -> User:
    """What was there before goes into the trash. Raises NotFound, and what `changes` raises."""
    for _ in range(_RACES):
        if store_trash.all_or_nothing(lambda transaction: _overwrite(transaction, user_id, changes, at)):
            return service.profile(user_id)
    raise Unavailable(retry_after_seconds=1)


def keep_device_name(
    user_id: str, session_id: str, device_name: str, at: datetime, into: TransactWrite | None = None
) -> None:
    """How a device was called, before it is called otherwise in the transaction."""
    fields = {"session_id": session_id, "device_name": device_name}
    trash.keep(user_id, "device_name", model_trash.masked(device_name), fields, at, into)


def name_device(user_id: str, session_id: str, device_name: str, at: datetime) -> bool:
    """False if it was named otherwise meanwhile. Raises InvalidState if the device is signed out."""
    fields = {"session_id": session_id, "device_name": device_name}
    return store_trash.all_or_nothing(lambda transaction: _device_name_back(transaction, user_id, fields, at))


def _changes(wish: ProfileRequest) -> dict[str, str]:
    changes = {}
    if wish.display_name is not None:
        changes["display_name"] = model.tidy_name(wish.display_name)
    if wish.locale is not None:
        changes["locale"] = model.language_of(wish.locale)
    return changes


def _overwrite(transaction: TransactWrite, user_id: str, changes: Changes, at: datetime) -> None:
    before, wanted = store_profile.overwriting(transaction, user_id, changes)
    for name, new in wanted.items():
        old = model_preferences.as_kept(before, name)
        if old is not None and old != new:
            trash.keep(user_id, name, _shown(name, old), {name: old}, at, into=transaction)
    if every := model_preferences.EVERY.get(wanted.get("reminders", "")):
        planned = store_reminders.due_at(user_id) or at + every
        transaction.save(store_reminders.reminder_item(user_id, min(planned, at + every)))


def _shown(name: str, old: str) -> str:
    if name == "switched_off":
        return str(len(old.split()))
    return old if name in _PLAIN else model_trash.masked(old)


def _back(transaction: TransactWrite, user_id: str, fields: Fields, at: datetime) -> None:
    """As it was, if the rules of today let it. Raises InvalidState, InvalidRequest."""
    _overwrite(transaction, user_id, lambda user: model_preferences.checked(user, fields), at)


def _device_name_back(transaction: TransactWrite, user_id: str, fields: Fields, at: datetime) -> None:
    """What it is called now goes into the trash in its turn. Raises InvalidState if the device is signed out."""
    before = store_sessions.naming(transaction, user_id, fields["session_id"], fields["device_name"])
    if before and before != fields["device_name"]:
        keep_device_name(user_id, fields["session_id"], before, at, into=transaction)


trash.RESTORERS |= dict.fromkeys((*_PLAIN, "display_name", "phrase", "switched_off"), _back)
trash.RESTORERS |= {"device_name": _device_name_back}
