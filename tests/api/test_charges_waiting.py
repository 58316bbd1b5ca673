"""Charges that wait for their customer: a yes pays once, a no or five minutes end them for good."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.kernel.errors import CodeOver
from chalicelib.ledger import audit
from chalicelib.payments import charging, tasks
from tests.api.caller import assert_problem
from tests.api.charge_kit import asked, charge, charged, confirm, decline, shown
from tests.api.test_guardians import LARGE as FOR_A_GUARDIAN
from tests.api.test_guardians import bound, decide, refused
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
    assert audit.trial_balance().balanced


@pytest.fixture
def ana(world: World) -> Person:
    person = world.customer(PURSE)
    put_pin(person.phone)
    person.sign_in()
    return person


def state(world: World, charge_id: str) -> tuple[str, str | None]:
    found = asked(world.shop, charge_id).json
    return found["status"], found.get("reason")


def test_what_is_large_waits_and_is_paid_once_on_the_customers_yes(world: World, ana: Person) -> None:
    code = shown(ana)
    first, again = (charge(world.shop, code["code"], LARGE, key="k") for _ in range(2))
    assert (first.status, first.json["status"], first.headers["retry-after"]) == (202, "waiting", "2")
    assert (again.status, again.raw, again.headers["idempotent-replayed"]) == (202, first.raw, "true")
    charge_id, seen = first.json["id"], ana.phone.get(f"/v1/payment-codes/{code['id']}").json
    assert (seen["status"], seen["charge"]) == ("used", first.json)
    assert (asked(world.shop, charge_id).headers["retry-after"], ana.available) == ("2", PURSE)
    assert_problem(confirm(ana, charge_id), 403, "step-up-required")
    assert state(world, charge_id) == ("waiting", None)
    stepped_up(ana)
    paid, repeated = (confirm(ana, charge_id) for _ in range(2))
    assert (paid.status, paid.json["id"], paid.json["amount"]) == (201, charge_id, LARGE)
    assert (repeated.raw, repeated.headers["idempotent-replayed"]) == (paid.raw, "true")
    assert (state(world, charge_id), ana.available) == (("captured", None), PURSE - LARGE)
    assert charge(world.shop, code["code"], LARGE, key="k").raw == first.raw
    world.deliver()
    assert world.shop.till.get(f"/v1/payments/{charge_id}").json["status"] == "captured"


def test_a_fresh_step_up_before_the_code_was_shown_says_yes_to_no_amount(world: World, ana: Person) -> None:
    stepped_up(ana)
    assert charge(world.shop, shown(ana)["code"], LARGE).status == 202


def test_a_repetition_that_comes_too_late_for_its_code_is_told_that_it_waits(
    world: World, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its transaction fails by a code that has run out; before the refusal is kept, the first delivery is through."""
    code, refuse, first = shown(ana)["code"], charging.ledger.refuse, []

    def overtaken(*given: Any) -> Any:
        if given[0] is None or not isinstance(given[2], CodeOver):
            return refuse(*given)
        monkeypatch.setattr(charging.ledger, "refuse", refuse)
        world.clock.advance(-2)
        first.append(charge(world.shop, code, LARGE, key="k"))
        return refuse(*given)

    monkeypatch.setattr(charging.ledger, "refuse", overtaken)
    world.clock.advance(61)
    late = charge(world.shop, code, LARGE, key="k")
    assert (late.status, late.raw) == (202, first[0].raw)
    assert state(world, late.json["id"]) == ("waiting", None)


def test_a_no_is_for_good(world: World, ana: Person) -> None:
    charge_id = charged(world.shop, ana, LARGE)
    replies = [decline(ana, charge_id) for _ in range(2)]
    assert {(one.status, one.json["status"], one.json["reason"]) for one in replies} == {(200, "refused", "declined")}
    stepped_up(ana)
    late = confirm(ana, charge_id)
    assert_problem(late, 409, "invalid-state")
    assert (late.json["state"], state(world, charge_id)) == ("declined", ("refused", "declined"))
    assert ana.available == PURSE


def test_a_no_after_the_yes_changes_nothing(world: World, ana: Person) -> None:
    charge_id = charged(world.shop, ana, LARGE)
    stepped_up(ana)
    assert confirm(ana, charge_id).status == 201
    assert decline(ana, charge_id).json["state"] == "captured"
    assert ana.available == PURSE - LARGE


@pytest.mark.parametrize("first", ["the till asks", "the customer says yes", "the customer says no"])
def test_after_five_minutes_it_is_refused_for_good_whoever_looks_first(world: World, ana: Person, first: str) -> None:
    charge_id = charged(world.shop, ana, LARGE)
    world.clock.advance(299)
    assert state(world, charge_id) == ("waiting", None)
    stepped_up(ana)
    world.clock.advance(1)
    if first == "the customer says yes":
        assert confirm(ana, charge_id).json["state"] == "expired"
    elif first == "the customer says no":
        assert decline(ana, charge_id).json["state"] == "expired"
    assert state(world, charge_id) == ("refused", "expired")
    assert confirm(ana, charge_id).json["state"] == "expired"
    assert ana.available == PURSE


