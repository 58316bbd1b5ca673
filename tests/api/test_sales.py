"""What a merchant sold and gave back, line by line: every line once, newest first, adding up to what was settled."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.identity import meeting
from chalicelib.merchants import leaving
from tests.api.caller import assert_problem
from tests.api.charge_kit import charged
from tests.api.staff_kit import hired, till_of
from tests.api.test_stores import opened
from tests.api.world import Shop, World

PLACED = ("store_id", "store_name", "staff_id", "staff_name")
pytestmark = pytest.mark.many_requests


def sales(world: World, query: str = "") -> dict[str, Any]:
    found: dict[str, Any] = world.shop.till.get(f"/v1/merchants/{world.shop.id}/sales{query}").json
    return found


def every_page(world: World, limit: int) -> list[dict[str, Any]]:
    found, query = list[dict[str, Any]](), f"?limit={limit}"
    while True:
        page = sales(world, query)
        assert len(page["data"]) <= limit
        found += page["data"]
        if not page["has_more"]:
            return found
        query = f"?limit={limit}&cursor={page['next_cursor']}"


def sold(world: World, *amounts: int) -> list[str]:
    """Each in a batch with the others: they are settled together."""
    ana = world.customer(sum(amounts))
    paid = [str(ana.pay(amount).json["id"]) for amount in amounts]
    world.deliver()
    return paid


def test_a_payment_and_its_refund_are_a_line_each_with_order_fee_and_reason(world: World) -> None:
    (paid,) = sold(world, 10_000)
    world.shop.act(paid, "refunds", {"amount": 700, "reason": "a broken cup"})
    world.deliver()
    back, first = sales(world)["data"]
    assert {name: first[name] for name in ("id", "kind", "payment_id", "amount", "fee")} == {
        "id": paid, "kind": "payment", "payment_id": paid, "amount": 10_000, "fee": 60,
    }  # fmt: skip
    assert {name: back[name] for name in ("kind", "payment_id", "amount", "fee", "reason", "order_reference")} == {
        "kind": "refund", "payment_id": paid, "amount": -700, "fee": 0, "reason": "a broken cup",
        "order_reference": first["order_reference"],
    }  # fmt: skip


def test_a_line_says_at_which_store_it_was_sold_and_who_was_at_the_till(world: World) -> None:
    here, there, bo, ana = (
        opened(world)["id"],
        opened(world, "Elsewhere")["id"],
        world.customer(),
        world.customer(9_000),
    )
    staff_id = hired(world, bo, "manager", store_ids=[here])
    till = till_of(world, bo, staff_id)
    paid = charged(Shop(world.shop.id, world.shop.account, till), ana, 700)
    elsewhere = ana.pay(500, store_id=there).json["id"]
    nowhere = ana.pay(300).json["id"]
    world.deliver()
    Shop(world.shop.id, world.shop.account, till).act(paid, "refunds", {"amount": 100})
    world.deliver()
    told = {one["id"]: [one.get(name) for name in PLACED] for one in sales(world)["data"]}
    back = next(one for one in told if one.startswith("ref_"))
    assert told == {
        back: [here, "By the river", staff_id, "Ana"],
        paid: [here, "By the river", staff_id, "Ana"],
        elsewhere: [there, "Elsewhere", None, None],
        nowhere: [None, None, None, None],
    }
    for caller in (world.operator, world.shop.till):
        (batch, *_) = caller.get(f"/v1/merchants/{world.shop.id}/settlements").json["data"]
        lines = caller.get(f"/v1/merchants/{world.shop.id}/settlements/{batch['id']}").json["lines"]
        assert [[one[name] for name in PLACED] for one in lines] == [[here, "By the river", staff_id, "Ana"]]


def test_a_sale_of_somebody_who_was_erased_is_listed_without_their_name(world: World) -> None:
    bo, ana = world.customer(), world.customer(9_000)
    till = till_of(world, bo, hired(world, bo))
    charged(Shop(world.shop.id, world.shop.account, till), ana, 700)
    world.deliver()
    staff_id = sales(world)["data"][0]["staff_id"]
    leaving.forget(bo.id, meeting.marks_of(bo.id), world.clock.now())
    assert [(one["staff_id"], one.get("staff_name")) for one in sales(world)["data"]] == [(staff_id, None)]
    assert world.operator.get(f"/v1/merchants/{world.shop.id}/staff-sessions").status == 200


def test_whoever_is_at_a_store_sees_on_every_page_what_was_sold_there_alone(world: World) -> None:
    here, bo, ana = opened(world)["id"], world.customer(), world.customer(9_000)
    till = till_of(world, bo, hired(world, bo), store_id=here)
    mine = [ana.pay(100 + number, **({"store_id": here} if number % 3 == 0 else {})) for number in range(7)]
    world.deliver()
    found, query = list[str](), "?limit=2"
    while query:
        page = till.get(f"/v1/merchants/{world.shop.id}/sales{query}").json
        found += [one["id"] for one in page["data"]]
        query = f"?limit=2&cursor={page['next_cursor']}" if page["has_more"] else ""
    assert found == [mine[number].json["id"] for number in (6, 3, 0)]


def test_pages_of_any_size_hold_every_line_once_in_one_order_also_in_the_middle_of_a_batch(world: World) -> None:
    for amounts in ((101, 102, 103), (104,), (105, 106, 107, 108, 109)):
        sold(world, *amounts)
    whole = sales(world, "?limit=100")["data"]
    assert sorted(one["amount"] for one in whole) == list(range(101, 110))
    assert [one["settled_at"] for one in whole] == sorted((one["settled_at"] for one in whole), reverse=True)
    for limit in (1, 2, 3, 4, 5, 8, 9):
        assert every_page(world, limit) == whole, limit


def test_what_is_sold_meanwhile_moves_no_page(world: World) -> None:
    sold(world, 101, 102, 103)
    first = sales(world, "?limit=2")
    sold(world, 104)
    rest = sales(world, f"?limit=2&cursor={first['next_cursor']}")
    assert sorted(one["amount"] for one in first["data"] + rest["data"]) == [101, 102, 103]


def test_the_lines_of_a_settlement_add_up_to_it(world: World) -> None:
    sold(world, 2_000, 3_001)
    home = f"/v1/merchants/{world.shop.id}/settlements"
    (batch,) = world.shop.till.get(home).json["data"]
    found = world.shop.till.get(f"{home}/{batch['id']}").json
    assert found["settlement"] == batch
    assert sum(one["amount"] for one in found["lines"]) == batch["gross"] == 5_001
    assert sum(one["fee"] for one in found["lines"]) == batch["fees"]
    assert len(found["lines"]) == batch["lines"]


def test_nobody_sees_what_another_merchant_sold(world: World) -> None:
    sold(world, 2_000)
    (batch,) = world.shop.till.get(f"/v1/merchants/{world.shop.id}/settlements").json["data"]
    terms = {"name": "Other", "currencies": ["CNY"], "fee_basis_points": 0}
    other = world.operator.post("/v1/merchants", terms).json["id"]
    key = world.operator.post(f"/v1/merchants/{other}/keys", {"scopes": ["payments", "reports"]}).json["key"]
    stranger = world.nobody.bearing(key)
    assert_problem(stranger.get(f"/v1/merchants/{world.shop.id}/sales"), 404, "not-found")
    assert_problem(stranger.get(f"/v1/merchants/{other}/settlements/{batch['id']}"), 404, "not-found")
    assert world.shop.till.get(f"/v1/merchants/{world.shop.id}/sales?currency=USD").status == 422
    assert stranger.get(f"/v1/merchants/{other}/sales").json["data"] == []


def test_what_does_not_fit_into_one_read_is_there_too(world: World) -> None:
    for _ in range(3):
        sold(world, *range(100, 160))
    assert len(sales(world, "?limit=100")["data"]) == 100
    assert len(every_page(world, 100)) == 180
