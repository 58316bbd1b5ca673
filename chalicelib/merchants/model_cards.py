"""Plans of prepaid cards: what a merchant offers, for good. Whoever buys gets what they were shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec

from chalicelib.kernel import clock
from chalicelib.kernel.money import MAX_AMOUNT
from chalicelib.merchants.model import Amount, Currency

PlanStatus = Literal["offered", "withdrawn"]
MOST_DAYS = 3650


class NewPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`price` is the principal, which is the customer's money and never runs out; `purchase_fee` is paid on top of it.
    The bonus alone may run out, after `bonus_expires_days` whole days. Nothing is ever charged for giving back."""

    name: Annotated[str, msgspec.Meta(extra_json_schema={"minLength": 1})]
    currency: Currency
    price: Amount
    bonus: Annotated[int, msgspec.Meta(ge=0, le=MAX_AMOUNT)] = 0
    bonus_expires_days: Annotated[int, msgspec.Meta(ge=1, le=MOST_DAYS)] | None = None
    purchase_fee: Annotated[int, msgspec.Meta(ge=0, le=MAX_AMOUNT)] = 0


class PlanView(msgspec.Struct, frozen=True):
    """`bonus_expires_at`: when the bonus of a card that is bought now runs out; null if it never does."""

    id: str
    merchant_id: str
    merchant_name: str
    name: str
    currency: str
    price: int
    bonus: int
    bonus_expires_days: int | None
    bonus_expires_at: str | None
    purchase_fee: int
    status: PlanStatus
    created_at: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All but `status` never changes."""

    id: str
    merchant_id: str
    merchant_name: str
    name: str
    currency: str
    price: int
    bonus: int
    bonus_expires_days: int | None
    purchase_fee: int
    created_at: datetime
    status: PlanStatus = "offered"

    def until(self, at: datetime) -> str | None:
        """The first day (UTC) on which a bonus that is bought now is good no more."""
        if not self.bonus or self.bonus_expires_days is None:
            return None
        return (at.date() + timedelta(days=self.bonus_expires_days + 1)).isoformat()

    def view(self, at: datetime) -> PlanView:
        until = self.until(at)
        return PlanView(
            id=self.id,
            merchant_id=self.merchant_id,
            merchant_name=self.merchant_name,
            name=self.name,
            currency=self.currency,
            price=self.price,
            bonus=self.bonus,
            bonus_expires_days=self.bonus_expires_days,
            bonus_expires_at=f"{until}T00:00:00.000000Z" if until else None,
            purchase_fee=self.purchase_fee,
            status=self.status,
            created_at=clock.written(self.created_at),
        )
