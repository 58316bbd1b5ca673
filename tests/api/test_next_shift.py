"""After a shift has changed: who is told what became of a charge or a refund, who may end it, and in whose name."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.payments import store_codes
from tests.api.caller import Caller, Reply, assert_problem
from tests.api.charge_kit import NOBODYS, shown
from tests.api.staff_kit import at_till, hired, till_of
from tests.api.test_step_up import LARGE
from tests.api.test_stores import opened
from tests.api.withdrawal_kit import with_pin
from tests.api.world import Person, World, cheap_passwords, fresh_key
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests
ONLY = {"Idempotency-Replay": "only"}


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


@pytest.fixture
def ana(world: World) -> Person:
    return world.customer(10_000)


@pytest.fixture
def river(world: World) -> str:
    return str(opened(world)["id"])


@pytest.fixture
def hill(world: World) -> str:
    return str(opened(world, "On the hill")["id"])


def at(world: World, store_id: str, role: str = "cashier") -> Caller:
    """The till of somebody new who works at that store and no other."""
    return at_till(world, role, store_ids=[store_id])


def sale(ana: Person, **more: Any) -> dict[str, Any]:
    return {"code": shown(ana)["code"], "amount": 500, "currency": "CNY", "order_reference": "o"} | more


def charge(till: Caller, body: dict[str, Any], key: str, **headers: str) -> Reply:
    return till.request("POST", "/v1/charges", body, {"Idempotency-Key": key} | headers)


def reverse(till: Caller, key: str, **body: str) -> Reply:
    return till.post("/v1/charge-reversals", body, idempotency_key=key)


def same(found: Reply, first: Reply) -> bool:
    return (found.status, found.raw, found.headers.get("idempotent-replayed")) == (first.status, first.raw, "true")


def test_the_next_cashier_of_the_store_is_told_and_one_of_another_store_is_not(
    world: World, ana: Person, river: str, hill: str
) -> None:
    body = sale(ana, store_id=river)
    first = charge(at(world, river), body, "k")
    assert first.status == 201
    for till in (at(world, river), at_till(world, "owner"), world.shop.till):
        assert same(charge(till, body, "k"), first)
    assert_problem(charge(at(world, hill), body, "k"), 403, "forbidden")
    assert ana.available == 9_500


def test_whoever_works_at_both_stores_is_told_at_the_other_one_and_charges_nothing_there(
    world: World, ana: Person, river: str, hill: str
) -> None:
    body, bo = sale(ana, store_id=river), world.customer()
    first = charge(at(world, river), body, "k")
    both = till_of(world, bo, hired(world, bo, store_ids=[river, hill]), store_id=hill)
    cy = world.customer()
    everywhere = till_of(world, cy, hired(world, cy), store_id=hill)
    for till in (both, everywhere):
        assert same(charge(till, body, "k"), first)
        assert_problem(charge(till, body | {"amount": 501}, "k"), 422, "idempotency-key-reused")
        assert_problem(charge(till, sale(ana, store_id=river), "fresh"), 403, "forbidden")
    assert ana.available == 9_500


def test_a_charge_that_waits_is_told_likewise(world: World, river: str, hill: str) -> None:
    ida = with_pin(world, 5_000_000)
    body, bo = sale(ida, store_id=river, amount=LARGE), world.customer()
    first = charge(at(world, river), body, "k")
    assert first.status == 202
    elsewhere = till_of(world, bo, hired(world, bo), store_id=hill)
    assert same(charge(elsewhere, body, "k"), first)
    assert_problem(charge(at(world, hill), body, "k"), 403, "forbidden")


@pytest.mark.parametrize("what", ["refunds", "capture", "void"])
def test_what_follows_a_payment_is_told_to_whoever_may_see_it(
    world: World, ana: Person, river: str, hill: str, what: str
) -> None:
    manager = at(world, river, "manager")
    held = {} if what == "refunds" else {"capture": "manual"}
    paid = charge(manager, sale(ana, **held), "k").json["id"]
    path, body = f"/v1/payments/{paid}/{what}", {} if what == "void" else {"amount": 200}
    first = manager.post(path, body, idempotency_key="back")
    assert first.status == 201
    before = (ana.available, ana.held)
    bo = world.customer()
    elsewhere = till_of(world, bo, hired(world, bo), store_id=hill)
    for till in (at(world, river), at(world, river, "manager"), elsewhere):
        assert same(till.post(path, body, idempotency_key="back"), first)
    for till in (at(world, hill), at(world, hill, "manager")):
        refused = till.post(path, body, idempotency_key="back")
        assert (refused.status, refused.json["code"]) in ((403, "forbidden"), (404, "not-found"))
    staff_id = manager.get("/v1/staff-sessions/current").json["staff_id"]
    assert world.shop.till.get(f"/v1/payments/{paid}").json["staff_id"] == staff_id
    assert (ana.available, ana.held) == before


def test_a_cashier_is_told_of_no_refund_that_was_not_made_and_makes_none(world: World, ana: Person, river: str) -> None:
    cashier = at(world, river)
    paid = charge(cashier, sale(ana), "k").json["id"]
    path = f"/v1/payments/{paid}/refunds"
    assert_problem(cashier.post(path, {"amount": 1}, idempotency_key="back"), 403, "forbidden")
    assert at(world, river, "manager").post(path, {"amount": 1}, idempotency_key="back").status == 201
    assert_problem(cashier.post(path, {"amount": 2}, idempotency_key="back"), 422, "idempotency-key-reused")
    blind = world.operator.post(f"/v1/merchants/{world.shop.id}/keys", {"scopes": ["reports"]}).json["key"]
    refused = world.nobody.bearing(blind).post(path, {"amount": 1}, idempotency_key="back")
    assert_problem(refused, 403, "forbidden")


def test_who_only_asks_does_nothing_and_is_told_what_was_done(world: World, ana: Person, river: str) -> None:
    body, manager = sale(ana), at(world, river, "manager")
    assert_problem(charge(manager, body, "k", **ONLY), 404, "not-found", "Idempotency-Key")
    assert ana.available == 10_000
    first = charge(at(world, river), body, "k")
    assert (first.status, ana.available) == (201, 9_500)
    assert same(charge(manager, body, "k", **ONLY), first)
    path, headers = f"/v1/payments/{first.json['id']}/refunds", {"Idempotency-Key": "back"}
    asked = manager.request("POST", path, {"amount": 1}, headers | ONLY)
    assert_problem(asked, 404, "not-found", "Idempotency-Key")
    given = manager.request("POST", path, {"amount": 1}, headers)
    assert given.status == 201
    assert same(manager.request("POST", path, {"amount": 1}, headers | ONLY), given)
    assert ana.available == 9_501


def test_a_way_to_ask_that_a_route_does_not_know_is_refused_rather_than_done(world: World, ana: Person) -> None:
    for path, caller, body, how in (
        ("/v1/payments", ana.phone, ana.order(100), "only"),
        ("/v1/charges", world.shop.till, sale(ana), "never"),
        ("/v1/charge-reversals", world.shop.till, {}, "only"),
    ):
        headers = {"Idempotency-Key": fresh_key(), "Idempotency-Replay": how}
        assert_problem(caller.request("POST", path, body, headers), 422, "invalid-request", "Idempotency-Replay")
    assert ana.available == 10_000


def test_nobody_at_another_store_ends_a_charge_by_its_key(world: World, ana: Person, river: str, hill: str) -> None:
    there, here = at(world, river), at(world, hill)
    paid = charge(there, sale(ana), "till-7-1")
    assert (paid.status, ana.available) == (201, 9_500)
    assert_problem(reverse(here, "till-7-1"), 404, "not-found")
    assert_problem(reverse(here, "till-7-1", store_id=river), 403, "forbidden")
    assert ana.available == 9_500
    assert reverse(at(world, river), "till-7-1").json["given_back"] == 500
    assert ana.available == 10_000


def test_nobody_at_another_store_ends_a_charge_that_waits(world: World, river: str, hill: str) -> None:
    ida = with_pin(world, 5_000_000)
    waits = charge(at(world, river), sale(ida, amount=LARGE), "k").json["id"]
    assert_problem(reverse(at(world, hill), "k"), 404, "not-found")
    assert world.shop.till.get(f"/v1/charges/{waits}").json["status"] == "waiting"
    assert reverse(at(world, river), "k").status == 201
    assert world.shop.till.get(f"/v1/charges/{waits}").json["reason"] == "reversed"


@pytest.mark.parametrize("amount", [500, LARGE])
def test_nobody_at_another_store_ends_a_charge_before_it_comes(
    world: World, river: str, hill: str, amount: int
) -> None:
    ida = with_pin(world, 5_000_000)
    assert reverse(at(world, hill), "till-7-2").json["given_back"] == 0
    assert charge(at(world, river), sale(ida, amount=amount), "till-7-2").status == (201 if amount == 500 else 202)


@pytest.mark.parametrize("amount", [500, LARGE])
def test_whoever_is_at_the_store_ends_a_charge_before_it_comes_and_its_code_stays_good(
    world: World, river: str, amount: int
) -> None:
    ida = with_pin(world, 5_000_000)
    body = sale(ida, amount=amount)
    first, again = (reverse(at(world, river), "lost") for _ in range(2))
    assert (first.status, first.json["given_back"], first.raw) == (201, 0, again.raw)
    late = charge(at(world, river), body, "lost")
    assert (late.status, late.json["code"], late.json["state"]) == (409, "invalid-state", "reversed")
    assert same(charge(at(world, river), body, "lost"), late)
    assert reverse(at(world, river), "lost").json["given_back"] == 0
    assert charge(at(world, river), body, "found").status in (201, 202)


def test_a_charge_of_a_server_for_a_store_is_ended_there_also_before_it_comes(
    world: World, ana: Person, river: str
) -> None:
    assert reverse(at(world, river), "k").status == 201
    late = charge(world.shop.till, sale(ana, store_id=river), "k")
    assert (late.status, late.json.get("state"), ana.available) == (409, "reversed", 10_000)
    assert charge(world.shop.till, sale(ana, store_id=river), "other").status == 201
    assert reverse(world.shop.till, "other", store_id=river).json["given_back"] == 500


def test_what_was_refused_is_over_for_whoever_ends_it(world: World, ana: Person, river: str) -> None:
    refused = charge(at(world, river), sale(ana, code=NOBODYS), "k")
    assert_problem(refused, 409, "code-unknown")
    assert reverse(at(world, river), "k").json["given_back"] == 0


def test_one_till_that_guesses_makes_no_other_wait(world: World, ana: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_codes, "WRONG_AT_MOST", 3)
    guesser, other = at_till(world), at_till(world)
    body = sale(ana)
    first = charge(guesser, body, "paid")
    assert first.status == 201
    for _ in range(3):
        assert charge(guesser, sale(ana, code=NOBODYS), fresh_key()).status == 409
    assert_problem(charge(guesser, sale(ana), fresh_key()), 429, "too-many-requests")
    assert same(charge(guesser, body, "paid"), first)
    for till in (other, world.shop.till):
        assert charge(till, sale(ana, confirm_duplicate=True), fresh_key()).status == 201


def test_a_new_session_at_another_till_gives_nobody_more_guesses(
    world: World, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_codes, "WRONG_AT_MOST", 3)
    bo = world.customer()
    staff_id = hired(world, bo)
    for _ in range(3):
        assert charge(till_of(world, bo, staff_id), sale(ana, code=NOBODYS), fresh_key()).status == 409
    assert_problem(charge(till_of(world, bo, staff_id), sale(ana), fresh_key()), 429, "too-many-requests")
