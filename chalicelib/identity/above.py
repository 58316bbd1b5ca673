"""What rooms above keep of people. This one does not know them, so they lend what forgets it and what tells of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from chalicelib.kernel.errors import InternalError

Logins = tuple[str, ...]
"""The marks of somebody's names."""
Forget = Callable[[str, Logins, datetime], None]
"""Of a user, by their id and names; may be repeated."""
Told = Callable[[str, Logins], Mapping[str, Any]]
"""Likewise: name of a file in their archive → its content."""

ROOMS = ("disputes", "kyc", "merchants", "payments", "rewards", "credit", "risk")
"""Which keep something."""
_lent: dict[str, tuple[Forget, Told]] = {}


def lend(room: str, forget: Forget, told: Told) -> None:
    """What is asked of this room from now on."""
    _lent[room] = (forget, told)


def forget(user_id: str, logins: Logins, at: datetime) -> None:
    """Raises InternalError where a room has lent nothing: nobody is erased by half."""
    for forget_there, _ in _asked():
        forget_there(user_id, logins, at)


def told(user_id: str, logins: Logins) -> Mapping[str, Any]:
    """Raises InternalError where a room has lent nothing: no archive is half of one."""
    return {name: content for _, told_there in _asked() for name, content in told_there(user_id, logins).items()}


def _asked() -> list[tuple[Forget, Told]]:
    if any(room not in _lent for room in ROOMS):
        raise InternalError()
    return [_lent[room] for room in ROOMS]
