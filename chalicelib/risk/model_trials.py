"""A trial: what would have happened, had these rules been on. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.risk import model_rules, model_scoring
from chalicelib.risk.model_profile import Profile
from chalicelib.risk.model_rules import InForce, Mode, Outcome, reaches
from chalicelib.risk.model_scores import Label, ReasonView, said
from chalicelib.risk.model_scoring import Score
from chalicelib.risk.model_seen import Seen

LONGEST = timedelta(days=31)
EXAMPLES = 5
Moment = Annotated[str, msgspec.Meta(max_length=40, description="RFC 3339")]


class TriedRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(max_length=40)]
    parameters: Annotated[dict[str, int], msgspec.Meta(max_length=8)] = {}
    mode: Mode = "on"


class TrialRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from", "until": "to"}):
    """Without `rules`: all of them as they are, those on trial as if they were on."""

    since: Moment
    until: Moment
    rules: Annotated[tuple[TriedRule, ...], msgspec.Meta(max_length=20)] = ()


class TriedRuleView(msgspec.Struct, frozen=True):
    """How many scores it would have given a reason for, and what people said of those that there were."""

    name: str
    scores: int
    people: int
    fraud: int
    legitimate: int


class ExampleView(msgspec.Struct, frozen=True):
    at: str
    kind: str
    amount: int
    currency: str
    outcome: Outcome
    reasons: list[ReasonView]


class TrialView(msgspec.Struct, frozen=True):
    """`complete`: whether everybody's wallet was looked at; if not, `wallets` says of how many, each of them until
    `covered_until`. `outcomes`: how many scores would have led to what."""

    since: str
    covered_until: str
    complete: bool
    wallets: int
    looked_at: int
    people: int
    outcomes: dict[str, int]
    rules: list[TriedRuleView]
    examples: list[ExampleView]


def period(wish: TrialRequest, at: datetime) -> tuple[datetime, datetime]:
    """Raises InvalidRequest."""
    found = []
    for param, written in (("from", wish.since), ("to", wish.until)):
        try:
            found.append(clock.read(written))
        except (ValueError, OverflowError) as unreadable:
            raise InvalidRequest(param=param) from unreadable
    since, until = found
    if until <= since or until > at + timedelta(days=1) or until - since > LONGEST:
        raise InvalidRequest(param="to")
    return since, until


def tried(wish: TrialRequest, now: Sequence[InForce]) -> tuple[InForce, ...]:
    """The rules of the trial: those named and no others, or all but those that are off. Raises InvalidRequest."""
    if not wish.rules:
        return tuple(InForce(one.rule, "on", one.parameters, one.version) for one in now if one.mode != "off")
    current, found = {one.name: one for one in now}, []
    for place, each in enumerate(wish.rules):
        one = current.get(each.name)
        if one is None:
            raise InvalidRequest(param=f"rules[{place}].name")
        model_rules.checked(one.rule, each.parameters)
        found.append(InForce(one.rule, each.mode, {**one.parameters, **each.parameters}, one.version))
    return tuple(found)


def replayed(events: Sequence[Seen], since: float, rules: Sequence[InForce]) -> list[Score]:
    """The scores that would have been kept from `since` on; what came before is only learnt."""
    profiles: dict[str, Profile] = {}
    found = []
    for seen in events:
        score = model_scoring.scored(seen, rules, profiles)
        if seen.at >= since and score.would != "allow":
            found.append(score)
    return found


def outcomes(scores: Sequence[Score]) -> dict[str, int]:
    counted = Counter(score.would for score in scores)
    return {outcome: counted[outcome] for outcome in model_rules.OUTCOMES[1:]}


def by_rule(scores: Sequence[Score], rules: Sequence[InForce], labels: Mapping[str, Label]) -> list[TriedRuleView]:
    """`labels`: event → what a person said of its score."""
    found = []
    for rule in rules:
        mine = [score for score in scores if any(reason.rule == rule.name for reason in score.reasons)]
        told = Counter(labels.get(score.seen.id) for score in mine)
        people = len({score.seen.person for score in mine} - {""})
        found.append(TriedRuleView(rule.name, len(mine), people, told["fraud"], told["legitimate"]))
    return found


def examples(scores: Sequence[Score], language: str) -> list[ExampleView]:
    """The gravest."""
    ranked = sorted(scores, key=lambda score: (-model_rules.OUTCOMES.index(score.would), -score.points, score.seen.at))
    return [_example(score, language) for score in ranked[:EXAMPLES] if reaches(score.would, "watch")]


def _example(score: Score, language: str) -> ExampleView:
    from chalicelib.risk.model_seen import moment

    seen = score.seen
    reasons = [ReasonView(one.rule, one.points, said(one, language), one.shadow) for one in score.reasons]
    return ExampleView(clock.written(moment(seen.at)), seen.kind, seen.amount, seen.currency, score.would, reasons)
