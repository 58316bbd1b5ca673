"""The bonus of a card, in lots that run out at different times. Arithmetic alone.

A payment takes the bonus that runs out soonest first, and money last; what is given back of it comes in the opposite
order. So money comes back before any bonus does, and every part comes back whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

MOST_LOTS = 8
FOR_EVER = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Lot:
    """`until`: the first day (UTC) on which it is good no more; `left`, in minor units, is above zero."""

    until: str
    left: int

    def is_good(self, at: datetime) -> bool:
        return at.date().isoformat() < self.until


Lots = tuple[Lot, ...]
"""By the day they run out, the soonest first; no two with the same."""


def total(lots: Iterable[Lot]) -> int:
    return sum(lot.left for lot in lots)


def good(lots: Lots, at: datetime) -> Lots:
    return tuple(lot for lot in lots if lot.is_good(at))


def over(lots: Lots, at: datetime) -> Lots:
    return tuple(lot for lot in lots if not lot.is_good(at))


def more(lots: Lots, lot: Lot) -> Lots:
    """With what `lot` adds, if anything; there may be one more than MOST_LOTS then."""
    amounts = {one.until: one.left for one in lots}
    amounts[lot.until] = amounts.get(lot.until, 0) + lot.left
    return _ordered(amounts.items())


def take(lots: Lots, amount: int, at: datetime) -> tuple[Lots, Lots]:
    """As much of `amount` as there is that is good; and all that is left then, which is over or not."""
    taken, left = list[Lot](), list[Lot]()
    for lot in lots:
        part = min(lot.left, amount - total(taken)) if lot.is_good(at) else 0
        taken += [Lot(lot.until, part)] if part else []
        left += [Lot(lot.until, lot.left - part)] if part < lot.left else []
    return tuple(taken), tuple(left)


def undo(taken: Lots, refundable: int, amount: int) -> tuple[int, Lots]:
    """Of a payment that took `taken` beside money, `amount` of the `refundable` rest: how much money, which bonus.

    The rest is what was taken first: the bonus of `taken` from its beginning, then money.
    """
    before, after = _first(taken, refundable), _first(taken, refundable - amount)
    parts = ((lot.until, lot.left - _of(after, lot.until)) for lot in before)
    lots = _ordered(parts)
    return amount - total(lots), lots


def restore(lots: Lots, back: Lots, at: datetime) -> tuple[Lots, int]:
    """With what comes back and is not over, and how much that was. Where there is no room for one lot more it joins
    the next that runs out later, or the last one, which then runs out as late. What is over stays as it is."""
    restored, now = good(back, at), good(lots, at)
    for lot in restored:
        now = _fitted(now, lot)
    return (*over(lots, at), *now), total(restored)


def without(lots: Lots, amount: int, first: str, at: datetime) -> tuple[int, Lots]:
    """As much of `amount` as there is that is good, first of the lot that runs out on `first`; and the rest."""
    own = tuple(lot for lot in lots if lot.until == first)
    taken, left = take(own, amount, at)
    more_taken, others = take(tuple(lot for lot in lots if lot.until != first), amount - total(taken), at)
    return total(taken) + total(more_taken), _ordered((lot.until, lot.left) for lot in (*left, *others))


def _fitted(lots: Lots, lot: Lot) -> Lots:
    if len(lots) < MOST_LOTS or any(one.until == lot.until for one in lots):
        return more(lots, lot)
    later = next((one for one in lots if one.until > lot.until), None)
    if later is not None:
        return more(lots, Lot(later.until, lot.left))
    return (*lots[:-1], Lot(lot.until, lots[-1].left + lot.left))


def _first(taken: Lots, amount: int) -> Lots:
    found = list[Lot]()
    for lot in taken:
        part = min(lot.left, amount - total(found))
        found += [Lot(lot.until, part)] if part > 0 else []
    return tuple(found)


def _of(lots: Sequence[Lot], until: str) -> int:
    return sum(lot.left for lot in lots if lot.until == until)


def _ordered(amounts: Iterable[tuple[str, int]]) -> Lots:
    return tuple(Lot(until, left) for until, left in sorted(amounts) if left)
