"""What the rules say to one person, action and amount; and what would lift it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import msgspec

from chalicelib.kernel.errors import LimitReached
from chalicelib.policy.pack import Action, Limit, Limits, Need, Pack

LIMITS: tuple[Limit, ...] = ("per_movement", "day", "month", "year", "balance", "top_up")


class Large(msgspec.Struct, frozen=True):
    """What is large for one person: amounts above these, in minor units; None: no amount is."""

    currency: str
    step_up_above: int | None
    """It takes a step-up; less in a session that began in an unusual way."""
    guardian_above: int | None
    """It takes their guardian, if they have one."""


class Lift(msgspec.Struct, frozen=True):
    """The lowest tier that would allow it: what is still to be handed in for it, and by how much each limit grows."""

    tier: int
    needs: tuple[Need, ...]
    more: Mapping[str, int]


class Decision(msgspec.Struct, frozen=True):
    """What the rules say to one person, action and amount, and the rules that said it."""

    allowed: bool
    reasons: tuple[str, ...]
    """Names of the limits that would be exceeded: per_movement, top_up; `feature`: not in this tier at all."""
    step_up: bool
    large: bool
    """What nobody does while they cool off."""
    limits: Limits
    duplicate_window_seconds: int
    authorisation_days: int
    action: Action
    amount: int
    tier: int
    rules: Pack
    guardian: bool = False
    """Whether a guarded person needs their guardian for it."""

    @property
    def lifts(self) -> Lift | None:
        """What would allow it; None where it is allowed, or nothing would."""
        return None if self.allowed else self.lifted({})

    @property
    def pack(self) -> str:
        return self.rules.id

    def lifted(self, totals: Mapping[str, int]) -> Lift | None:
        """What would allow it where so much would come to each limit that `totals` names."""

        def allows(tier: int) -> bool:
            limits = self.rules.tier(tier).limits
            enough = all(getattr(limits, limit) >= total for limit, total in totals.items())
            return enough and not _forbids(self.rules, tier, self.action, self.amount)

        return lift(self.rules, self.tier, allows)

    def refusal(self, currency: str) -> LimitReached | None:
        """What is answered where it is not allowed."""
        if self.allowed:
            return None
        (reason,) = self.reasons
        return LimitReached(limit=reason, maximum=getattr(self.limits, reason, 0), currency=currency, lifts=self.lifts)


def decide(pack: Pack, tier: int, action: Action, amount: int, *, risky: bool = False) -> Decision:
    limits, rung = pack.tier(tier).limits, pack.rung(tier)
    large = action != "top-up" and _above(amount, pack.step_up.above[rung])
    suspect = risky and action != "top-up" and _above(amount, pack.step_up.above_at_risk[rung])
    reason = _forbids(pack, tier, action, amount)
    return Decision(
        allowed=not reason,
        reasons=(reason,) if reason else (),
        step_up=large or suspect,
        large=large,
        limits=limits,
        duplicate_window_seconds=pack.duplicates.window_seconds,
        authorisation_days=pack.authorisations.days,
        action=action,
        amount=amount,
        tier=tier,
        rules=pack,
        guardian=action != "top-up" and amount > pack.guardian.above,
    )


def _forbids(pack: Pack, tier: int, action: Action, amount: int) -> str:
    """The name of the limit, or `feature`; nothing where nothing does."""
    if action not in pack.tier(tier).features:
        return "feature"
    ceiling = "top_up" if action == "top-up" else "per_movement"
    return ceiling if amount > getattr(pack.tier(tier).limits, ceiling) else ""


def lift(pack: Pack, tier: int, allows: Callable[[int], bool]) -> Lift | None:
    """To the lowest tier above `tier` that `allows`, if one does."""
    found = next((higher for higher in range(tier + 1, len(pack.tiers.steps)) if allows(higher)), None)
    if found is None:
        return None
    now, then = pack.tier(tier), pack.tier(found)
    needs = tuple(need for need in then.needs if need not in now.needs)
    grown: dict[str, int] = {one: getattr(then.limits, one) - getattr(now.limits, one) for one in LIMITS}
    return Lift(found, needs, grown)


def large(pack: Pack, tier: int, *, risky: bool = False) -> Large:
    rung = pack.rung(tier)
    at_risk = pack.step_up.above_at_risk[rung] if risky else None
    thresholds = [one for one in (pack.step_up.above[rung], at_risk) if one is not None]
    return Large(pack.currency, min(thresholds, default=None), pack.guardian.above)


def _above(amount: int, threshold: int | None) -> bool:
    return threshold is not None and amount > threshold


def effective(packs: Iterable[Pack], at: datetime) -> Pack:
    """Of one area's: the newest pack in force at `at`; the oldest one before all."""
    ordered = sorted(packs, key=lambda pack: pack.effective_at)
    begun = [pack for pack in ordered if pack.effective_at <= at]
    return begun[-1] if begun else ordered[0]
