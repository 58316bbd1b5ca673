"""Ratios within one run: what disturbs a round disturbs both sides of it, so rounds are compared one by one."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of what ours is to theirs in each round."""
    return median(one / other for one, other in zip(ours, theirs, strict=True))
