"""A trend: how often something happened in this hour, beside the same hour of the weeks before. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import sqrt
from typing import Any

import msgspec

from chalicelib.kernel import clock
from chalicelib.risk.model_sketch import median_and_deviation

WEEKS = 4
LEAST = 20
"""So few are no trend, whatever was usual."""
DEVIATIONS = 6
_WHATEVER = frozenset({"password-reset", "reveal", "case-opened"})
"""Kinds whose number tells something even where all goes well."""
_LONGEST = 96


class Trend(msgspec.Struct, frozen=True):
    """`now` so far in this hour; `usual` in the same hour of earlier weeks, `bound` from where on it is unusual."""

    now: int
    usual: int
    bound: int

    @property
    def rises(self) -> bool:
        return self.now >= self.bound


def series(told: Mapping[str, Any]) -> str:
    """What it is counted with; "" of what nobody need be warned of. Few of them: no person, no merchant."""
    outcome = str(told.get("outcome", ""))
    if outcome not in ("refused", "failed") and told["kind"] not in _WHATEVER:
        return ""
    return " ".join(filter(None, (told["kind"], outcome, told.get("processor", ""), told.get("reason", ""))))[:_LONGEST]


def hour_of(at: datetime) -> str:
    return clock.written(at)[:13]


def weeks_before(at: datetime) -> list[str]:
    """The same hour of the last weeks."""
    return [hour_of(at - timedelta(weeks=week)) for week in range(1, WEEKS + 1)]


def trend(now: int, earlier: Sequence[int]) -> Trend:
    """An hour that has only begun is held against whole ones: what is beyond those already is so early. It is beyond
    all of them but one, which may have been such an hour itself."""
    middle, deviation = median_and_deviation(earlier)
    bound = max(
        float(LEAST), middle + DEVIATIONS * max(deviation, sqrt(middle)), *(one + 1 for one in sorted(earlier)[:-1])
    )
    return Trend(now, int(middle), int(bound) + (bound > int(bound)))
