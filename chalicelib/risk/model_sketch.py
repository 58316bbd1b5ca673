"""What is usual, from little memory: a median and its deviation, of which the long ago is slowly forgotten. Pure.

Values fall into buckets of a quarter of an octave (some 19 % wide); each bucket's weight halves with time. In which
order values come makes no difference: what comes late weighs what it would weigh by now.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec

PARTS = 4
"""Buckets of an octave."""
MOST = 40
"""Buckets that are kept, the heaviest."""
_LEAST = 0.01
TO_DEVIATION = 1.4826
"""A median of deviations is this part of the standard deviation of what is normally distributed."""
_NARROWEST = 1.0
"""Of somebody who always pays the same, a bucket more is not unusual yet."""


class Sketch(msgspec.Struct, omit_defaults=True):
    """Weights as of `as_of`, in seconds since 1970."""

    as_of: float = 0.0
    weights: dict[int, float] = {}

    def learn(self, value: int, at: float, half_life: float) -> None:
        if at > self.as_of:
            self._forget(at, half_life)
        bucket = bucket_of(value)
        self.weights[bucket] = self.weights.get(bucket, 0.0) + 0.5 ** ((self.as_of - at) / half_life)
        if len(self.weights) > MOST:
            self.weights.pop(min(self.weights, key=self.weights.__getitem__))

    def total(self, at: float, half_life: float) -> float:
        """How much is remembered."""
        return sum(self.weights.values()) * math.pow(0.5, max(0.0, at - self.as_of) / half_life)

    @property
    def median(self) -> float:
        return _median(self.weights.items())

    @property
    def deviation(self) -> float:
        """In buckets; never less than one."""
        middle = self.median
        apart = _median((abs(bucket - middle), weight) for bucket, weight in self.weights.items())
        return max(_NARROWEST, TO_DEVIATION * apart)

    def beyond(self, value: int) -> float:
        """So many deviations above what is usual; 0 below it, and where nothing is known."""
        if not self.weights:
            return 0.0
        return max(0.0, (bucket_of(value) - self.median) / self.deviation)

    @property
    def usual(self) -> int:
        """The median as an amount."""
        return round(2 ** ((self.median + 0.5) / PARTS)) if self.weights else 0

    def _forget(self, at: float, half_life: float) -> None:
        fade = 0.5 ** ((at - self.as_of) / half_life) if self.as_of else 0.0
        faded = {bucket: weight * fade for bucket, weight in self.weights.items()}
        self.weights = {bucket: weight for bucket, weight in faded.items() if weight >= _LEAST}
        self.as_of = at


def bucket_of(value: int) -> int:
    return math.floor(math.log2(max(1, value)) * PARTS)


def median_and_deviation(values: Iterable[float]) -> tuple[float, float]:
    """Of plain numbers, each with the same weight; (0, 0) of none."""
    known = [(value, 1.0) for value in values]
    middle = _median(known)
    return middle, TO_DEVIATION * _median([(abs(value - middle), weight) for value, weight in known])


def _median(weighted: Iterable[tuple[float, float]]) -> float:
    ordered = sorted(weighted)
    half, gone = sum(weight for _, weight in ordered) / 2, 0.0
    for value, weight in ordered:
        gone += weight
        if gone >= half:
            return float(value)
    return 0.0
