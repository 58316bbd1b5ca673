"""Packs of rules: per jurisdiction its currency, per currency and tier the limits, in minor units."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Action = Literal["payment", "transfer", "top-up", "withdrawal"]


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In minor units. `balance` is the most a wallet may hold."""

    per_movement: int
    day: int
    month: int
    top_up: int
    balance: int
    step_up_above: int | None
    """What is large: a movement above this needs a step-up; None: never."""
    step_up_above_at_risk: int | None = None
    """Likewise, in a session that began in an unusual way."""


class Jurisdiction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    currency: str


class Pack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All rules from `effective_at` until the next pack. `limits` are per currency, one for each tier from 0 up."""

    id: str
    effective_at: datetime
    duplicate_window_seconds: int
    authorisation_days: int
    jurisdictions: dict[str, Jurisdiction]
    limits: dict[str, tuple[Limits, ...]]
    guardian_above: dict[str, int] = {}
    """Per currency: a movement of a guarded person above this needs their guardian; without a figure, none does."""

    least_withdrawal: dict[str, int] = {}
    """Per currency, in minor units; without a figure, any amount may leave."""

    def limits_of(self, jurisdiction: str, tier: int) -> Limits:
        """The highest tier stands for all above it. KeyError if the jurisdiction is unknown."""
        tiers = self.limits[self.jurisdictions[jurisdiction].currency]
        return tiers[min(tier, len(tiers) - 1)]

    def needs_guardian(self, jurisdiction: str, amount: int) -> bool:
        above = self.guardian_above.get(self.jurisdictions[jurisdiction].currency)
        return above is not None and amount > above


class Large(msgspec.Struct, frozen=True):
    """What is large for one person: amounts above these, in minor units; None: no amount is."""

    currency: str
    step_up_above: int | None
    """It takes a step-up; less in a session that began in an unusual way."""
    guardian_above: int | None
    """It takes their guardian, if they have one."""


class Decision(msgspec.Struct, frozen=True):
    """What the rules say to one person, action and amount, and the rules that said it."""

    allowed: bool
    reasons: tuple[str, ...]
    """Names of the limits that would be exceeded: per_movement, top_up."""
    step_up: bool
    large: bool
    """What nobody does while they cool off."""
    limits: Limits
    duplicate_window_seconds: int
    authorisation_days: int
    pack: str
    guardian: bool = False
    """Whether a guarded person needs their guardian for it."""


def decide(pack: Pack, jurisdiction: str, tier: int, action: Action, amount: int, *, risky: bool = False) -> Decision:
    limits = pack.limits_of(jurisdiction, tier)
    large = action != "top-up" and _above(amount, limits.step_up_above)
    suspect = risky and action != "top-up" and _above(amount, limits.step_up_above_at_risk)
    ceiling = "top_up" if action == "top-up" else "per_movement"
    reasons = (ceiling,) if amount > getattr(limits, ceiling) else ()
    return Decision(
        allowed=not reasons,
        reasons=reasons,
        step_up=large or suspect,
        large=large,
        limits=limits,
        duplicate_window_seconds=pack.duplicate_window_seconds,
        authorisation_days=pack.authorisation_days,
        pack=pack.id,
        guardian=action != "top-up" and pack.needs_guardian(jurisdiction, amount),
    )


def large(pack: Pack, jurisdiction: str, tier: int, *, risky: bool = False) -> Large:
    limits, currency = pack.limits_of(jurisdiction, tier), pack.jurisdictions[jurisdiction].currency
    at_risk = limits.step_up_above_at_risk if risky else None
    thresholds = [one for one in (limits.step_up_above, at_risk) if one is not None]
    return Large(currency, min(thresholds, default=None), pack.guardian_above.get(currency))


def _above(amount: int, threshold: int | None) -> bool:
    return threshold is not None and amount > threshold


def effective(packs: list[Pack], at: datetime) -> Pack:
    """The newest pack in force at `at`; the oldest one before all."""
    ordered = sorted(packs, key=lambda pack: pack.effective_at)
    begun = [pack for pack in ordered if pack.effective_at <= at]
    return begun[-1] if begun else ordered[0]
