"""Deposits: a merchant's checkout that is held when it is paid, and taken, released or run out later."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.ledger import audit
from chalicelib.ledger import service as ledger
from chalicelib.merchants import deposits
from tests.api.caller import Caller
from tests.api.staff_kit import hired, till_of
from tests.api.test_stores import opened
from tests.api.world import Person, World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import all_items

WEEK_SECONDS = 7 * 86_400


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def deposit(world: World, person: Person, amount: int = 4_000) -> dict[str, Any]:
    checkout = world.shop.checkout(amount, capture="manual")
    reply = person.pay_checkout(checkout["id"])
    assert reply.status == 201, reply.raw
    paid: dict[str, Any] = reply.json
    return paid


def notices(world: World, person: Person) -> list[tuple[str, str]]:
    world.deliver()
    return [(one["kind"], one["title"]) for one in person.phone.get("/v1/me/notices").json["data"]]


def test_a_merchants_deposit_is_held_whatever_the_phone_says_and_told_to_both(world: World) -> None:
    ana = world.customer(10_000)
    checkout = world.shop.checkout(4_000, capture="manual")
    assert checkout["capture"] == "manual"
    seen = ana.phone.get(f"/v1/checkouts/{checkout['id']}").json
    assert (seen["capture"], seen["held_until"]) == ("manual", "2026-11-29T08:00:00.000000Z")
    held = ana.pay_checkout(checkout["id"], capture="automatic").json
    assert (held["status"], held["captured"]) == ("authorized", 0)
    assert held["expires_at"][:19] == seen["held_until"][:19]
    assert (ana.available, ana.held) == (6_000, 4_000)
    after = world.shop.till.get(f"/v1/checkouts/{checkout['id']}").json
    assert (after["status"], after["payment_id"], after["capture"]) == ("paid", held["id"], "manual")


def test_a_customer_cannot_hold_back_what_a_merchant_takes_at_once(world: World) -> None:
    ana, checkout = world.customer(10_000), world.shop.checkout(700)
    refused = ana.pay_checkout(checkout["id"], capture="manual")
    assert (refused.status, refused.json["code"], refused.json["param"]) == (422, "invalid-request", "capture")
    paid = ana.pay_checkout(checkout["id"])
    assert (paid.json["status"], ana.available, ana.held) == ("captured", 9_300, 0)
    assert "capture" not in checkout


def test_a_deposit_is_taken_in_part_once_and_the_customer_reads_each_step(world: World) -> None:
    ana = world.customer(10_000)
    held = deposit(world, ana)
    assert notices(world, ana)[0] == ("payment_held", "Tea House holds ¥40.00")
    assert world.shop.act(held["id"], "capture", {"amount": 1_500}).status == 201
    assert notices(world, ana)[0] == ("payment_taken", "Tea House took ¥15.00")
    assert world.shop.act(held["id"], "capture", {"amount": 1_500}).json["state"] == "captured"
    assert (ana.available, ana.held, audit.trial_balance().balanced) == (8_500, 0, True)


def test_a_deposit_is_released_by_the_merchant_or_by_its_time(world: World) -> None:
    ana = world.customer(10_000)
    given_back, forgotten = deposit(world, ana), deposit(world, ana, 3_000)
    assert world.shop.act(given_back["id"], "void").status == 201
    assert notices(world, ana)[0] == ("payment_released", "¥40.00 is yours to spend again")
    world.clock.advance(WEEK_SECONDS + 1)
    world.sweep()
    ana.sign_in()
    assert notices(world, ana)[0] == ("payment_released", "¥30.00 is yours to spend again")
    states = [ana.phone.get(f"/v1/payments/{one['id']}").json["status"] for one in (given_back, forgotten)]
    assert (states, ana.available, ana.held) == (["voided", "expired"], 10_000, 0)


@pytest.mark.parametrize("wanted", ["later", "", None, True])
def test_a_checkout_is_taken_at_once_or_held_and_nothing_else(world: World, wanted: Any) -> None:
    order = {"amount": 100, "currency": "CNY", "order_reference": "order-1", "capture": wanted}
    refused = world.shop.till.post("/v1/checkouts", order)
    assert (refused.status, refused.json["param"]) == (422, "capture")


def listed(world: World, query: str = "", by: Caller | None = None) -> list[str]:
    reply = (by or world.shop.till).get(f"/v1/deposits{query}")
    assert reply.status == 200, reply.raw
    return [one["id"] for one in reply.json["data"]]


def test_what_is_open_is_listed_until_it_is_taken_given_back_or_over(world: World) -> None:
    ana = world.customer(50_000)
    taken, given_back, left = (deposit(world, ana, amount)["id"] for amount in (1_000, 2_000, 3_000))
    ana.pay(700)
    world.deliver()
    assert listed(world) == [taken, given_back, left]
    shown = world.shop.till.get("/v1/deposits").json["data"][0]
    assert (shown["status"], shown["amount"], shown["captured"]) == ("authorized", 1_000, 0)
    assert world.shop.act(taken, "capture", {"amount": 400}).status == 201
    assert world.shop.act(given_back, "void").status == 201
    assert listed(world) == [left], "the ledger decides, whether or not the stream has told of it"
    world.deliver()
    assert [item["sk"]["S"].rpartition("#")[2] for item in _noted()] == [left]
    world.clock.advance(WEEK_SECONDS + 1)
    assert listed(world) == [], "what has run out is over before the sweep has seen it"
    world.sweep()
    world.deliver()
    assert _noted() == []


def test_pages_of_open_deposits_hold_each_once_and_what_runs_out_soonest_first(world: World) -> None:
    ana = world.customer(50_000)
    held = []
    for amount in range(1_000, 1_005):
        world.clock.advance(1)
        held.append(deposit(world, ana, amount)["id"])
    world.deliver()
    found, query = list[str](), "?limit=2"
    while query:
        page = world.shop.till.get(f"/v1/deposits{query}").json
        found += [one["id"] for one in page["data"]]
        query = f"?limit=2&cursor={page['next_cursor']}" if page["has_more"] else ""
    assert found == held


def test_entries_that_come_in_another_order_or_twice_list_nothing_that_is_over(world: World) -> None:
    ana = world.customer(9_000)
    held = deposit(world, ana)["id"]
    world.shop.act(held, "void")
    world.deliver()
    payment = ledger.movement(held)
    for kind in ("void", "authorisation", "authorisation"):
        deposits.follow(kind, payment, world.clock.now())
    assert listed(world) == []


def test_nobody_sees_deposits_of_another_merchant_or_another_store_and_a_part_is_none(world: World) -> None:
    ana, here = world.customer(20_000), opened(world)["id"]
    mine = ana.pay_checkout(world.shop.checkout(1_000, capture="manual", store_id=here)["id"]).json["id"]
    other = deposit(world, ana)["id"]
    part = ana.pay_checkout(world.shop.checkout(3_000, "shared", split={"max_payers": 3})["id"], amount=500)
    assert part.json["status"] == "authorized", part.raw
    world.deliver()
    till = till_of(world, ana, hired(world, ana), store_id=here)
    assert (sorted(listed(world)), listed(world, by=till)) == (sorted([mine, other]), [mine])
    assert listed(world, by=world.another_shop().till) == []


def _noted() -> list[dict[str, Any]]:
    return [item for item in all_items("merchants") if item["sk"]["S"].startswith("DEPOSIT#")]
