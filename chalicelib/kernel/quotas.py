"""How much more may be asked, as far as anything here knows: noted while a request is answered, told with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quota:
    """Of `most` in `window_seconds`, `left` may still come; more after `seconds`."""

    name: str
    most: int
    window_seconds: int
    left: int
    seconds: int


_known: ContextVar[dict[str, Quota] | None] = ContextVar("quotas", default=None)


def note(quota: Quota) -> None:
    """Nobody is told while no request is being answered."""
    if (known := _known.get()) is not None:
        known[quota.name] = quota


@contextmanager
def of_request() -> Iterator[dict[str, Quota]]:
    """By name, all that is noted in here."""
    known: dict[str, Quota] = {}
    before = _known.set(known)
    try:
        yield known
    finally:
        _known.reset(before)
