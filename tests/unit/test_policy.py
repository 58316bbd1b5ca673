"""What the packs allow, what would lift a no, and which pack is in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.kernel import money
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.policy import model, service
from chalicelib.policy.pack import Action, Limits, Pack
from tests.unit.policy_kit import HIGH, LOW, one_tier, pack, written

AT = datetime(2026, 11, 22, tzinfo=UTC)
ANN = Customer("usr_1", "ses_1", ("wal_1",), 0, 0, "CN")
BOTH = pack("p", AT)


@pytest.mark.parametrize(
    ("action", "amount", "reasons"),
    [
        ("payment", 10, ()),
        ("payment", 11, ("per_movement",)),
        ("transfer", 11, ("per_movement",)),
        ("withdrawal", 11, ("per_movement",)),
        ("top-up", 15, ()),
        ("top-up", 16, ("top_up",)),
    ],
)
def test_an_amount_is_held_against_the_limit_of_its_action(
    action: Action, amount: int, reasons: tuple[str, ...]
) -> None:
    decision = model.decide(BOTH, 0, action, amount)
    assert (decision.allowed, decision.reasons) == (not reasons, reasons)
    assert (decision.lifts is None) == decision.allowed


def test_a_tier_above_the_highest_has_the_highests_limits() -> None:
    assert BOTH.tier(0).limits == Limits(**LOW)
    assert BOTH.tier(1).limits == BOTH.tier(9).limits == Limits(**HIGH)
    assert not model.decide(BOTH, 9, "payment", 11).step_up


@pytest.mark.parametrize(
    ("action", "amount", "needed"), [("payment", 5, False), ("payment", 6, True), ("top-up", 6, False)]
)
def test_a_step_up_is_asked_for_above_its_threshold_of_what_goes_out(action: Action, amount: int, needed: bool) -> None:
    assert model.decide(BOTH, 0, action, amount).step_up is needed


@pytest.mark.parametrize(("risky", "above"), [(False, 5), (True, 3)])
def test_what_is_large_is_told_as_it_is_judged(risky: bool, above: int) -> None:
    assert model.large(BOTH, 0, risky=risky) == model.Large("CNY", above, 4)
    judged = [model.decide(BOTH, 0, "payment", amount, risky=risky).step_up for amount in (above, above + 1)]
    assert judged == [False, True]


def test_without_a_threshold_nothing_is_large() -> None:
    plain = pack("p", AT, **one_tier(HIGH))
    assert model.large(plain, 0) == model.Large("CNY", None, 4)
    assert not model.decide(plain, 0, "payment", 100).step_up


@pytest.mark.parametrize(
    ("action", "amount", "needed"), [("payment", 4, False), ("payment", 5, True), ("top-up", 5, False)]
)
def test_a_guardian_is_needed_above_its_figure_for_what_goes_out(action: Action, amount: int, needed: bool) -> None:
    assert model.decide(BOTH, 0, action, amount).guardian is needed


def test_what_would_lift_a_limit_is_the_lowest_tier_that_allows_it() -> None:
    lifts = model.decide(BOTH, 0, "payment", 100).lifts
    assert lifts and (lifts.tier, lifts.needs) == (1, ("identity-document",))
    assert lifts.more == {name: HIGH[name] - LOW[name] for name in LOW}
    assert model.decide(BOTH, 0, "payment", 101).lifts is None
    assert model.decide(BOTH, 1, "payment", 101).lifts is None


def test_a_feature_that_a_tier_lacks_is_refused_and_lifted_by_the_tier_that_has_it() -> None:
    steps = written("p", AT)["tiers"]["steps"]
    steps[0] = steps[0] | {"features": ["payment"]}
    without = pack("p", AT, tiers={"example": "x", "steps": steps})
    decision = model.decide(without, 0, "withdrawal", 1)
    assert (decision.allowed, decision.reasons) == (False, ("feature",))
    assert decision.lifts and decision.lifts.tier == 1
    refusal = decision.refusal("CNY")
    assert refusal and refusal.params == {"limit": "feature", "maximum": 0, "currency": "CNY"}
    assert model.decide(without, 0, "payment", 1).allowed and model.decide(without, 1, "withdrawal", 1).allowed


def test_the_newest_pack_in_force_wins_from_its_first_moment_on() -> None:
    old, new = pack("old", AT), pack("new", AT + timedelta(days=1))
    moments = [AT - timedelta(days=1), AT, AT + timedelta(days=1, microseconds=-1), AT + timedelta(days=1)]
    assert [model.effective([new, old], moment).id for moment in moments] == ["old", "old", "old", "new"]


def test_a_persons_own_tier_and_jurisdiction_decide() -> None:
    yuan, more = service.decide(ANN, "payment", 100, AT), service.decide(replace(ANN, tier=2), "payment", 100, AT)
    assert yuan.allowed and yuan.limits.day < more.limits.day
    assert yuan.pack == "CN-2025-01"
    assert service.decide(replace(ANN, jurisdiction="IT"), "payment", 1, AT).pack == "EU-2025-01"
    assert yuan.duplicate_window_seconds == 300 and yuan.authorisation_days == 7


def test_an_unknown_jurisdiction_is_refused_by_its_field() -> None:
    assert service.currency_of("CN", AT) == "CNY"
    assert not service.known("ZZ", AT)
    with pytest.raises(InvalidRequest) as refusal:
        service.currency_of("ZZ", AT)
    assert refusal.value.param == "jurisdiction"


@pytest.mark.parametrize("shipped", service.packs(), ids=lambda shipped: shipped.id)
def test_no_pack_allows_more_at_once_than_money_can_be(shipped: Pack) -> None:
    for step in shipped.tiers.steps:
        assert max(step.limits.per_movement, step.limits.top_up) <= money.MAX_AMOUNT


def test_every_currency_has_a_pack() -> None:
    assert {shipped.currency for shipped in service.packs()} == set(money.EXPONENTS)


def test_what_other_rooms_ask_of_a_jurisdiction_is_what_its_pack_says() -> None:
    italy = service.rules("IT", AT)
    assert service.needs_of("IT", 2, AT) == ("identity-document", "proof-of-address")
    assert service.limits_of("IT", service.highest_tier("IT", AT), AT) == italy.tiers.steps[-1].limits
    assert service.credit_of("IT", AT) is italy.credit and service.cooling_off_of("IT", AT) is italy.cooling_off
    assert service.retention_of("IT", AT) is italy.retention and service.complaints_of("IT", AT) is italy.complaints
    assert set(italy.credit.disclosures) <= service.texts_of("IT", AT).keys()
