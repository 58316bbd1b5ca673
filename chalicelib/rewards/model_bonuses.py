"""Bonuses of top-ups: what an offer promises, and how what somebody has of them pays a part of a purchase.

Arithmetic and rules alone. What somebody has lies in lots, one for each top-up; a payment takes from the lot that runs
out soonest first, as far as that lot's share of the purchase allows; a refund gives back in the opposite order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import AmountOutOfRange, CofferError, CurrencyMismatch, InvalidState
from chalicelib.rewards.model import TemplateStatus, Words

MOST_LOTS = 10
"""Lots that one payment takes from."""
LotState = Literal["waiting", "good", "taken-back", "passed-on", "given-up"]
"""`waiting` for its top-up to succeed; `passed-on` to another, since that failed; `taken-back` with its top-up."""
_LOT = "LOT#"


class Offer(msgspec.Struct, frozen=True):
    """All but `status` never changes. Either `bonus_amount`, or `bonus_percent` of the top-up up to `most_bonus`."""

    id: str
    name: Words
    terms: Words
    currency: str
    least_topup: int
    bonus_amount: int | None
    bonus_percent: int | None
    most_bonus: int | None
    budget_count: int
    budget_sum: int
    starts_at: str
    ends_at: str
    """Empty of one that goes on until it is stopped."""
    valid_days: int
    most_share_percent: int
    once_per_person: bool
    created_by: str
    created_at: str
    status: TemplateStatus = "open"

    @property
    def most(self) -> int:
        """What one can cost: the budget reserves it."""
        return self.bonus_amount or self.most_bonus or 0

    @property
    def units(self) -> int:
        """How many the budget is good for."""
        return min(self.budget_count, self.budget_sum // self.most)

    def bonus(self, amount: int) -> int:
        """Of a top-up of `amount`; rounded down."""
        asked = self.most if self.bonus_percent is None else amount * self.bonus_percent // 100
        return min(asked, self.most)

    def is_open(self, at: datetime) -> bool:
        return self.status == "open" and self.begun(at) and not self.is_over(at)

    def begun(self, at: datetime) -> bool:
        return self.starts_at <= clock.written(at)

    def is_over(self, at: datetime) -> bool:
        return bool(self.ends_at) and self.ends_at <= clock.written(at)

    def refusal(self, amount: int, currency: str, at: datetime) -> CofferError | None:
        """What of its own terms forbids it for this top-up. None of it ever changes."""
        if currency != self.currency:
            return CurrencyMismatch(param="bonus_id")
        if amount < self.least_topup or not self.bonus(amount):
            return AmountOutOfRange(param="amount", minimum=self.least_topup)
        if not self.begun(at):
            return InvalidState(state="not-begun")
        return InvalidState(state="over") if self.is_over(at) else None

    def lot(self, owner: str, topup_id: str, amount: int, at: datetime) -> Lot:
        """As promised to whoever begins that top-up at `at`; its time runs from then."""
        until = clock.written(at + timedelta(days=self.valid_days))
        bonus = self.bonus(amount)
        facts = (self.currency, until, ids.derived("bns", topup_id))
        return Lot(owner, *facts, self.id, self.name, topup_id, bonus, bonus, self.most_share_percent)


@dataclass(frozen=True, slots=True)
class Lot:
    """`share`: how much of a purchase bonuses may pay where this one is among them, in percent."""

    owner: str
    currency: str
    until: str
    id: str
    offer: str
    name: Words
    topup: str
    amount: int
    left: int
    share: int
    state: LotState = "waiting"

    @property
    def key(self) -> str:
        """Its sort key: the lots of a currency in the order in which they run out."""
        return f"{_LOT}{self.currency}#{self.until}#{self.id}"

    def is_good(self, at: datetime) -> bool:
        return self.state == "good" and self.left > 0 and clock.written(at) < self.until


Parts = tuple[tuple[str, int], ...]
"""What a payment took: keys of lots, and how much of each; in the order of taking."""


def until_of(key: str) -> str:
    """When the lot with that key runs out."""
    return key.split("#")[2]


def take(lots: Iterable[Lot], wanted: int, amount: int, at: datetime) -> Parts:
    """As much of `wanted` as there is and as may be, of a purchase of `amount`."""
    taken = list[tuple[str, int]]()
    total = 0
    for lot in lots:
        part = min(lot.left, wanted - total, amount * lot.share // 100 - total) if lot.is_good(at) else 0
        if part > 0 and len(taken) < MOST_LOTS:
            taken.append((lot.key, part))
            total += part
    return tuple(taken)


def total(parts: Parts) -> int:
    return sum(part for _, part in parts)


def undo(taken: Parts, before: int, after: int) -> Parts:
    """What goes back to which lots when `before` of what was taken is back already, and then `after`.

    The last that was taken comes back first; parts of all refunds add up exactly.
    """
    found, passed = list[tuple[str, int]](), 0
    for key, part in reversed(taken):
        back = min(after, passed + part) - max(before, passed)
        passed += part
        if back > 0:
            found.append((key, back))
    return tuple(found)


def available(lots: Sequence[Lot], at: datetime) -> int:
    return sum(lot.left for lot in lots if lot.is_good(at))
