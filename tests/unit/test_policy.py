"""What the packs allow, and which pack is in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from chalicelib.kernel import money
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.policy import model, service
from chalicelib.policy.model import Action, Jurisdiction, Limits, Pack

AT = datetime(2026, 11, 22, tzinfo=UTC)
ANN = Customer("usr_1", "ses_1", ("wal_1",), 0, 0, "CN")
LOW = Limits(per_movement=10, day=20, month=30, top_up=15, balance=40, step_up_above=5)
HIGH = Limits(per_movement=100, day=200, month=300, top_up=150, balance=400, step_up_above=None)


def pack(name: str, effective_at: datetime, *limits: Limits) -> Pack:
    return Pack(name, effective_at, 300, 7, {"CN": Jurisdiction("CNY")}, {"CNY": limits})


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
    decision = model.decide(pack("p", AT, LOW), "CN", 0, action, amount)
    assert (decision.allowed, decision.reasons) == (not reasons, reasons)


def test_a_tier_above_the_highest_has_the_highests_limits() -> None:
    both = pack("p", AT, LOW, HIGH)
    assert both.limits_of("CN", 0) == LOW
    assert both.limits_of("CN", 1) == both.limits_of("CN", 9) == HIGH


@pytest.mark.parametrize(
    ("action", "amount", "needed"), [("payment", 5, False), ("payment", 6, True), ("top-up", 6, False)]
)
def test_a_step_up_is_asked_for_above_its_threshold_of_what_goes_out(action: Action, amount: int, needed: bool) -> None:
    assert model.decide(pack("p", AT, LOW), "CN", 0, action, amount).step_up is needed


@pytest.mark.parametrize(("risky", "above"), [(False, 5), (True, 3)])
def test_what_is_large_is_told_as_it_is_judged(risky: bool, above: int) -> None:
    rules = structs.replace(pack("p", AT, structs.replace(LOW, step_up_above_at_risk=3)), guardian_above={"CNY": 4})
    told = model.large(rules, "CN", 0, risky=risky)
    assert told == model.Large("CNY", above, 4)
    judged = [model.decide(rules, "CN", 0, "payment", amount, risky=risky).step_up for amount in (above, above + 1)]
    assert judged == [False, True]


def test_without_a_threshold_nothing_is_large() -> None:
    assert model.large(pack("p", AT, HIGH), "CN", 0) == model.Large("CNY", None, None)


def test_without_a_threshold_no_step_up_is_asked_for() -> None:
    assert not model.decide(pack("p", AT, HIGH), "CN", 0, "payment", 100).step_up


def test_the_newest_pack_in_force_wins_from_its_first_moment_on() -> None:
    old, new = pack("old", AT, LOW), pack("new", AT + timedelta(days=1), HIGH)
    moments = [AT - timedelta(days=1), AT, AT + timedelta(days=1, microseconds=-1), AT + timedelta(days=1)]
    assert [model.effective([new, old], moment).id for moment in moments] == ["old", "old", "old", "new"]


def test_a_persons_own_tier_and_jurisdiction_decide() -> None:
    yuan, more = service.decide(ANN, "payment", 100, AT), service.decide(replace(ANN, tier=2), "payment", 100, AT)
    assert yuan.allowed and yuan.limits.day < more.limits.day
    assert yuan.duplicate_window_seconds == 300 and yuan.authorisation_days == 7


def test_an_unknown_jurisdiction_is_refused_by_its_field() -> None:
    assert service.currency_of("CN", AT) == "CNY"
    assert not service.known("ZZ", AT)
    with pytest.raises(InvalidRequest) as refusal:
        service.currency_of("ZZ", AT)
    assert refusal.value.param == "jurisdiction"


@pytest.mark.parametrize("shipped", service.packs(), ids=lambda shipped: shipped.id)
def test_every_pack_is_complete_and_its_limits_make_sense(shipped: Pack) -> None:
    for jurisdiction in shipped.jurisdictions.values():
        assert jurisdiction.currency in money.EXPONENTS
        for tier in shipped.limits[jurisdiction.currency]:
            assert 0 < tier.per_movement <= tier.day <= tier.month
            assert tier.top_up <= tier.balance
            assert tier.per_movement <= money.MAX_AMOUNT


@pytest.mark.parametrize(
    ("action", "amount", "needed"), [("payment", 50, False), ("payment", 51, True), ("top-up", 51, False)]
)
def test_a_guardian_is_needed_above_the_currencys_figure_for_what_goes_out(
    action: Action, amount: int, needed: bool
) -> None:
    guarding = structs.replace(pack("p", AT, HIGH), guardian_above={"CNY": 50})
    assert model.decide(guarding, "CN", 0, action, amount).guardian is needed
    assert not model.decide(pack("p", AT, HIGH), "CN", 0, action, amount).guardian


def test_every_pack_says_from_which_amount_a_guardian_is_needed_in_every_currency() -> None:
    for one in service.packs():
        assert set(one.guardian_above) == set(one.limits) == set(money.EXPONENTS)
