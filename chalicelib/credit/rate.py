"""The annual percentage rate by the formula of Directive 2008/48/EC, Annex I, as Directive (EU) 2023/2225 keeps it.

The rate X of which what is lent is worth as much as what is paid back: lent = Σ paid ÷ (1 + X)^years. A year is
12 equal months or 52 weeks. Pure; no floats, so it is the same on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

_EXACT = Context(prec=34)
_HIGHEST = Decimal(1_000)
"""A hundred thousand per cent: what is more is told as that."""
_STEPS = 50
"""Halvings of it: far below a hundredth of a per cent."""

Repayment = tuple[Fraction, int]
"""Years after the loan, and minor units."""


def annual(lent: int, repaid: Sequence[Repayment]) -> int:
    """In basis points, rounded half up. `repaid` adds up to `lent` at least; where it is no more, the rate is 0."""
    if sum(amount for _, amount in repaid) < lent:
        raise ValueError("less comes back than was lent")
    low, high = Decimal(0), _HIGHEST
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if _worth(repaid, middle) > lent:
            low = middle
        else:
            high = middle
    return int((high * 10_000).quantize(Decimal(1), ROUND_HALF_UP))


def _worth(repaid: Sequence[Repayment], rate: Decimal) -> Decimal:
    """On the day of the loan. All years are multiples of one part of a year, of which one root is enough."""
    common = math.lcm(*(years.denominator for years, _ in repaid))
    grown = _EXACT.power(1 + rate, Decimal(1) / common)
    return sum((amount / _EXACT.power(grown, int(years * common)) for years, amount in repaid), Decimal(0))
