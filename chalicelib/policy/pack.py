"""What a pack of rules says: one area, one currency, from a date on. Amounts in minor units; shares in basis points.

Each rule stands on a text of law that somebody has read (`verified_at`, `source`), or it is an `example`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from itertools import pairwise
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Action = Literal["payment", "transfer", "top-up", "withdrawal"]
Need = Literal["identity-document", "selfie", "proof-of-address"]
Limit = Literal["per_movement", "day", "month", "year", "balance", "top_up"]
Amount = Annotated[int, Meta(ge=0)]
Days = Annotated[int, Meta(ge=0, le=36_525)]
BasisPoints = Annotated[int, Meta(ge=0, le=100_000)]
Words = Annotated[str, Meta(min_length=1, max_length=400)]


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    article: Words
    title: Words


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A section of a pack. Raises ValueError unless it has exactly one basis."""

    verified_at: date | None = None
    source: Source | None = None
    example: Words | None = None

    def __post_init__(self) -> None:
        verified = self.verified_at is not None and self.source is not None
        partly = self.verified_at is not None or self.source is not None
        if verified != partly or verified == (self.example is not None):
            raise ValueError("a rule is either verified, at a date in a source, or an example")


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`balance` is the most a wallet may hold."""

    per_movement: Amount
    day: Amount
    month: Amount
    year: Amount
    balance: Amount
    top_up: Amount

    def __post_init__(self) -> None:
        if not 0 < self.per_movement <= self.day <= self.month <= self.year or self.top_up > self.balance:
            raise ValueError("a shorter time allows no more than a longer one, a top-up no more than a balance")


class Tier(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`needs`: all that a person has handed in by then."""

    needs: tuple[Need, ...]
    features: tuple[Action, ...]
    limits: Limits


class Tiers(Rule, frozen=True):
    steps: Annotated[tuple[Tier, ...], Meta(min_length=1)]
    """From tier 0 up."""

    def __post_init__(self) -> None:
        super().__post_init__()
        needs = [set(step.needs) for step in self.steps]
        if needs[0] or any(not low <= high for low, high in pairwise(needs)):
            raise ValueError("the lowest tier needs nothing, and each at least what the one below it needs")


class StepUp(Rule, frozen=True):
    """For each tier: a movement above this takes a step-up; None: never. `at_risk`: in a session begun unusually."""

    above: tuple[Amount | None, ...]
    above_at_risk: tuple[Amount | None, ...]


class Codes(Rule, frozen=True):
    """Payments by a shown code."""

    most_without_step_up: Amount


class Duplicates(Rule, frozen=True):
    window_seconds: Annotated[int, Meta(ge=1)]


class Authorisations(Rule, frozen=True):
    days: Annotated[int, Meta(ge=1)]


class Guardian(Rule, frozen=True):
    """A movement of a guarded person above this needs their guardian."""

    above: Amount


class Withdrawals(Rule, frozen=True):
    least: Annotated[int, Meta(ge=1)]


class CoolingOff(Rule, frozen=True):
    """After a password reset; with a first payee; how long a credit agreement may be withdrawn from."""

    after_reset_days: Days
    first_payee_days: Days
    credit_withdrawal_days: Days


class Retention(Rule, frozen=True):
    """How long each kind of record is kept after what it is about has ended."""

    days: Mapping[Literal["movement", "identity-document", "complaint", "audit"], Days]


class Fees(Rule, frozen=True):
    """The most that may be asked of each, in basis points of the amount."""

    most_basis_points: Mapping[Literal["payment", "withdrawal"], BasisPoints]


class Credit(Rule, frozen=True):
    """None as a tier: not offered. `most_principal`: for each tier from 0 up. `disclosures`: names of `texts`."""

    instalments_from_tier: int | None
    cash_loans_from_tier: int | None
    most_principal: tuple[Amount, ...]
    highest_annual_rate_basis_points: BasisPoints
    most_late_fee_per_instalment: Amount
    most_late_fee_in_all: Amount
    grace_days: Days
    withdrawal_days: Days
    disclosures: tuple[str, ...]


class Complaints(Rule, frozen=True):
    """Counted from the complaint, in `business` or `calendar` days."""

    first_answer_days: Days
    final_answer_days: Days
    counted_in: Literal["business", "calendar"]


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    en: Words
    zh: Words


class Texts(Rule, frozen=True):
    """What must be shown, by name."""

    shown: Mapping[str, Text]


class Pack(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All rules of an area, from `effective_at` until its next pack."""

    id: str
    area: Annotated[str, Meta(pattern="^[A-Z]{2}$")]
    jurisdictions: Annotated[tuple[str, ...], Meta(min_length=1)]
    effective_at: Annotated[datetime, Meta(tz=True)]
    currency: str
    tiers: Tiers
    step_up: StepUp
    codes: Codes
    duplicates: Duplicates
    authorisations: Authorisations
    guardian: Guardian
    withdrawals: Withdrawals
    cooling_off: CoolingOff
    retention: Retention
    fees: Fees
    credit: Credit
    complaints: Complaints
    texts: Texts

    def __post_init__(self) -> None:
        per_tier = (self.step_up.above, self.step_up.above_at_risk, self.credit.most_principal)
        if {len(one) for one in per_tier} != {len(self.tiers.steps)}:
            raise ValueError("every tier has its thresholds and its principal")
        if missing := set(self.credit.disclosures) - set(self.texts.shown):
            raise ValueError(f"no such text: {sorted(missing)}")

    def rung(self, tier: int) -> int:
        """The highest tier stands for all above it."""
        return min(tier, len(self.tiers.steps) - 1)

    def tier(self, tier: int) -> Tier:
        return self.tiers.steps[self.rung(tier)]
