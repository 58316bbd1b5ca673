"""How the reasons that people write are kept: sealed. The vault is identity's, above this room, which lends it.

A reason may hold whatever somebody typed, so it is treated as personal.
"""

from __future__ import annotations

from collections.abc import Callable

Seal = Callable[[str, str, str], str]
"""Owner, field, text → text; raises InternalError if it was not sealed for this owner and field."""

_lent: dict[str, Seal] = {}


def lend(*, seal: Seal, opened: Seal) -> None:
    """What seals and opens, from now on."""
    _lent.update(seal=seal, opened=opened)


def sealed(owner: str, field: str, plain: str) -> str:
    return _lent["seal"](owner, field, plain)


def opened(owner: str, field: str, text: str) -> str:
    return _lent["opened"](owner, field, text)
