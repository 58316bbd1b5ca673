"""What is remembered of somebody is what they did, and nobody else makes it forgotten."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.risk import model_rules, model_scoring
from chalicelib.risk.model_profile import MOST_RECENT, Profile
from chalicelib.risk.model_rules import InForce
from chalicelib.risk.model_scoring import Score
from chalicelib.risk.model_seen import MONEY, Seen

NOON = 1_796_083_200.0 + 12 * 3_600
EVERY_RULE = tuple(InForce(rule, "on", rule.values({})) for rule in model_rules.RULES)


def seen(number: int, kind: str, at: float, **facts: object) -> Seen:
    return Seen(f"e{number}", kind, at, person="ana", **facts)  # type: ignore[arg-type]


def replayed(events: list[Seen]) -> tuple[list[Score], Mapping[str, Profile]]:
    profiles: dict[str, Profile] = {}
    return [model_scoring.scored(one, EVERY_RULE, profiles) for one in events], profiles


def stranger_out(number: int, at: float) -> Seen:
    return seen(number, "transfer", at, peer="eve", amount=50_000, currency="CNY")


@pytest.mark.parametrize(("outcome", "found"), [("succeeded", True), ("started", False), ("refused", False)])
def test_only_a_reset_that_was_done_counts_as_one(outcome: str, found: bool) -> None:
    scores, _ = replayed([seen(1, "password-reset", NOON, outcome=outcome), stranger_out(2, NOON + 60)])
    assert ([one.rule for one in scores[-1].reasons] == ["reset-then-out"]) is found


@given(st.sampled_from(sorted(MONEY)), st.sampled_from(["refused", "failed"]), st.integers(1, 40))
def test_money_that_did_not_move_is_neither_learnt_nor_scored(kind: str, outcome: str, times: int) -> None:
    events = [
        seen(one, kind, NOON + one, outcome=outcome, amount=99_000, currency="CNY", merchant="shop", device="phone")
        for one in range(times)
    ]
    scores, profiles = replayed(events)
    assert not any(score.reasons for score in scores)
    assert profiles == {}


def test_sign_ins_that_a_stranger_tries_make_no_reset_and_no_money_forgotten() -> None:
    tried = [seen(9 + n, "sign-in", NOON + 5 + n, outcome="refused") for n in range(4 * MOST_RECENT["refused"])]
    begun = [seen(1, "password-reset", NOON), seen(2, "payment", NOON + 2, amount=900, currency="CNY", merchant="shop")]
    scores, profiles = replayed([*begun, *tried, stranger_out(3, NOON + 3_000)])
    assert [one.rule for one in scores[-1].reasons] == ["reset-then-out"]
    kept = profiles["P#ana"].recent
    assert sum(not one.good for one in kept) == MOST_RECENT["refused"]
    assert {"password-reset", "payment", "transfer"} <= {one.kind for one in kept}


def test_no_rule_may_be_told_to_count_more_than_is_remembered() -> None:
    most = {rule.name: rule.parameters["times"].most for rule in model_rules.RULES if "times" in rule.parameters}
    of_money = {"just-below-a-limit", "many-at-once", "refund-abuse"}
    told = {name: high for name, high in most.items() if high > MOST_RECENT["money" if name in of_money else "refused"]}
    assert len(most) == 6 and told == {}
