"""Coupons: what a template promises and what a coupon takes off a payment. Arithmetic and rules alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec

from chalicelib.kernel import clock
from chalicelib.kernel.categories import Category
from chalicelib.kernel.errors import (
    CofferError,
    CouponElsewhere,
    CouponExpired,
    CouponMinimum,
    CouponNotYet,
    CurrencyMismatch,
    InvalidState,
)

SHARDS = 16
"""Of a template's budget: issues at once rarely meet at one."""
Why = Literal["operator", "offer", "redemption", "compensation"]
State = Literal["active", "used"]
Status = Literal["active", "used", "expired"]
TemplateStatus = Literal["open", "stopped"]


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In both languages."""

    en: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
    zh: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]

    def read_in(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


class Worth(msgspec.Struct, frozen=True):
    """What a coupon takes off, in minor units, and off what. Either `amount_off`, or `percent_off` up to `most_off`."""

    currency: str
    amount_off: int | None
    percent_off: int | None
    most_off: int | None
    minimum_spend: int
    merchant_ids: tuple[str, ...]
    categories: tuple[Category, ...] = ()

    @property
    def most(self) -> int:
        """What it can cost: a budget reserves it."""
        return self.amount_off or self.most_off or 0

    def is_for(self, merchant_id: str, category: Category) -> bool:
        """Whether it is good there: one of its merchants, or what deals in one of its categories."""
        named, dealing = merchant_id in self.merchant_ids, category in self.categories
        return named or dealing or not (self.merchant_ids or self.categories)

    def discount(self, amount: int) -> int:
        """Rounded down, and never more than the amount itself."""
        asked = self.most if self.percent_off is None else amount * self.percent_off // 100
        return min(asked, self.most, amount)


class Template(msgspec.Struct, frozen=True):
    """All but `status` never changes. Times as they are written."""

    id: str
    name: Words
    terms: Words
    worth: Worth
    budget_count: int
    budget_sum: int
    starts_at: str
    ends_at: str
    """Empty where only `valid_days` ends a coupon."""
    valid_days: int | None
    public: bool
    created_by: str
    created_at: str
    status: TemplateStatus = "open"

    @property
    def units(self) -> int:
        """How many coupons the budget is good for."""
        return min(self.budget_count, self.budget_sum // self.worth.most)

    def coupon(self, coupon_id: str, owner: str, why: Why, at: datetime) -> Coupon:
        """As issued at `at`. Raises InvalidState (over)."""
        if self.is_over(at):
            raise InvalidState(state="over")
        begins, until = self.validity(at)
        return Coupon(coupon_id, self.id, owner, self.worth, begins, until, why, clock.written(at))

    def is_over(self, at: datetime) -> bool:
        """Whether a coupon issued now would be good for nothing."""
        return self.validity(at)[1] <= clock.written(at)

    def validity(self, at: datetime) -> tuple[str, str]:
        """From when until when a coupon is good that is issued at `at`."""
        ends = [self.ends_at] if self.ends_at else []
        begins = max(clock.written(at), self.starts_at)
        if self.valid_days is not None:
            ends.append(clock.written(clock.read(begins) + timedelta(days=self.valid_days)))
        return begins, min(ends)


class Coupon(msgspec.Struct, frozen=True):
    """`returned`: what refunds brought back of its discount, in minor units, while it is used."""

    id: str
    template_id: str
    owner: str
    worth: Worth
    valid_from: str
    valid_until: str
    why: Why
    issued_at: str
    state: State = "active"
    payment_id: str = ""
    returned: int = 0

    def status(self, at: datetime) -> Status:
        return "expired" if self.state == "active" and self.valid_until <= clock.written(at) else self.state


class Left(msgspec.Struct, frozen=True):
    """What is left of a template's budget: coupons, and minor units."""

    count: int
    sum: int


def split(units: int) -> list[int]:
    """A budget over its shards, to the last coupon."""
    return [units // SHARDS + (shard < units % SHARDS) for shard in range(SHARDS)]


def refusal(
    coupon: Coupon, merchant_id: str, category: Category, amount: int, currency: str, at: datetime
) -> CofferError | None:
    """What of its own terms forbids using it for this: where, how much, when. None of it ever changes."""
    worth, now = coupon.worth, clock.written(at)
    if currency != worth.currency:
        return CurrencyMismatch(param="coupon_id")
    if not worth.is_for(merchant_id, category):
        return CouponElsewhere(param="coupon_id")
    if amount < worth.minimum_spend:
        return CouponMinimum(param="coupon_id", least=worth.minimum_spend, currency=worth.currency)
    if now < coupon.valid_from:
        return CouponNotYet(param="coupon_id", since=coupon.valid_from)
    return CouponExpired(param="coupon_id", until=coupon.valid_until) if coupon.valid_until <= now else None


def given_back(discount: int, amount: int, before: int, after: int) -> int:
    """What goes back to the promotion of a payment of `amount`, when `before` of it had been refunded and then `after`.

    Parts of all refunds add up to the discount exactly.
    """
    return discount * after // amount - discount * before // amount
