"""How many failures close a name, or a known device, and for how long. No AWS."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

TRIES, WINDOW = 5, timedelta(minutes=15)
LOCK_MINUTES = (2, 5, 15, 60, 240, 1_440)
"""The first lock, the second …; the last one again and again. The sweep, which tells the owner, comes every minute."""
FORGIVEN_AFTER = timedelta(days=1)
"""So long after a lock has ended, the next one is a first one again."""


@dataclass(frozen=True, slots=True)
class Counter:
    """What failures are counted for: a person, or a name that is nobody's (see `store.whose`), or one known device."""

    whose: str
    device: str = ""


@dataclass(frozen=True, slots=True)
class Try:
    """A try that was counted. `oldest`: when the fifth last one was, as it is kept."""

    counter: Counter
    at: datetime
    oldest: str
    locks: int
    """In a row, this one's included."""
    until: datetime | None
    """Until when it closes the counter: it is the fifth within the window."""


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock whose owner waits to be told, of its beginning or its end."""

    counter: Counter
    until: datetime
    due_at: datetime

    def over(self, at: datetime) -> bool:
        return self.until <= at


def lasts(locks_before: int) -> timedelta:
    return timedelta(minutes=LOCK_MINUTES[min(locks_before, len(LOCK_MINUTES) - 1)])


def over_by(until: datetime) -> datetime:
    """The whole minute by which it is over: whoever is told it finds the door open then."""
    return datetime.fromtimestamp(math.ceil(until.timestamp() / 60) * 60, UTC)
