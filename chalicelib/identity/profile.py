"""Changing what a person says of themselves; what was overwritten can be had back from the trash."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pynamodb.transactions import TransactWrite

from chalicelib.identity import model, model_trash, service, store_profile, store_sessions, store_trash, trash
from chalicelib.identity.model import ProfileRequest, User
from chalicelib.identity.model_trash import Fields
from chalicelib.kernel.errors import Unavailable

_RACES = 3


def change(user_id: str, wish: ProfileRequest, at: datetime) -> User:
    """Raises NotFound or InvalidRequest."""
    return overwrite(user_id, _changes(wish), at)


def overwrite(user_id: str, changes: Mapping[str, str], at: datetime) -> User:
    """What was there before goes into the trash. Raises NotFound."""
    for _ in range(_RACES):
        if not changes or store_trash.all_or_nothing(lambda transaction: _overwrite(transaction, user_id, changes, at)):
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


def _overwrite(transaction: TransactWrite, user_id: str, changes: Mapping[str, str], at: datetime) -> None:
    before = store_profile.overwriting(transaction, user_id, changes)
    for name, new in changes.items():
        if (old := getattr(before, name)) and old != new:
            shown = old if name == "locale" else model_trash.masked(old)
            trash.keep(user_id, name, shown, {name: old}, at, into=transaction)


def _device_name_back(transaction: TransactWrite, user_id: str, fields: Fields, at: datetime) -> None:
    """What it is called now goes into the trash in its turn. Raises InvalidState if the device is signed out."""
    before = store_sessions.naming(transaction, user_id, fields["session_id"], fields["device_name"])
    if before and before != fields["device_name"]:
        keep_device_name(user_id, fields["session_id"], before, at, into=transaction)


trash.RESTORERS |= {
    "display_name": _overwrite,
    "locale": _overwrite,
    "phrase": _overwrite,
    "device_name": _device_name_back,
}
