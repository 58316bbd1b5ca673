"""Points: what brings them, what they are worth, when they run out. Arithmetic and rules alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal

import msgspec

from chalicelib.kernel.categories import Category
from chalicelib.kernel.errors import AmountOutOfRange, CofferError, CurrencyMismatch, InvalidRequest, PointsMinimum
from chalicelib.ledger.model import month_after
from chalicelib.ledger.points import REMINDERS
from chalicelib.rewards.model import Words

Kind = Literal["payment", "topup"]
MOST_RULES, MOST_REWARDS, MOST_PROGRAMMES = 20, 20, 20
MOST_MONTHS = 24
"""So many lots, one for each month, fit into an item."""
CategoryOf = Callable[[str, datetime], Category]
"""What a merchant sells, by its id."""


class PointsWorth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many `points` pay `amount` minor units."""

    points: int
    amount: int


class Rule(msgspec.Struct, frozen=True):
    """`points` for every `per_amount` minor units, `times` over. Times as they are written, empty for none."""

    id: str
    kind: Kind
    points: int
    per_amount: int
    times: int
    merchant_ids: tuple[str, ...]
    categories: tuple[Category, ...]
    name: Words
    starts_at: str
    ends_at: str
    created_at: str
    ended_at: str = ""

    def counts(self, kind: Kind, moment: str) -> bool:
        """Of what happened then, whenever one asks: nothing is earned by a rule that did not exist."""
        ends = min(one for one in (self.ends_at, self.ended_at, "~") if one)
        return self.kind == kind and max(self.created_at, self.starts_at) <= moment < ends

    def gives(self, amount: int) -> int:
        return amount * self.points * self.times // self.per_amount


class Reward(msgspec.Struct, frozen=True):
    """A coupon of the template for so many points."""

    template_id: str
    points: int
    created_at: str


class Programme(msgspec.Struct, frozen=True):
    """`version` counts its changes: each goes by what was seen."""

    id: str
    name: Words
    terms: Words
    currency: str
    worth: PointsWorth
    least_points: int
    expire_after_months: int
    created_by: str
    created_at: str
    stopped_at: str = ""
    rules: tuple[Rule, ...] = ()
    rewards: tuple[Reward, ...] = ()
    version: int = 0

    def best(self, kind: Kind, amount: int, merchant_id: str, category: Callable[[], Category], moment: str) -> int:
        """Points by the one rule that gives most: rules do not add up."""
        if self.stopped_at and self.stopped_at <= moment:
            return 0
        fitting = (rule for rule in self.rules if rule.counts(kind, moment) and _fits(rule, merchant_id, category))
        return max((rule.gives(amount) for rule in fitting), default=0)

    def value(self, points: int) -> int:
        """In minor units of what they pay."""
        return points * self.worth.amount // self.worth.points

    def most(self, amount: int) -> int:
        """How many points pay all of `amount`, at most."""
        return amount * self.worth.points // self.worth.amount

    def refusal(self, points: int, amount: int, currency: str) -> CofferError | None:
        """What forbids that so many pay of so much. None of it ever changes."""
        if currency != self.currency:
            return CurrencyMismatch(param="points")
        if points < self.least_points:
            return PointsMinimum(param="points", least=self.least_points)
        if points > self.most(amount):
            return AmountOutOfRange(param="points", maximum=self.most(amount))
        whole = points * self.worth.amount % self.worth.points == 0
        return None if whole else InvalidRequest(param="points")

    def until(self, at: datetime) -> str:
        """The first day on which what is earned then is good no more: its month ends so many months later."""
        return _first_day(at, self.expire_after_months + 1)


def at_least_until(until: str, at: datetime) -> str:
    """What comes back after its time, or shortly before, is good for a month at least."""
    return max(until, _first_day(at + max(REMINDERS), 1))


def _first_day(at: datetime, months: int) -> str:
    for _ in range(months):
        at = month_after(at)
    return at.date().isoformat()


def _fits(rule: Rule, merchant_id: str, category: Callable[[], Category]) -> bool:
    if rule.merchant_ids and merchant_id not in rule.merchant_ids:
        return False
    return not rule.categories or category() in rule.categories
