"""Figures of reports are those of the journal, and of nothing that was only wished for."""

from __future__ import annotations

import pytest

from tests.api.test_lake import compact
from tests.api.world import World

READY = "/v1/reports/ready"


@pytest.mark.parametrize("name", ["daily-business", "merchant-statement"])
def test_a_refused_payment_is_no_business(world: World, name: str) -> None:
    ana = world.customer(1_000)
    assert ana.pay(400).status == 201
    assert ana.pay(90_000).status == 409
    compact(world)
    about = {"merchant_id": world.shop.id} if name == "merchant-statement" else {}
    rows = world.operator.post(f"{READY}/{name}/answer", {"period": "today"} | about).json["rows"]
    assert [(row["count"], row["sum_amount"]) for row in rows if row["kind"] == "payment"] == [(1, 400)]


def test_of_a_capture_of_a_part_the_live_report_and_the_lake_say_what_was_captured(world: World) -> None:
    ana = world.customer(10_000)
    checkout = world.shop.checkout(5_000, capture="manual")
    paid = ana.pay_checkout(checkout["id"]).json["id"]
    assert world.shop.act(paid, "capture", {"amount": 3_370}).status in (200, 201)
    compact(world)
    statement = {"period": "today", "merchant_id": world.shop.id}
    rows = world.operator.post(f"{READY}/merchant-statement/answer", statement).json["rows"]
    live = world.operator.get("/v1/reports/live").json["days"]
    told = [{row["kind"]: row[name] for row in found} for found, name in ((rows, "sum_amount"), (live, "amount"))]
    assert [one["capture"] for one in told] == [3_370, 3_370]
