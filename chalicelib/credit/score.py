"""How far somebody's own wallet speaks for them: an explainable score, and the limit that follows from it. Pure.

Nothing else is looked at: no name, age, place, contact or device. Each factor says what it is worth and why.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Code = Literal["age", "regular", "payments", "unreversed", "repaid", "late"]
LEAST = 200
"""Points without which there is no line."""
_ALL = 1_000
_ROUND = 100
_TIMES_A_MONTH = 2


class Past(msgspec.Struct, frozen=True):
    """Of the last 180 days, but for `days`: since the wallet's first movement, and the plans, of all times."""

    days: int
    months_with_money_in: int
    """Of the last six."""
    money_in: int
    """Minor units that came in and were not taken out or sent on: top-ups and what others sent, less withdrawals, what
    was sent to others and what was taken back. A loan neither came in nor, taken out, went away."""
    payments: int
    reversals: int
    """Top-ups that were taken back."""
    plans_repaid: int = 0
    late_instalments: int = 0
    plans_lost: int = 0


class Factor(msgspec.Struct, frozen=True):
    """`points` of at most `most`, for a fact that counts so many: days, months, payments, plans …"""

    code: Code
    points: int
    most: int
    counts: int


class Score(msgspec.Struct, frozen=True):
    points: int
    factors: tuple[Factor, ...]


def score(past: Past) -> Score:
    """0 to 1,000. More of what helps never lowers it, more of what hurts never raises it."""
    factors = (
        _helps("age", past.days, 365, 200),
        _helps("regular", past.months_with_money_in, 6, 300),
        _helps("payments", past.payments, 60, 200),
        Factor("unreversed", max(0, 150 - 75 * past.reversals), 150, past.reversals),
        _helps("repaid", past.plans_repaid, 3, 150),
        Factor("late", max(-300, -50 * past.late_instalments), 0, past.late_instalments),
    )
    return Score(max(0, sum(one.points for one in factors)), factors)


def limit(found: Score, past: Past, most: int) -> int:
    """Twice what comes in within a month, by the score, up to `most`; 0: no line."""
    if found.points < LEAST or past.plans_lost:
        return 0
    earned = _TIMES_A_MONTH * past.money_in * found.points // (6 * _ALL)
    return max(0, min(most, earned) // _ROUND * _ROUND)


def _helps(code: Code, counts: int, enough: int, most: int) -> Factor:
    return Factor(code, min(counts, enough) * most // enough, most, counts)
