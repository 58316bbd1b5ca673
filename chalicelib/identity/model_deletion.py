"""A deleted account: restorable for thirty days by its name and password, then erased."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from chalicelib.identity.model import AnyPassword, DeviceName, DeviceToken, Identifier, User
from chalicelib.identity.model_trash import KEPT

DELETED, RESTORED = "account_deleted", "account_restored"
"""Kinds of the notices that tell of it."""


class DeletionRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    password: AnyPassword


class RestoreRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    identifier: Identifier
    password: AnyPassword
    device_name: DeviceName | None = None
    device_token: DeviceToken | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A person, their account deleted or not."""

    user: User
    deleted_at: datetime | None = None

    def is_restorable(self, at: datetime) -> bool:
        return self.deleted_at is not None and at < self.deleted_at + KEPT


@dataclass(frozen=True, slots=True)
class Ending:
    """What is still to be done about a deletion or its taking back."""

    user_id: str
    logins: tuple[str, ...]
    """The marks of their names."""
    deleted_at: datetime | None
    untold: str
    """The kind of notice that its owner has not been sent yet; "" if there is none."""
