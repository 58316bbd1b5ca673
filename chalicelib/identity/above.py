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

_lent: list[tuple[Forget, Told]] = []


def lend(forget: Forget, told: Told) -> None:
    """What is asked from now on."""
    _lent[:] = [(forget, told)]


def forget(user_id: str, logins: Logins, at: datetime) -> None:
    """Raises InternalError where nobody has lent anything: nobody is erased by half."""
    _asked()[0](user_id, logins, at)


def told(user_id: str, logins: Logins) -> Mapping[str, Any]:
    """Raises InternalError where nobody has lent anything: no archive is half of one."""
    return _asked()[1](user_id, logins)


def _asked() -> tuple[Forget, Told]:
    if not _lent:
        raise InternalError()
    return _lent[0]
