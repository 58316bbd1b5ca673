"""Figures of reports are those of the journal, and of nothing that was only wished for."""

from __future__ import annotations

import pytest

from chalicelib.insight import compacting, gathering
from chalicelib.processors.model import ProcessorEvent
from chalicelib.topups import telling
from tests.api.test_lake import ask, compact
from tests.api.world import World
from tests.people import in_office

FAILED = {"id": "evt_same", "kind": "top-up", "outcome": "failed", "once": True}
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


@pytest.mark.parametrize("again", ["2026-11-22T07:00:01Z", "2026-11-23T07:00:01Z"])
def test_what_is_told_again_at_another_time_counts_once_when_it_was_told_first(world: World, again: str) -> None:
    gathering.gather({"happened": [FAILED | {"at": "2026-11-22T06:59:59Z"}]})
    gathering.gather({"happened": [FAILED | {"at": again}]})
    world.clock.advance(2 * 86_400)
    world.operator = world.nobody.bearing(in_office(world.operator_id, world.clock.now()))
    compacting.compact(world.clock.now())
    wish = {"from": "2026-11-22T00:00:00Z", "to": "2026-11-24T00:00:00Z", "measures": [{"measure": "count"}]}
    asked = wish | {"dimensions": ["time"], "grain": "hour", "filters": [{"dimension": "kind", "words": ["top-up"]}]}
    rows = world.operator.post("/v1/reports/query", asked).json["rows"]
    assert rows == [{"time": "2026-11-22T06:00:00.000000Z", "count": 1}]


def test_a_top_up_that_fails_twice_is_one_that_failed(world: World) -> None:
    event = ProcessorEvent(
        "e1", "sandbox", "topup_failed", world.clock.now(), topup_id="top_1", amount=100, currency="CNY"
    )
    for _ in range(2):
        telling.failed(event, world.clock.now())
        world.clock.advance(3_700)
    world.operator = world.nobody.bearing(in_office(world.operator_id, world.clock.now()))
    compact(world)
    filters = [{"dimension": "kind", "words": ["top-up"]}, {"dimension": "outcome", "words": ["failed"]}]
    assert ask(world, filters=filters).json["rows"] == [{"count": 1}]
