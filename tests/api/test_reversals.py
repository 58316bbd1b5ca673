"""A till ends a charge that is not final, by its id or by its key alone: one outcome, whoever comes first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.ledger import audit, chart, folding, service
from chalicelib.payments import charging
from tests.api.caller import assert_problem
from tests.api.charge_kit import NOBODYS, asked, charge, charged, confirm, reverse, reverse_by_key, shown
from tests.api.test_step_up import LARGE, put_pin, stepped_up
from tests.api.world import Person, World, cheap_passwords
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests

PURSE = 5_000_000


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    cheap_passwords(monkeypatch)
    made = World(clock)
    yield made
    made.deliver()
    assert audit.trial_balance().balanced


@pytest.fixture
def ana(world: World) -> Person:
    person = world.customer(PURSE)
    put_pin(person.phone)
    person.sign_in()
    return person


def over(charge_id: str, given_back: int) -> dict[str, object]:
    return {"charge_id": charge_id, "status": "reversed", "given_back": given_back}


def test_what_was_captured_and_is_not_settled_comes_back_in_full_at_once(world: World, ana: Person) -> None:
    charge_id = charged(world.shop, ana, 2_500)
    replies = [reverse(world.shop, charge_id) for _ in range(2)]
    assert [one.status for one in replies] == [201, 201]
    assert replies[0].raw == replies[1].raw
    assert replies[0].json == over(charge_id, 2_500)
    assert ana.available == PURSE
    seen = world.shop.till.get(f"/v1/payments/{charge_id}").json
    assert (seen["status"], seen["captured"], seen["refunded"]) == ("voided", 0, 0)
    assert asked(world.shop, charge_id).json["status"] == "voided"
    kinds = [one["kind"] for one in ana.phone.get(f"/v1/wallets/{ana.wallet}/entries").json["data"]]
    assert kinds == ["void", "payment", "top-up"]
    world.deliver()
    world.clock.advance(600)
    world.sweep()
    assert service.head(world.shop.account).available == 0
    assert folding.total(chart.settling("CNY")) == folding.total(chart.fees("CNY")) == 0


def test_a_line_of_the_queue_that_comes_after_the_reversal_settles_nothing_and_stops_no_other(
    world: World, ana: Person
) -> None:
    reversed_id, other = charged(world.shop, ana, 2_500), charged(world.shop, ana, 1_000)
    assert reverse(world.shop, reversed_id).status == 201
    world.deliver()
    assert asked(world.shop, other).json["status"] == "captured"
    assert service.head(world.shop.account).available == 1_000 - 6


def test_what_was_held_is_released(world: World, ana: Person) -> None:
    charge_id = charged(world.shop, ana, 2_500, capture="manual")
    assert reverse(world.shop, charge_id).json == over(charge_id, 2_500)
    assert (ana.available, ana.held) == (PURSE, 0)
    assert world.shop.act(charge_id, "capture").json["state"] == "voided"
    assert reverse(world.shop, charge_id).json == over(charge_id, 2_500)


@pytest.mark.parametrize("after", ["settled", "refunded", "partially_refunded", "captured"])
def test_what_is_final_is_refunded_instead(world: World, ana: Person, after: str) -> None:
    held = {"capture": "manual"} if after == "captured" else {}
    charge_id = charged(world.shop, ana, 2_500, **held)
    if after == "settled":
        world.deliver()
    elif after == "captured":
        assert world.shop.act(charge_id, "capture").status == 201
    else:
        world.shop.act(charge_id, "refunds", {"amount": 2_500 if after == "refunded" else 1})
    before = ana.available
    reply = reverse(world.shop, charge_id)
    assert_problem(reply, 409, "invalid-state")
    assert (reply.json["state"], "refund" in reply.json["detail"], ana.available) == (after, True, before)


def test_a_charge_that_waits_is_ended_for_good(world: World, ana: Person) -> None:
    charge_id = charged(world.shop, ana, LARGE)
    assert reverse(world.shop, charge_id).json == over(charge_id, 0)
    stepped_up(ana)
    assert confirm(ana, charge_id).json["state"] == "reversed"
    assert asked(world.shop, charge_id).json["reason"] == "reversed"
    assert reverse(world.shop, charge_id).json == over(charge_id, 0)
    assert ana.available == PURSE


def test_a_charge_that_never_came_is_refused_when_it_comes_and_its_code_stays_good(world: World, ana: Person) -> None:
    code = shown(ana)["code"]
    first, again = (reverse_by_key(world.shop, "lost") for _ in range(2))
    assert (first.status, first.json["given_back"], first.raw) == (201, 0, again.raw)
    for amount in (500, LARGE):
        late = charge(world.shop, code, amount, key="lost")
        assert (late.status, late.json["code"], late.json["state"]) == (409, "invalid-state", "reversed")
    assert charge(world.shop, NOBODYS, key="lost").json["state"] == "reversed"
    assert ana.available == PURSE
    assert charge(world.shop, code, key="found").status == 201


def test_an_answer_that_was_lost_is_reversed_by_its_key_alone(world: World, ana: Person) -> None:
    paid = charge(world.shop, shown(ana)["code"], 2_500, key="paid")
    waits = charge(world.shop, shown(ana)["code"], LARGE, key="waits")
    none = charge(world.shop, NOBODYS, key="refused")
    assert reverse_by_key(world.shop, "paid").json == over(paid.json["id"], 2_500)
    assert reverse_by_key(world.shop, "waits").json == over(waits.json["id"], 0)
    assert (none.status, reverse_by_key(world.shop, "refused").json["given_back"]) == (409, 0)
    assert charge(world.shop, NOBODYS, key="refused").json["code"] == "code-unknown"
    assert ana.available == PURSE


def test_another_merchants_key_of_the_same_name_reverses_nothing(world: World, ana: Person) -> None:
    other = world.another_shop()
    paid = charge(world.shop, shown(ana)["code"], 2_500, key="k").json["id"]
    assert reverse_by_key(other, "k").json["given_back"] == 0
    assert_problem(reverse(other, paid), 404, "not-found")
    assert_problem(reverse(world.shop, ana.pay(700).json["id"]), 404, "not-found")
    assert ana.available == PURSE - 2_500 - 700


def test_a_reversal_and_a_settlement_that_meet_end_in_one_of_them(
    world: World, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    charge_id, commit = charged(world.shop, ana, 2_500), charging.ledger.commit

    def overtaken(*given: object) -> object:
        monkeypatch.setattr(charging.ledger, "commit", commit)
        world.deliver()
        return commit(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(charging.ledger, "commit", overtaken)
    assert reverse(world.shop, charge_id).json["state"] == "settled"
    assert (service.head(world.shop.account).available, ana.available) == (2_500 - 15, PURSE - 2_500)


def test_a_reversed_charge_paid_again_with_another_code_takes_the_money_once(world: World, ana: Person) -> None:
    reverse(world.shop, charged(world.shop, ana, 2_500))
    again = charge(world.shop, shown(ana)["code"], 2_500, confirm_duplicate=True)
    assert (again.status, ana.available) == (201, PURSE - 2_500)
