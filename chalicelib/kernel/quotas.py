"""How much more may be asked: token buckets in the memory of one process, and all that is known of it told at the end.

A bucket is a number, the moment at which it is full again (GCRA):
https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_SECOND = 1_000_000_000
"""In nanoseconds, whole ones: nothing is lost to rounding."""
KEPT = 10_000
"""Buckets: some two megabytes. Beyond it the one that was longest left alone is forgotten, which is to say full."""


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


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` at once; an empty bucket is full again after `window_seconds`."""

    name: str
    most: int
    window_seconds: int = 60

    def times(self, factor: int) -> Limit:
        return Limit(self.name, self.most * factor, self.window_seconds)


class Buckets:
    """Not for several threads: a process of Lambda answers one request at a time."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept, self._full_at = kept, OrderedDict[tuple[str, str], int]()

    def __len__(self) -> int:
        return len(self._full_at)

    def clear(self) -> None:
        self._full_at.clear()

    def take(self, limit: Limit, subject: str, at: datetime) -> tuple[bool, Quota]:
        """Whether there was one to take, and what is left then.

        No bucket is full again later than after a window: where one is, the clock was set back, and it counts as full.
        """
        key, now = (limit.name, subject), (at - _EPOCH) // _MICROSECOND * 1_000
        window = limit.window_seconds * _SECOND
        each = window // limit.most
        full_at = max(self._full_at.get(key, now), now)
        if full_at > now + window:
            full_at = now
        taken = full_at + each - now
        if taken > window:
            self._keep(key, full_at)
            return False, _quota(limit, 0, taken - window)
        self._keep(key, full_at + each)
        left, more = divmod(window - taken, each)
        return True, _quota(limit, left, each - more)

    def _keep(self, key: tuple[str, str], full_at: int) -> None:
        self._full_at[key] = full_at
        self._full_at.move_to_end(key)
        if len(self._full_at) > self._kept:
            self._full_at.popitem(last=False)


def _quota(limit: Limit, left: int, nanoseconds: int) -> Quota:
    return Quota(limit.name, limit.most, limit.window_seconds, left, max(1, -(-nanoseconds // _SECOND)))
