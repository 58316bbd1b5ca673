"""The only source of time and of waiting, replaceable as a whole for tests and simulation.

A moment is a `datetime` in UTC; written down it is RFC 3339 with six digits of a second and `Z`,
so that text sorts as time does.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol

MICROSECOND = timedelta(microseconds=1)


class Clock(Protocol):
    def now(self) -> datetime: ...

    def pause(self, seconds: float) -> None: ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def pause(self, seconds: float) -> None:
        time.sleep(seconds)


_clock: Clock = SystemClock()


def use(clock: Clock) -> Clock:
    """Put `clock` in charge; returns the one it replaces."""
    global _clock
    before, _clock = _clock, clock
    return before


def now() -> datetime:
    return _clock.now()


def pause(seconds: float) -> None:
    _clock.pause(seconds)


@lru_cache(maxsize=32)
def written(moment: datetime) -> str:
    """Four digits of a year, always: `strftime` leaves zeros out, and text would no longer sort as time does."""
    universal = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return universal.isoformat(timespec="microseconds")[:-6] + "Z"


def read(text: str) -> datetime:
    """The moment in RFC 3339 `text`; ValueError if it is none or has no offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs an offset, for instance Z")
    return moment.astimezone(UTC)
