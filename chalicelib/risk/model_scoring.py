"""From an event and what is remembered to a score with its reasons; then the event is remembered. Pure."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence

import msgspec

from chalicelib.risk.model_finding import FINDERS, Around
from chalicelib.risk.model_profile import DAY, Profile
from chalicelib.risk.model_rules import MOST_POINTS, OUTCOMES, InForce, Outcome, band, reaches, weaker
from chalicelib.risk.model_seen import Seen

FAILED = "failed"
"""The fact of a reason that was not found: its rule could not be followed."""


class Reason(msgspec.Struct, frozen=True, omit_defaults=True):
    rule: str
    points: int
    facts: dict[str, int] = {}
    shadow: bool = False
    """On trial: it counts for what would have happened, not for what does."""


class Score(msgspec.Struct, frozen=True):
    """`outcome` is what the rules that are on lead to; `would` what all of them would, those on trial too."""

    seen: Seen
    points: int
    weight: int
    outcome: Outcome
    would: Outcome
    reasons: tuple[Reason, ...]

    @property
    def kept(self) -> bool:
        return self.outcome != "allow" or reaches(self.would, "step-up")


Profiles = MutableMapping[str, Profile]


def keys(seen: Seen) -> dict[str, str]:
    """Role → key of whose memory it is. The person's device stands for one that is not named: see `device_of`. Money
    that did not move is in nobody's."""
    if seen.moved_nothing:
        return {}
    found = {
        "person": f"P#{seen.person}" if seen.person else "",
        "peer": f"P#{seen.peer}" if seen.peer and seen.peer != seen.person else "",
        "merchant": f"M#{seen.merchant}" if seen.merchant and seen.kind == "payment" else "",
        "device": f"D#{seen.device}" if seen.device else "",
        "source": f"W#{seen.source}" if seen.source else "",
    }
    return {role: key for role, key in found.items() if key}


def device_of(seen: Seen, person: Profile) -> str:
    """The key of the device that the person was last seen with, within a day; "" if the event names its own."""
    recent = person.device and 0 <= seen.at - person.device_at <= DAY
    return f"D#{person.device}" if recent and not seen.device else ""


def scored(seen: Seen, rules: Sequence[InForce], profiles: Profiles) -> Score:
    """The score, by what `profiles` held before; then they hold the event too, each once."""
    around = _around(seen, profiles)
    found = score(around, rules)
    learn(seen, profiles)
    return found


def learn(seen: Seen, profiles: Profiles) -> None:
    """Each side learns from what the other was before."""
    mine = keys(seen)
    kin = {role: dict(_of(profiles, mine.get(role, "")).kin) for role in ("person", "peer")}
    for role, key in mine.items():
        other = kin["peer" if role == "person" else "person"]
        profiles.setdefault(key, Profile()).learn(seen, role, other)


def score(around: Around, rules: Sequence[InForce]) -> Score:
    reasons = tuple(reason for rule in rules if (reason := _reason(rule, around)))
    weight = around.person.weight
    live = [reason for reason in reasons if not reason.shadow]
    most = {rule.name: rule.rule.most for rule in rules}
    return Score(
        seen=around.seen,
        points=_points(live, weight),
        weight=weight,
        outcome=_outcome(live, most, weight, around.seen),
        would=_outcome(reasons, most, weight, around.seen),
        reasons=reasons,
    )


def _reason(rule: InForce, around: Around) -> Reason | None:
    if rule.mode == "off":
        return None
    shadow = rule.mode == "shadow"
    try:
        facts = FINDERS[rule.name](around, rule.parameters_in(around.seen.currency))
    except (ArithmeticError, LookupError, TypeError, ValueError):
        closed = rule.rule.if_it_fails == "closed"
        return Reason(rule.name, rule.rule.points, {FAILED: 1}, shadow) if closed else None
    return None if facts is None else Reason(rule.name, rule.rule.points, facts, shadow)


def _points(reasons: Sequence[Reason], weight: int) -> int:
    return min(MOST_POINTS, sum(reason.points for reason in reasons) * weight // 100)


def _outcome(reasons: Sequence[Reason], most: Mapping[str, Outcome], weight: int, seen: Seen) -> Outcome:
    """Of a happening nothing is held, and what failed leads to no more than a person who looks."""
    reached: Outcome = "allow"
    for reason in reasons:
        bound = most[reason.rule]
        if FAILED in reason.facts or not seen.is_money:
            bound = "review" if FAILED in reason.facts else weaker(bound, "review")
        reached = max(reached, bound, key=_rank)
    return weaker(band(_points(reasons, weight)), reached)


def _rank(outcome: Outcome) -> int:
    return OUTCOMES.index(outcome)


def _around(seen: Seen, profiles: Mapping[str, Profile]) -> Around:
    mine = keys(seen)
    person = _of(profiles, mine.get("person", ""))
    device = mine.get("device") or device_of(seen, person)
    others = {role: _of(profiles, mine.get(role, "")) for role in ("peer", "merchant", "source")}
    return Around(seen=seen, person=person, device=_of(profiles, device), **others)


def _of(profiles: Mapping[str, Profile], key: str) -> Profile:
    return profiles.get(key) or Profile()
