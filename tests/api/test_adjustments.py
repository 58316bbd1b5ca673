"""Correcting the books takes two people, moves money once and leaves its traces."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.cases import service as cases
from chalicelib.ledger import audit, chart, folding, history
from chalicelib.ledger import service as ledger
from chalicelib.settlement import adjustments
from tests.api import staff_kit
from tests.api.caller import Caller, Reply, assert_problem
from tests.api.test_reconciliation import colleague
from tests.api.world import Person, World, cheap_passwords, fresh_key
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


@pytest.fixture
def ana(world: World) -> Person:
    return world.customer(1_000)


def wish(account: str, **told: Any) -> dict[str, Any]:
    plain = {"direction": "credit", "amount": 250, "currency": "CNY", "against": "sandbox", "reason": "never heard of"}
    return {"account": account} | plain | told


def propose(by: Caller, account: str, key: str = "", **told: Any) -> Reply:
    return by.post("/v1/adjustments", wish(account, **told), idempotency_key=key or fresh_key())


def decide(by: Caller, adjustment: str, what: str = "approve", key: str = "") -> Reply:
    path = f"/v1/adjustments/{adjustment}/{what}"
    return by.post(path, {"note": "seen"}, **({"idempotency_key": key or fresh_key()} if what == "approve" else {}))


def own_wallet(by: Caller, somebody: Person) -> str:
    """Of whoever proposes: the answer says who that is."""
    return chart.wallet_of(propose(by, somebody.wallet).json["proposed_by"], "CNY")


def test_one_proposes_another_approves_and_only_then_money_moves_once(world: World, ana: Person) -> None:
    one, other = colleague(world), colleague(world)
    proposed = propose(one, ana.wallet)
    assert (proposed.status, proposed.json["status"], ana.available) == (201, "proposed", 1_000)
    approved = [decide(other, proposed.json["id"], key="k") for _ in range(2)]
    assert [reply.status for reply in approved] == [201, 201] and approved[0].raw == approved[1].raw
    assert ana.available == 1_250
    world.deliver()
    assert folding.total(chart.clearing("sandbox", "CNY")) == -1_250
    assert audit.trial_balance().balanced
    shown = other.get(f"/v1/adjustments/{proposed.json['id']}").json
    assert (shown["status"], shown["reason"]) == ("approved", "never heard of")
    assert shown["decided_by"] != shown["proposed_by"]


def test_whoever_proposed_it_cannot_approve_it(world: World, ana: Person) -> None:
    one = colleague(world)
    adjustment = propose(one, ana.wallet).json["id"]
    assert_problem(decide(one, adjustment), 403, "second-person-required")
    assert ana.available == 1_000


def test_a_second_approval_and_one_after_a_decline_move_nothing(world: World, ana: Person) -> None:
    one, other = colleague(world), colleague(world)
    first, second = (propose(one, ana.wallet).json["id"] for _ in range(2))
    assert decide(other, first).status == 201
    assert_problem(decide(other, first), 409, "invalid-state")
    assert decide(one, second, "decline").json["status"] == "declined"
    assert_problem(decide(other, second), 409, "invalid-state")
    assert_problem(decide(other, second, "decline"), 409, "invalid-state")
    assert ana.available == 1_250


def test_a_debit_takes_what_is_there_and_no_more(world: World, ana: Person) -> None:
    one, other = colleague(world), colleague(world)
    much = propose(one, ana.wallet, direction="debit", amount=1_001).json["id"]
    assert_problem(decide(other, much), 409, "insufficient-funds")
    all_of_it = propose(one, ana.wallet, direction="debit", amount=1_000).json["id"]
    assert decide(other, all_of_it).status == 201
    assert ana.available == 0


@pytest.mark.parametrize(
    ("direction", "titles"),
    [
        ("credit", ("We corrected your wallet: ¥2.50 was added", "账务更正：已入账 ¥2.50")),
        ("debit", ("We corrected your wallet: ¥2.50 was taken", "账务更正：已扣除 ¥2.50")),
    ],
)
def test_the_owner_is_told_once_it_is_approved_and_not_before(
    world: World, ana: Person, direction: str, titles: tuple[str, str]
) -> None:
    one, other = colleague(world), colleague(world)
    adjustment = propose(one, ana.wallet, direction=direction).json["id"]
    assert corrections_told(world, ana, "en") == []
    decide(other, adjustment)
    assert (corrections_told(world, ana, "en"), corrections_told(world, ana, "zh")) == ([titles[0]], [titles[1]])


def corrections_told(world: World, somebody: Person, language: str) -> list[str]:
    world.deliver()
    inbox = somebody.phone.get("/v1/me/notices", accept_language=language).json["data"]
    return [notice["title"] for notice in inbox if notice["kind"].startswith("adjustment")]


def test_the_house_puts_right_at_its_own_expense(world: World, ana: Person) -> None:
    one, other = colleague(world), colleague(world)
    adjustment = propose(one, "corrections", direction="debit", amount=90).json["id"]
    assert decide(other, adjustment).status == 201
    assert ledger.head(chart.corrections("CNY")).available == -90
    world.deliver()
    assert folding.total(chart.clearing("sandbox", "CNY")) == -1_000 + 90
    assert audit.trial_balance().balanced
    held = {one["currency"]: one["held"] for one in world.operator.get("/v1/reports/live").json["held"]}
    assert held == {"CNY": 1_000}, "what the house pays for is not less of the customers' money"


def test_a_correction_of_a_merchant_moves_its_allowance_so_no_refund_breaks_its_floor(
    world: World, ana: Person
) -> None:
    one, other = colleague(world), colleague(world)
    payment = ana.pay(1_000).json["id"]
    world.deliver()
    assert ledger.head(world.shop.account).available == 994
    to_the_floor = propose(one, world.shop.account, direction="debit", amount=10_994).json["id"]
    assert decide(other, to_the_floor).status == 201
    assert_problem(world.shop.act(payment, "refunds", {"amount": 1_000}), 409, "merchant-funds-insufficient")
    assert decide(other, propose(one, world.shop.account, amount=1_000).json["id"]).status == 201
    assert world.shop.act(payment, "refunds", {"amount": 1_000}).status == 201
    world.deliver()
    assert ledger.head(world.shop.account).available == -10_000
    assert audit.trial_balance().balanced


def test_a_debit_stops_at_what_refunds_have_drawn_before_they_are_settled(world: World, ana: Person) -> None:
    one, other = colleague(world), colleague(world)
    payment = ana.pay(1_000).json["id"]
    world.deliver()
    assert world.shop.act(payment, "refunds", {"amount": 1_000}).status == 201
    to_the_floor = propose(one, world.shop.account, direction="debit", amount=10_994).json["id"]
    assert_problem(decide(other, to_the_floor), 409, "merchant-funds-insufficient")
    world.deliver()
    assert ledger.head(world.shop.account).available == -6


def test_neither_of_the_two_corrects_their_own_wallet(world: World, ana: Person) -> None:
    one, other = colleague(world), colleague(world)
    mine, other_me = own_wallet(one, ana), own_wallet(other, ana)
    assert_problem(propose(one, mine), 403, "second-person-required")
    for_the_other = propose(one, other_me).json["id"]
    assert_problem(decide(other, for_the_other), 403, "second-person-required")
    assert ledger.head(other_me).available == 0
    assert decide(colleague(world), for_the_other).status == 201


def test_what_is_proposed_for_ones_own_wallet_by_whatever_way_is_not_approved(
    world: World, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = colleague(world), colleague(world)
    mine = own_wallet(one, ana)
    with monkeypatch.context() as before_the_rule:
        before_the_rule.setattr(adjustments, "_check_stranger", lambda *_: None)
        adjustment = propose(one, mine).json["id"]
    assert_problem(decide(other, adjustment), 403, "second-person-required")


def test_nobody_corrects_the_account_of_a_shop_that_they_work_at(world: World, ana: Person) -> None:
    one, other = colleague(world), colleague(world)
    adjustment = propose(other, world.shop.account).json["id"]
    staff_kit.hired(world, ana)
    me = ana.at_work()
    assert_problem(propose(me, world.shop.account), 403, "second-person-required")
    assert_problem(decide(me, adjustment), 403, "second-person-required")
    assert decide(me, propose(one, world.another_shop().account).json["id"]).status == 201
    assert decide(one, adjustment).status == 201


def test_an_approval_resolves_the_case_that_is_about_this_money_and_no_other(world: World, ana: Person) -> None:
    one, other = colleague(world), colleague(world)
    top_up, at = str(history.entries(ana.wallet, None, 1)[0]["movement"]), world.clock.now()
    strangers = world.customer(1_000).wallet
    kinds: tuple[tuple[str, str, dict[str, str | int], str], ...] = (
        ("webhook-quarantine", top_up, {}, "resolved"),
        ("freeze", ana.wallet, {}, "resolved"),
        ("reconciliation-difference", "dif_1", {"our_id": top_up}, "resolved"),
        ("reconciliation-difference", "dif_2", {"our_id": "top_unheard_of"}, "open"),
        ("freeze", strangers, {}, "open"),
    )
    for kind, subject, facts, state in kinds:
        case = cases.open_case(kind, subject, facts, due_at=at, at=at)
        assert decide(other, propose(one, ana.wallet, case_id=case).json["id"]).status == 201
        assert (subject, cases.case(case).state) == (subject, state)


def test_the_houses_own_correction_resolves_a_case_of_that_processor_and_currency(world: World) -> None:
    one, other = colleague(world), colleague(world)
    at = world.clock.now()
    for currency, state in (("CNY", "resolved"), ("HKD", "open")):
        facts: dict[str, str | int] = {"name": "sandbox", "currency": currency}
        case = cases.open_case("clearing-disagrees", "sandbox", facts, due_at=at, at=at, key=currency)
        assert decide(other, propose(one, "corrections", direction="debit", case_id=case).json["id"]).status == 201
        assert cases.case(case).state == state


def test_a_proposal_under_the_same_key_is_the_same_proposal(world: World, ana: Person) -> None:
    one = colleague(world)
    first = propose(one, ana.wallet, "k")
    world.clock.advance(60)
    assert propose(one, ana.wallet, "k").raw == first.raw
    assert_problem(propose(one, ana.wallet, "k", amount=251), 422, "idempotency-key-reused")
    assert len(one.get("/v1/adjustments").json["data"]) == 1


def test_what_cannot_be_adjusted_is_refused(world: World, ana: Person) -> None:
    one = colleague(world)
    assert_problem(propose(one, "sys:fees:CNY"), 422, "invalid-request", "account")
    assert_problem(propose(one, ana.wallet, currency="USD"), 422, "currency-mismatch", "currency")
    assert_problem(propose(one, ana.wallet, against="nobody"), 422, "invalid-request", "against")
    assert_problem(propose(one, ana.wallet, amount=0), 422, "amount-out-of-range", "amount")
    assert_problem(propose(one, ana.wallet, case_id="c"), 422, "invalid-request", "case_id")
    assert_problem(propose(one, chart.wallet_of("nobody", "CNY")), 404, "not-found")
    assert_problem(decide(one, "adj_1"), 404, "not-found")
    assert_problem(decide(one, ana.wallet), 404, "not-found")


def test_both_deeds_and_their_reasons_are_in_the_audit_log(world: World, ana: Person) -> None:
    one, other = colleague(world), colleague(world)
    adjustment = propose(one, ana.wallet).json["id"]
    world.clock.advance(1)
    decide(other, adjustment)
    found = world.operator.get(f"/v1/audit-log?subject={adjustment}").json["data"]
    told = [(entry["action"], entry["reason"], entry["facts"]["amount"]) for entry in found]
    assert told == [("adjustment.approve", "seen", 250), ("adjustment.propose", "never heard of", 250)]
