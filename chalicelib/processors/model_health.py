"""How a processor does: what was asked of it in each minute, and how long money took to arrive. No AWS."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.kernel import clock

WINDOW = timedelta(minutes=5)
"""The sliding minutes that a breaker looks at."""
_DAYS = (86_400, 172_800, 259_200, 432_000, 604_800)
BOUNDS = (2, 5, 10, 20, 30, 60, 120, 300, 900, 3600, *_DAYS)
"""Seconds: how long money took is kept as how often it took at most so long."""
FEWEST_ARRIVALS = 5
USUAL_SHARE = 0.75


@dataclass(frozen=True, slots=True)
class Tally:
    """What was asked; of it, what failed by the processor's own fault; how long all answers took together."""

    asked: int = 0
    failed: int = 0
    milliseconds: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.asked + other.asked, self.failed + other.failed, self.milliseconds + other.milliseconds)

    @property
    def success_rate(self) -> float | None:
        """From 0 to 1; None where nothing was asked."""
        return (self.asked - self.failed) / self.asked if self.asked else None

    @property
    def mean_milliseconds(self) -> int | None:
        return self.milliseconds // self.asked if self.asked else None


@dataclass(frozen=True, slots=True)
class Minute:
    """`minute`: `2026-11-22T08:07`, UTC; `method`: a kind of the routing rules."""

    minute: str
    method: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How much arrived, in or out, and within how many seconds; more than the last bound is in none."""

    arrived: int = 0
    within: Mapping[int, int] = field(default_factory=dict)

    def __add__(self, other: Arrivals) -> Arrivals:
        within = {bound: self.within.get(bound, 0) + other.within.get(bound, 0) for bound in BOUNDS}
        return Arrivals(self.arrived + other.arrived, within)

    @property
    def usual_seconds(self) -> int | None:
        """Three of four took at most so long; None where too few arrived to say, or they took longer than a week."""
        if self.arrived < FEWEST_ARRIVALS:
            return None
        return next((bound for bound in BOUNDS if self._so_far(bound) >= self.arrived * USUAL_SHARE), None)

    def _so_far(self, bound: int) -> int:
        return sum(count for other, count in self.within.items() if other <= bound)


def bound_of(seconds: float) -> int | None:
    """The smallest bound that `seconds` does not exceed."""
    return next((bound for bound in BOUNDS if seconds <= bound), None)


def window(minutes: Iterable[Minute], since: datetime | None, at: datetime) -> dict[str, Tally]:
    """By method, the minutes of the window; of those before `since`, and the one it lies in, nothing counts."""
    first = clock.written(at - WINDOW)[:16]
    after = clock.written(since)[:16] if since else ""
    sums: dict[str, Tally] = {}
    for one in minutes:
        if one.minute >= first and one.minute > after:
            sums[one.method] = sums.get(one.method, Tally()) + one.tally
    return sums


def total(tallies: Iterable[Tally]) -> Tally:
    return sum(tallies, Tally())
