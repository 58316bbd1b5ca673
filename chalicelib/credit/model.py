"""Credit as people see it: the line, a quote with its whole schedule, a plan and what becomes of it.

Amounts in minor units, rates in basis points a year. A quote never changes: its hash is what somebody agrees to.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from fractions import Fraction
from typing import Annotated, Literal

import msgspec

from chalicelib.credit import rate
from chalicelib.credit.plan import LateTerms, Plan
from chalicelib.credit.rate import Repayment
from chalicelib.credit.schedule import Schedule, in_four, monthly
from chalicelib.kernel import money

Kind = Literal["purchase", "cash"]
Wish = Literal["four", "three", "six", "twelve"]
MONTHS: dict[Wish, int] = {"three": 3, "six": 6, "twelve": 12}
VALID = timedelta(minutes=15)
LEAST_PRINCIPAL = 1_200
Amount = Annotated[int, msgspec.Meta(extra_json_schema=money.AMOUNT_SCHEMA)]
Currency = Annotated[str, msgspec.Meta(extra_json_schema=money.CURRENCY_SCHEMA)]
Id = Annotated[str, msgspec.Meta(max_length=64)]


class Price(msgspec.Struct, frozen=True):
    yearly_basis_points: int
    fee_basis_points: int = 0
    """Of what is lent, once."""


PRICES: dict[tuple[Kind, Wish], Price] = {
    ("purchase", "four"): Price(0),
    ("purchase", "three"): Price(600),
    ("purchase", "six"): Price(900),
    ("purchase", "twelve"): Price(1_200),
    ("cash", "three"): Price(900, 50),
    ("cash", "six"): Price(1_000, 100),
    ("cash", "twelve"): Price(1_100, 100),
}
"""What the house asks, where the area's cap allows it; less where it does not."""
LATE_BASIS_POINTS = 500
"""Of what is missing of an instalment: what is asked once it is late, within the area's caps."""
_STEP = 50


class Instalment(msgspec.Struct, frozen=True):
    due_on: date
    amount: int
    principal: int
    interest: int
    fee: int
    paid: int = 0
    late_fee: int = 0
    late_fee_paid: int = 0


class InstalmentQuote(msgspec.Struct, frozen=True):
    """What a plan costs, all of it. `at_once` is taken from the wallet with the purchase: the first instalment."""

    id: str
    kind: Kind
    plan: Wish
    amount: int
    currency: str
    at_once: int
    instalments: tuple[Instalment, ...]
    yearly_basis_points: int
    annual_rate_basis_points: int
    """APR: Directive (EU) 2023/2225, Annex III."""
    interest: int
    fee: int
    total: int
    """All that is paid back, `at_once` included."""
    late_fee_basis_points: int
    most_late_fee_each: int
    most_late_fees: int
    grace_days: int
    withdrawal_days: int
    disclosures: tuple[str, ...]
    rules: str
    """The pack of rules it was made by."""
    created_at: str
    expires_at: str

    @property
    def hash(self) -> str:
        """SHA-256, in hex, of the quote as JSON."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()

    @property
    def lent(self) -> int:
        return self.amount - self.at_once

    @property
    def late_terms(self) -> LateTerms:
        return LateTerms(self.grace_days, self.late_fee_basis_points, self.most_late_fee_each, self.most_late_fees)

    @property
    def begins_on(self) -> date:
        return date.fromisoformat(self.created_at[:10])

    def begun(self) -> Plan:
        """The plan of it, before anything is paid but what is paid at once."""
        return Plan(
            tuple(_schedule(self.plan, self.amount, self.yearly_basis_points, self.fee, self.begins_on)),
            self.yearly_basis_points,
            self.begins_on,
            by_months=self.plan != "four",
        )


def priced(kind: Kind, wish: Wish, amount: int, highest: int, begins_on: date) -> tuple[Price, Schedule, int]:
    """The price, the schedule and the APR: the house's price, or the most that keeps the rate within `highest`."""
    asked = PRICES[kind, wish]

    def of(yearly: int, fee_basis_points: int) -> tuple[Price, Schedule, int]:
        parts = _schedule(wish, amount, yearly, money.part(amount, fee_basis_points), begins_on)
        return Price(yearly, fee_basis_points), parts, annual_rate(wish, parts)

    fee = asked.fee_basis_points if of(0, asked.fee_basis_points)[2] <= highest else 0
    found = of(asked.yearly_basis_points, fee)
    if found[2] <= highest:
        return found
    fits, too_much = 0, asked.yearly_basis_points // _STEP
    while too_much - fits > 1:
        middle = (fits + too_much) // 2
        fits, too_much = (middle, too_much) if of(middle * _STEP, fee)[2] <= highest else (fits, middle)
    return of(fits * _STEP, fee)


def annual_rate(wish: Wish, parts: Schedule) -> int:
    """Of a plan that nothing was paid of yet. What is paid at once was never lent."""
    lent = parts[1:] if wish == "four" else parts
    repaid: list[Repayment] = [(_years(wish, at), one.amount) for at, one in enumerate(lent, 1)]
    return rate.annual(sum(one.principal for one in lent), repaid)


def instalments(plan: Plan) -> tuple[Instalment, ...]:
    return tuple(
        Instalment(one.due_on, one.amount, one.principal, one.interest, one.fee, one.paid, one.late_fee, one.late_paid)
        for one in plan.parts
    )


def offered(kind: Kind) -> tuple[Wish, ...]:
    return tuple(wish for one, wish in PRICES if one == kind)


def _schedule(wish: Wish, amount: int, yearly: int, fee: int, begins_on: date) -> Schedule:
    if wish == "four":
        return in_four(amount, begins_on)
    return monthly(amount, MONTHS[wish], yearly, begins_on, fee)


def _years(wish: Wish, number: int) -> Fraction:
    return Fraction(2 * number, 52) if wish == "four" else Fraction(number, 12)