def test_a_yes_by_a_clock_that_is_slow_does_not_undo_what_the_till_was_told(world: World, ana: Person) -> None:
    charge_id = charged(world.shop, ana, LARGE)
    stepped_up(ana)
    world.clock.advance(300)
    assert state(world, charge_id) == ("refused", "expired")
    world.clock.advance(-120)
    assert confirm(ana, charge_id).json["state"] == "expired"
    assert ana.available == PURSE


def test_a_yes_without_the_money_is_refused_for_good_and_the_till_learns_no_more(world: World) -> None:
    ana = world.customer(LARGE - 1)
    put_pin(ana.phone)
    ana.sign_in()
    charge_id = charged(world.shop, ana, LARGE)
    stepped_up(ana)
    told = confirm(ana, charge_id)
    assert_problem(told, 409, "insufficient-funds")
    assert told.json["missing"] == 1
    assert state(world, charge_id) == ("refused", "charge-declined")


def test_nobody_else_confirms_or_declines(world: World, ana: Person) -> None:
    bob, charge_id = world.customer(PURSE), charged(world.shop, ana, LARGE)
    for reply in (confirm(bob, charge_id), decline(bob, charge_id)):
        assert_problem(reply, 404, "not-found")
    paid = charged(world.shop, ana)
    for reply in (confirm(ana, paid), decline(ana, paid)):
        assert_problem(reply, 404, "not-found")
    assert state(world, charge_id) == ("waiting", None)


def test_one_key_makes_one_charge_whatever_its_code_and_amount(world: World, ana: Person) -> None:
    bob = world.customer(PURSE)
    waits = charge(world.shop, shown(ana)["code"], LARGE, key="k")
    for person, amount in ((bob, 500), (bob, LARGE), (ana, 500)):
        reply = charge(world.shop, shown(person)["code"], amount, key="k")
        assert_problem(reply, 422, "idempotency-key-reused")
    stepped_up(ana)
    assert confirm(ana, waits.json["id"]).status == 201
    assert bob.available == PURSE
    charge(world.shop, shown(bob)["code"], 600, key="small")
    assert_problem(charge(world.shop, shown(ana)["code"], LARGE + 1, key="small"), 422, "idempotency-key-reused")


def _guarded(world: World) -> tuple[Person, Person]:
    ward, guardian = world.customer(900_000), world.customer()
    assert ward.phone.patch("/v1/me/preferences", {"ui_mode": "easy"}).status == 200
    bound(ward, guardian)
    return ward, guardian


def test_what_takes_a_guardian_waits_for_the_ward_and_then_for_them(world: World) -> None:
    ward, guardian = _guarded(world)
    charge_id = charged(world.shop, ward, FOR_A_GUARDIAN)
    approval = refused(confirm(ward, charge_id))
    assert refused(confirm(ward, charge_id)) == approval
    assert state(world, charge_id) == ("waiting", None)
    assert decide(guardian, approval).status == 200
    assert tasks.make_due(world.clock.advance(1)) == 1
    assert (state(world, charge_id), ward.available) == (("captured", None), 900_000 - FOR_A_GUARDIAN)
    assert confirm(ward, charge_id).status == 201
    assert ward.available == 900_000 - FOR_A_GUARDIAN


def test_a_guardian_who_agrees_too_late_pays_nothing(world: World) -> None:
    ward, guardian = _guarded(world)
    charge_id = charged(world.shop, ward, FOR_A_GUARDIAN)
    approval = refused(confirm(ward, charge_id))
    world.clock.advance(300)
    assert decide(guardian, approval).status == 200
    assert tasks.make_due(world.clock.advance(1)) == 0
    assert (state(world, charge_id), ward.available) == (("refused", "expired"), 900_000)


def test_what_is_large_is_refused_while_it_cools_off(world: World) -> None:
    ana = world.customer(PURSE)
    world.clock.advance(1)
    reset = {"identifier": ana.identifier, "reset_secret": "x" * 16}
    assert world.nobody.post("/v1/password-resets", reset).status == 202
    proof: dict[str, Any] = {"identifier": ana.identifier, "code": world.code_of(ana.identifier)}
    proof |= {"new_password": "another good password", "reset_secret": "x" * 16}
    assert world.nobody.post("/v1/password-resets/confirm", proof).status < 300
    claim = {"identifier": ana.identifier, "password": "another good password"}
    ana.phone = world.nobody.bearing(world.nobody.post("/v1/sessions", claim).json["access_token"])
    reply = charge(world.shop, shown(ana)["code"], LARGE)
    assert_problem(reply, 409, "charge-declined")
    assert "until" not in reply.json
