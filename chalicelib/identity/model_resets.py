"""A new password for whoever can read what is sent to the name. No AWS."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from chalicelib.identity.model import AnyPassword, Code, DeviceToken, Identifier, Password

COOLING = timedelta(hours=24)
"""So long after a reset payouts and large payments wait."""

ResetSecret = Annotated[
    str,
    msgspec.Meta(
        min_length=16,
        max_length=128,
        description="Chance, made by the client for this reset and sent again with the code: nobody who does not know "
        "it can replace the code, or use up its tries",
    ),
]

Hints = Annotated[
    tuple[Annotated[str, msgspec.Meta(max_length=254)], ...],
    msgspec.Meta(min_length=1, max_length=10, description="What others may know of its owner: the name, the address"),
]


class ResetRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    identifier: Identifier
    device_token: DeviceToken | None = None
    reset_secret: ResetSecret | None = None


class ResetView(msgspec.Struct, frozen=True):
    status: str


class ConfirmRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    identifier: Identifier
    code: Code
    new_password: Password
    reset_secret: ResetSecret | None = None


class StrengthRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    password: AnyPassword
    hints: Hints | None = None


class StrengthView(msgspec.Struct, frozen=True):
    score: Annotated[int, msgspec.Meta(ge=0, le=4)]
    """From 0, guessed at once, to 4, not in anybody's lifetime."""
    acceptable: bool
    warning: str | None
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A reset whose sessions, codes and notices may not all have been seen to."""

    user_id: str
    login: str
    due_at: datetime
