"""An operator looks up a movement, an account or an order, and each look is in the audit log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.cases import audit, model_audit
from chalicelib.insight import records
from chalicelib.kernel import ids
from tests.api.caller import assert_problem
from tests.api.topup_kit import Till
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def seen(world: World, movement_id: str) -> dict[str, Any]:
    reply = world.operator.get(f"/v1/movements/{movement_id}")
    assert reply.status == 200, reply.raw
    found: dict[str, Any] = reply.json
    return found


def steps(history: dict[str, Any]) -> list[tuple[str, int]]:
    return [(step["what"], step["amount"]) for step in history["timeline"]]


def looks(world: World, action: str) -> list[str]:
    wanted = model_audit.wanted(None, None, None, None, action, world.clock.now())
    return [entry.subject for entry in audit.listed(wanted, None, 100)[0]]


def test_a_payment_tells_its_way_from_authorised_to_settled_and_refunded(world: World) -> None:
    ana, shop, clock = world.customer(1_000), world.shop, world.clock
    other = ana.pay(50, order_reference="another").json["id"]
    paid = ana.pay(400, capture="manual").json["id"]
    clock.advance(60)
    shop.act(paid, "capture", {"amount": 300})
    clock.advance(60)
    world.deliver()
    clock.advance(1)
    shop.act(paid, "refunds", {"amount": 100})
    shop.act(other, "refunds", {"amount": 9})
    clock.advance(60)
    world.deliver()
    history = seen(world, paid)
    expected = [("authorisation", 400), ("capture", 300), ("settled", 300), ("refund", 100), ("settled", 100)]
    assert steps(history) == expected
    assert [step["at"][11:16] for step in history["timeline"]] == ["08:00", "08:01", "08:02", "08:02", "08:03"]
    movement = history["movement"]
    assert (movement["status"], movement["owner"], movement["merchant_id"]) == ("partially_refunded", ana.id, shop.id)
    assert (movement["captured"], movement["refundable"], history["complete"]) == (300, 200, True)
    by = [step["by"] for step in history["timeline"]]
    assert by == [ana.id, shop.id, "system", shop.id, "system"]
    refund = history["timeline"][3]["movement_id"]
    assert seen(world, refund)["movement"]["payment_id"] == paid
    batch = seen(world, history["timeline"][2]["movement_id"])
    assert ("line", 300) in steps(batch)
    assert set(looks(world, "movement.see")) == {paid, refund, batch["movement"]["id"]}


def test_an_authorisation_that_ran_out_or_was_voided_says_so(world: World) -> None:
    ana = world.customer(1_000)
    first = ana.pay(400, capture="manual").json["id"]
    second = ana.pay(300, capture="manual", order_reference="order-2").json["id"]
    world.shop.act(second, "void")
    world.clock.advance(timedelta(days=8).total_seconds())
    world.sweep()
    world.operator = world._operator()
    assert [what for what, _ in steps(seen(world, first))] == ["authorisation", "expiry"]
    assert [what for what, _ in steps(seen(world, second))] == ["authorisation", "void"]
    assert [seen(world, one)["timeline"][1]["by"] for one in (first, second)] == ["system", world.shop.id]


def test_a_refused_payment_says_why(world: World) -> None:
    ana = world.customer(10)
    key = "too-much"
    assert ana.pay(500, key=key).json["code"] == "insufficient-funds"
    refused = ids.derived("pay", ana.id, "POST /v1/payments", key)
    history = seen(world, refused)
    assert (history["movement"]["status"], history["movement"]["refusal"]) == ("refused", "insufficient-funds")
    assert steps(history) == [("refused", 500)]
    assert history["timeline"][0]["by"] == ana.id


def test_a_topup_tells_when_it_was_asked_for_and_when_its_money_came(world: World) -> None:
    from chalicelib.processors import wire

    till = Till(world.nobody)
    wire.use(till.transport)
    topup = till.top_up().json["id"]
    assert steps(seen(world, topup)) == [("asked", 1_250)]
    world.clock.advance(5)
    till.send(till.message(topup, "succeeded"))
    history = seen(world, topup)
    assert steps(history) == [("asked", 1_250), ("top-up", 1_250)]
    assert [step["by"] for step in history["timeline"]] == [history["movement"]["owner"], "sandbox"]
    assert (history["movement"]["status"], history["movement"]["processor"]) == ("succeeded", "sandbox")


def test_the_payments_of_an_order_are_found_by_its_reference(world: World) -> None:
    ana, bob = world.customer(1_000), world.customer(1_000)
    made = sorted([ana.pay(10, order_reference="A 7").json["id"], bob.pay(20, order_reference="A 7").json["id"]])
    ana.pay(30, order_reference="A 8")
    path = f"/v1/movements?merchant_id={world.shop.id}&order_reference=A%207"
    assert [one["id"] for one in world.operator.get(path).json["data"]] == made
    first = world.operator.get(f"{path}&limit=1").json
    second = world.operator.get(f"{path}&limit=1&cursor={first['next_cursor']}").json
    assert [one["id"] for page in (first, second) for one in page["data"]] == made
    other = world.another_shop().id
    assert world.operator.get(f"/v1/movements?merchant_id={other}&order_reference=A%207").json["data"] == []
    lacking = world.operator.get("/v1/movements?merchant_id=x")
    assert_problem(lacking, 422, "invalid-request", "order_reference")


@pytest.mark.parametrize("at_once", [1, 25])
def test_an_order_is_found_whatever_merchant_it_is_of(
    world: World, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """Also where merchants do not fit into one page, and where one has more payments of it than a page."""
    monkeypatch.setattr(records, "_MERCHANTS_AT_ONCE", at_once)
    ana, shops = world.customer(1_000), [world.shop, *(world.another_shop() for _ in range(3))]
    orders = [(shops[0].id, 10), (shops[0].id, 11), (shops[2].id, 12), (shops[3].id, 13)]
    made = {ana.pay(amount, merchant_id=shop, order_reference="A 7").json["id"] for shop, amount in orders}
    ana.pay(30, order_reference="A 8")
    for limit in (1, 3, 100):
        found, cursor = list[dict[str, Any]](), ""
        while cursor is not None:
            more = f"&cursor={cursor}" if cursor else ""
            page = world.operator.get(f"/v1/movements?order_reference=A%207&limit={limit}{more}").json
            assert len(page["data"]) <= limit
            found, cursor = [*found, *page["data"]], page["next_cursor"]
        assert sorted(one["id"] for one in found) == sorted(made)
        assert {one["merchant_id"] for one in found} == {shop for shop, _ in orders}
    assert set(looks(world, "order.find")) == {"merchants"}


def test_a_payment_tells_which_order_and_checkout_it_was_for(world: World) -> None:
    ana, checkout = world.customer(1_000), world.shop.checkout(5)
    paid = ana.pay_checkout(checkout["id"]).json["id"]
    movement = seen(world, paid)["movement"]
    assert (movement["order_reference"], movement["checkout_id"]) == (checkout["order_reference"], checkout["id"])
    direct = seen(world, ana.pay(7, order_reference="A 9").json["id"])["movement"]
    assert (direct["order_reference"], "checkout_id" in direct) == ("A 9", False)


def test_a_wallet_and_a_merchants_account_show_what_they_hold_and_what_happened(world: World) -> None:
    ana = world.customer(1_000)
    ana.pay(400)
    world.deliver()
    wallet = world.operator.get(f"/v1/accounts/{ana.wallet}").json
    assert (wallet["owner"], wallet["available"], wallet["status"]) == (ana.id, 600, "active")
    shop = world.operator.get(f"/v1/accounts/{world.shop.account}").json
    assert (shop["owner"], shop["available"], shop["floor"]) == (world.shop.id, 398, -10_000)
    entries = world.operator.get(f"/v1/accounts/{ana.wallet}/entries?limit=1").json
    assert ([one["amount"] for one in entries["data"]], entries["has_more"]) == ([-400], True)
    rest = world.operator.get(f"/v1/accounts/{ana.wallet}/entries?limit=1&cursor={entries['next_cursor']}").json
    assert ([one["amount"] for one in rest["data"]], rest["has_more"]) == ([1_000], False)
    assert {ana.wallet, world.shop.account} == set(looks(world, "account.see"))
    assert looks(world, "account.see-entries") == [ana.wallet, ana.wallet]


@pytest.mark.parametrize("path", ["movements/pay_x", "movements/usr_x", "accounts/wal_x", "accounts/sys:fees:CNY"])
def test_what_is_no_id_is_not_found(world: World, path: str) -> None:
    assert_problem(world.operator.get(f"/v1/{path}"), 404, "not-found")


def test_a_movement_or_an_account_that_is_none_is_not_found(world: World) -> None:
    for path in (f"movements/{ids.derived('pay', 'x')}", f"accounts/{ids.derived('wal', 'x')}"):
        assert_problem(world.operator.get(f"/v1/{path}"), 404, "not-found")
    assert world.operator.get(f"/v1/accounts/{ids.derived('wal', 'x')}/entries").status == 404


def test_an_operator_sees_who_paid_a_checkout_and_a_stranger_does_not(world: World) -> None:
    ana, checkout = world.customer(100), world.shop.checkout(5)["id"]
    paid = ana.pay_checkout(checkout).json["id"]
    assert world.operator.get(f"/v1/checkouts/{checkout}").json["payment_id"] == paid
    assert "payment_id" not in world.customer().phone.get(f"/v1/checkouts/{checkout}").json


def test_an_operator_knows_what_their_role_may(world: World) -> None:
    mine = world.operator.get("/v1/me/permissions").json
    assert mine["role"] == "admin"
    assert {"freezes.keep", "reports.see"} <= set(mine["permissions"])
    assert_problem(world.customer().phone.get("/v1/me/permissions"), 403, "forbidden")


def test_whoever_takes_a_case_has_it_until_it_is_resolved(world: World) -> None:
    ana = world.customer()
    body = {"wallet_id": ana.wallet, "reason": "legal_order", "note": "asked for it by post"}
    case = world.operator.post("/v1/freezes", body).json["case_id"]
    me = world.operator.get("/v1/me/permissions").json["id"]
    assert world.operator.post(f"/v1/cases/{case}/take").json["owner"] == me
    assert world.operator.get("/v1/cases").json["data"][0]["owner"] == me
    world.operator.post(f"/v1/freezes/{ana.wallet}/lift", {"note": "the order is over"})
    assert_problem(world.operator.post(f"/v1/cases/{case}/take"), 409, "invalid-state")
    assert looks(world, "case.take") == [case, case]
