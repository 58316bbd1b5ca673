"""Stores: where a merchant is paid, and what the code on a counter leads to."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.kernel import ids
from chalicelib.ledger import store
from chalicelib.ledger.wire import size
from chalicelib.settings import settings
from tests.api.caller import Reply, assert_problem
from tests.api.charge_kit import charge, charged, shown
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import all_items

pytestmark = pytest.mark.many_requests


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def opened(world: World, name: str = "By the river", merchant_id: str = "", **more: Any) -> dict[str, Any]:
    reply = world.operator.post(f"/v1/merchants/{merchant_id or world.shop.id}/stores", {"name": name} | more)
    assert reply.status == 201, reply.raw
    found: dict[str, Any] = reply.json
    return found


def changed(world: World, store_id: str, **wish: Any) -> Reply:
    return world.operator.patch(f"/v1/merchants/{world.shop.id}/stores/{store_id}", wish)


def close(world: World, store_id: str) -> None:
    assert changed(world, store_id, status="closed").json["status"] == "closed"
    world.clock.advance(30)


def test_a_store_opens_with_the_code_for_its_counter(world: World) -> None:
    made = opened(world, "  By the river ", address=" 8 Long Street ")
    assert made == {
        "id": made["id"],
        "merchant_id": world.shop.id,
        "name": "By the river",
        "address": "8 Long Street",
        "status": "open",
        "code_url": f"{settings().public_url}/store/{made['id']}",
        "created_at": "2026-11-22T08:00:00.000000Z",
    }


def test_anybody_who_stands_before_the_code_sees_whom_they_would_pay(world: World) -> None:
    made = opened(world)
    assert world.nobody.get(f"/v1/stores/{made['id']}").json == {
        "id": made["id"],
        "name": "By the river",
        "merchant_id": world.shop.id,
        "merchant_name": "Tea House",
        "currencies": ["CNY"],
        "status": "open",
    }


def test_a_closed_store_says_so_and_one_that_never_was_is_not_found(world: World) -> None:
    made = opened(world)
    changed(world, made["id"], status="closed")
    assert world.nobody.get(f"/v1/stores/{made['id']}").json["status"] == "closed"
    for unknown in (ids.derived("sto", "none"), "sto_x", world.shop.id):
        assert_problem(world.nobody.get(f"/v1/stores/{unknown}"), 404, "not-found")


def test_stores_are_listed_newest_first_page_by_page(world: World) -> None:
    made = []
    for n in range(3):
        made.append(opened(world, f"Store {n}")["id"])
        world.clock.advance(1)
    path = f"/v1/merchants/{world.shop.id}/stores?limit=2"
    page = world.shop.till.get(path).json
    rest = world.shop.till.get(f"{path}&cursor={page['next_cursor']}").json
    assert [one["id"] for one in (*page["data"], *rest["data"])] == made[::-1]
    assert opened(world, merchant_id=world.another_shop().id)["id"] not in str(world.shop.till.get(path).json)


def test_what_is_not_given_stays_as_it_was(world: World) -> None:
    made = opened(world, address="8 Long Street")
    assert changed(world, made["id"], name="At the gate").json == made | {"name": "At the gate"}
    assert changed(world, made["id"]).json == made | {"name": "At the gate"}


def test_another_merchants_store_cannot_be_seen_or_changed_by_a_merchant(world: World) -> None:
    other, made = world.another_shop(), opened(world)
    keys = world.operator.post(f"/v1/merchants/{other.id}/keys", {"scopes": ["stores"]}).json["key"]
    stranger = world.nobody.bearing(keys)
    for merchant_id in (world.shop.id, other.id):
        path = f"/v1/merchants/{merchant_id}/stores/{made['id']}"
        assert_problem(stranger.patch(path, {"status": "closed"}), 404, "not-found")
    assert_problem(stranger.get(f"/v1/merchants/{world.shop.id}/stores"), 404, "not-found")


@pytest.mark.parametrize(
    ("wish", "param"),
    [({"name": " "}, "name"), ({"name": "x" * 65}, "name"), ({"name": "Tea", "address": "x" * 201}, "address")],
)
def test_a_name_that_nobody_sees_or_too_long_is_refused(world: World, wish: dict[str, str], param: str) -> None:
    reply = world.operator.post(f"/v1/merchants/{world.shop.id}/stores", wish)
    assert_problem(reply, 422, "invalid-request", param)


def test_a_payment_at_a_store_says_so_to_both(world: World) -> None:
    ana, made = world.customer(1_000), opened(world)
    paid = ana.pay(100, store_id=made["id"])
    assert (paid.status, paid.json["store_id"]) == (201, made["id"])
    for caller in (ana.phone, world.shop.till):
        assert caller.get(f"/v1/payments/{paid.json['id']}").json["store_id"] == made["id"]
    assert "store_id" not in ana.pay(200).json


def test_a_closed_store_takes_no_payment_and_an_open_one_does_again(world: World) -> None:
    ana, made = world.customer(1_000), opened(world)
    close(world, made["id"])
    refused = ana.pay(100, store_id=made["id"])
    assert (refused.status, refused.json["code"], refused.json["state"]) == (409, "invalid-state", "store-closed")
    assert (charge(world.shop, shown(ana)["code"], store_id=made["id"]).json["state"], ana.available) == (
        "store-closed",
        1_000,
    )
    assert changed(world, made["id"], status="open").status == 200
    world.clock.advance(30)
    assert ana.pay(100, store_id=made["id"]).status == 201


def test_a_store_of_another_merchant_is_no_store(world: World) -> None:
    ana, foreign = world.customer(1_000), opened(world, merchant_id=world.another_shop().id)
    for store_id in (foreign["id"], ids.derived("sto", "none"), "x"):
        assert_problem(ana.pay(100, store_id=store_id), 422, "invalid-request", "store_id")
    assert ana.available == 1_000


def test_a_checkout_and_a_charge_carry_their_store(world: World) -> None:
    ana, made = world.customer(10_000), opened(world)
    checkout = world.shop.checkout(300, store_id=made["id"])
    assert checkout["store_id"] == made["id"]
    assert ana.pay_checkout(checkout["id"]).json["store_id"] == made["id"]
    taken = charged(world.shop, ana, 500, store_id=made["id"])
    assert world.shop.till.get(f"/v1/charges/{taken}").json["store_id"] == made["id"]
    body = {"wallet_id": ana.wallet, "checkout_id": checkout["id"], "store_id": made["id"]}
    assert_problem(ana.phone.post("/v1/payments", body, idempotency_key="k"), 422, "invalid-request", "store_id")


def test_a_closed_store_opens_no_checkout(world: World) -> None:
    made = opened(world)
    close(world, made["id"])
    order = {"amount": 300, "currency": "CNY", "order_reference": "A", "store_id": made["id"]}
    refused = world.shop.till.post("/v1/checkouts", order)
    assert (refused.status, refused.json["state"]) == (409, "store-closed")


def test_what_becomes_of_a_store_is_in_the_audit_log(world: World) -> None:
    made = opened(world)
    changed(world, made["id"], status="closed")
    told = [(one["what"]["S"], one["whom"]["S"]) for one in all_items("audit") if "store" in one["what"]["S"]]
    assert sorted(told) == [("merchant.change_store", made["id"]), ("merchant.make_store", made["id"])]


def test_a_payment_at_a_store_stays_within_a_kilobyte_at_its_fattest(world: World) -> None:
    ana, made = world.customer(100_000), opened(world)
    text = {"order_reference": "单" * 21, "description": "汉" * 33, "capture": "manual", "store_id": made["id"]}
    assert ana.phone.post("/v1/payments", ana.order(9_000) | text, idempotency_key="k").status == 201
    charged(world.shop, ana, 9_100, **text)
    assert max(size(one) for one in store.everything(settings().ledger_table)) <= 1_024
