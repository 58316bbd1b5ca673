"""A breaker: whether a processor is asked, from what it did in the last minutes. Pure; `health` keeps one for each.

closed ──too many of the last asked failed──▶ open ──its pause is over──▶ half-open ──enough probes succeed──▶ closed
                                               ▲                            │ │▲
                                               └───────── one fails ────────┘ └┘ probes that nobody heard of again
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from chalicelib.processors.model_health import Tally

Phase = Literal["closed", "open", "half-open"]
FEWEST_ASKED = 5
"""Fewer say nothing."""
FAILED_SHARE = 0.5
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=8)
MOST_PROBES, PROBES_NEEDED = 3, 2
PROBE_PATIENCE = timedelta(seconds=60)
"""After this, probes that nobody heard of are given up: longer than any request lasts."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """`since`: when this phase began, None before all; `number` counts changes, so that of two at once one is made."""

    phase: Phase = "closed"
    since: datetime | None = None
    openings: int = 0
    """In a row."""
    probes: int = 0
    """Taken in this phase."""
    good: int = 0
    """Of them, what succeeded."""
    number: int = 0

    @property
    def reopens_after(self) -> timedelta:
        doubled = 1 << min(max(self.openings - 1, 0), 10)
        return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)

    @property
    def has_a_probe(self) -> bool:
        return self.phase == "half-open" and self.probes < MOST_PROBES


def looked_at(breaker: Breaker, seen: Tally, at: datetime) -> Breaker:
    """What has become of it by `at`; `seen`: what was asked since it closed, within the window."""
    if breaker.phase == "closed":
        return _opened(breaker, at) if _too_bad(seen) else breaker
    waited = breaker.reopens_after if breaker.phase == "open" else PROBE_PATIENCE
    over = breaker.since is None or at >= breaker.since + waited
    used_up = breaker.phase == "open" or not breaker.has_a_probe
    return _turned(breaker, "half-open", at) if over and used_up else breaker


def probed(breaker: Breaker) -> Breaker | None:
    """One more probe is on its way; None if there is none to take."""
    if not breaker.has_a_probe:
        return None
    return replace(breaker, probes=breaker.probes + 1, number=breaker.number + 1)


def heard(breaker: Breaker, good: bool, at: datetime) -> Breaker:
    """The processor answered, or did not, while it was half-open; in other phases the window tells."""
    if breaker.phase != "half-open":
        return breaker
    if not good:
        return _opened(breaker, at)
    if breaker.good + 1 < PROBES_NEEDED:
        return replace(breaker, good=breaker.good + 1, number=breaker.number + 1)
    return replace(_turned(breaker, "closed", at), openings=0)


def _too_bad(seen: Tally) -> bool:
    return seen.asked >= FEWEST_ASKED and seen.failed >= seen.asked * FAILED_SHARE


def _opened(breaker: Breaker, at: datetime) -> Breaker:
    return replace(_turned(breaker, "open", at), openings=breaker.openings + 1)


def _turned(breaker: Breaker, phase: Phase, at: datetime) -> Breaker:
    return replace(breaker, phase=phase, since=at, probes=0, good=0, number=breaker.number + 1)
