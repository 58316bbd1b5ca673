"""Deposits: a merchant's checkout that is held when it is paid, and taken, released or run out later."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.ledger import audit
from tests.api.world import Person, World, cheap_passwords
from tests.conftest import FrozenClock

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
