"""Saved and ready-made reports: kept, changed, deleted and restored, asked as of now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from chalicelib.insight import compacting, store_saved
from chalicelib.insight.model_ready import READY
from chalicelib.insight.model_saved import SavedQuery
from tests.api import test_lake
from tests.api.caller import Caller, assert_problem
from tests.api.test_reconciliation import colleague
from tests.api.world import World
from tests.people import in_office

SAVED = "/v1/reports/saved"
WISH: dict[str, Any] = {
    "name": "Payments of today",
    "query": {
        "period": "today",
        "measures": [{"measure": "count"}, {"measure": "sum", "of": "amount"}],
        "dimensions": ["kind", "currency"],
        "filters": [{"dimension": "kind", "words": ["payment"]}],
    },
    "chart": "bars",
}


def saved(world: World, **more: Any) -> str:
    reply = world.operator.post(SAVED, WISH | more)
    assert reply.status == 201, reply.raw
    return str(reply.json["id"])


def compact(world: World) -> None:
    """A moment later: what an answer is known through is after what happened."""
    world.deliver()
    world.clock.advance(4)
    test_lake.compact(world)


def later(world: World, days: float) -> Caller:
    world.clock.advance(days * 86_400)
    world.operator = world.nobody.bearing(in_office(world.operator_id, world.clock.now()))
    return world.operator


def test_a_saved_report_is_asked_as_of_now(world: World) -> None:
    report, ana = saved(world), world.customer(10_000)
    ana.pay(2_000)
    compact(world)
    rows = [{"kind": "payment", "currency": "CNY", "count": 1, "sum_amount": 2_000}]
    asked = world.operator.post(f"{SAVED}/{report}/answer")
    assert (asked.status, asked.json["rows"], asked.json["drills"]) == (200, rows, True)
    assert later(world, 1).post(f"{SAVED}/{report}/answer").json["rows"] == []


def test_what_is_saved_is_shown_and_changed_in_what_is_given_alone(world: World) -> None:
    report = saved(world)
    found = world.operator.get(f"{SAVED}/{report}").json
    assert (found["name"], found["query"]["period"], found["chart"]) == (WISH["name"], "today", "bars")
    assert msgspec.convert(found["query"], SavedQuery) == msgspec.convert(WISH["query"], SavedQuery)
    changed = world.operator.patch(f"{SAVED}/{report}", {"name": " Today ", "chart": "lines"}).json
    assert changed | {"changed_at": ""} == found | {"name": "Today", "chart": "lines", "changed_at": ""}
    assert world.operator.get(SAVED).json["data"] == [changed]


def test_a_deleted_report_is_kept_for_thirty_days_and_can_be_restored(world: World) -> None:
    schedule = {"every": "day", "hour": 6, "recipients": [world.operator_id]}
    report = saved(world, schedule=schedule)
    assert world.operator.delete(f"{SAVED}/{report}").status == 204
    assert world.operator.delete(f"{SAVED}/{report}").status == 204
    assert world.operator.get(SAVED).json["data"] == []
    assert [one["id"] for one in world.operator.get(f"{SAVED}?deleted=true").json["data"]] == [report]
    assert_problem(world.operator.post(f"{SAVED}/{report}/answer"), 409, "invalid-state")
    assert store_saved.due(world.clock.now() + timedelta(days=9)) == []
    restored = later(world, 29).post(f"{SAVED}/{report}/restore").json
    assert (restored["deleted_at"], restored["schedule"]) == (None, schedule)
    assert restored["next_at"] > world.clock.now().isoformat()
    world.operator.delete(f"{SAVED}/{report}")
    assert_problem(later(world, 30).post(f"{SAVED}/{report}/restore"), 404, "not-found")
    assert world.operator.get(f"{SAVED}?deleted=true").json["data"] == []


def test_everybody_reads_reports_and_only_those_who_keep_them_change_them(world: World) -> None:
    report, reader = saved(world), colleague(world, "auditor")
    assert reader.get(f"{SAVED}/{report}").status == 200
    assert reader.post(f"{SAVED}/{report}/answer").status == 200
    assert_problem(reader.post(SAVED, WISH), 403, "forbidden")
    assert_problem(reader.patch(f"{SAVED}/{report}", {"name": "Mine"}), 403, "forbidden")
    assert_problem(reader.delete(f"{SAVED}/{report}"), 403, "forbidden")


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"query": WISH["query"] | {"sort": {"by": "nothing"}}}, "sort"),
        ({"query": {"period": "today"}}, "measures"),
        ({"schedule": {"every": "day", "hour": 6, "recipients": ["usr_1"]}}, "schedule"),
        ({"name": "\u200b"}, "name"),
    ],
)
def test_what_makes_no_sense_is_not_saved(world: World, change: dict[str, Any], param: str) -> None:
    report = saved(world)
    assert_problem(world.operator.post(SAVED, WISH | change), 422, "invalid-request", param)
    assert_problem(world.operator.patch(f"{SAVED}/{report}", change), 422, "invalid-request", param)
    assert len(world.operator.get(SAVED).json["data"]) == 1


def test_two_who_change_one_report_at_once_both_have_their_way(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    report, swap = saved(world), store_saved.swap

    def beaten(*seen_and_now: Any) -> bool:
        monkeypatch.setattr(store_saved, "swap", swap)
        assert world.operator.patch(f"{SAVED}/{report}", {"name": "Theirs"}).status == 200
        return swap(*seen_and_now)

    monkeypatch.setattr(store_saved, "swap", beaten)
    changed = world.operator.patch(f"{SAVED}/{report}", {"chart": "none"}).json
    assert (changed["name"], changed["chart"]) == ("Theirs", "none")


def test_every_ready_made_report_has_an_answer(world: World) -> None:
    ana = world.customer(10_000)
    ana.pay(2_000)
    compact(world)
    ready = world.operator.get("/v1/reports/ready").json["data"]
    assert [one["name"] for one in ready] == list(READY)
    for one in ready:
        wish = {"period": "this-month"} | ({"merchant_id": world.shop.id} if one["takes_merchant"] else {})
        reply = world.operator.post(f"/v1/reports/ready/{one['name']}/answer", wish)
        assert (reply.status, reply.json["drills"]) == (200, one["query"] is not None), one["name"]
    assert_problem(world.operator.post("/v1/reports/ready/none/answer", {}), 404, "not-found")


def test_ready_made_reports_are_told_in_the_language_of_whoever_asks(world: World) -> None:
    told = world.operator.get("/v1/reports/ready", accept_language="zh").json["data"]
    assert told[0]["title"] == "日常经营"


def test_a_merchants_statement_is_of_one_merchant_and_no_other_report_is(world: World) -> None:
    ana = world.customer(10_000)
    ana.pay(2_000)
    compact(world)
    path = "/v1/reports/ready/merchant-statement/answer"
    asked = world.operator.post(path, {"period": "today", "merchant_id": world.shop.id}).json
    assert {row["kind"]: row["sum_amount"] for row in asked["rows"]} == {"payment": 2_000, "settlement": 2_000}
    assert_problem(world.operator.post(path, {}), 422, "invalid-request", "merchant_id")
    assert_problem(world.operator.post(path, {"merchant_id": "x"}), 422, "invalid-request", "merchant_id")
    other = "/v1/reports/ready/liability/answer"
    assert_problem(world.operator.post(other, {"merchant_id": world.shop.id}), 422, "invalid-request", "merchant_id")


def test_rows_that_no_question_made_lead_to_no_entries(world: World) -> None:
    world.customer(10_000)
    compact(world)
    asked = world.operator.post("/v1/reports/ready/liability/answer", {"period": "today"}).json
    assert [(row["currency"], row["owed"]) for row in asked["rows"]] == [("CNY", 10_000)]
    assert world.operator.get(f"/v1/reports/answers/{asked['id']}").json["data"][0]["cells"] == asked["rows"][0]
    assert_problem(world.operator.get(f"/v1/reports/answers/{asked['id']}/rows/0/entries"), 404, "not-found")
    assert world.operator.post("/v1/reports/ready/liability/answer", {"period": "today"}).json["cached"]


def test_breakage_is_what_wallets_hold_that_nobody_touched_for_a_year(world: World) -> None:
    ana, bea = world.customer(10_000), world.customer(500)
    ana.pay(2_000)
    compact(world)
    later(world, 366)
    world.put_in(bea, 100)
    compact(world)
    (row,) = world.operator.post("/v1/reports/ready/breakage/answer", {}).json["rows"]
    assert (row["currency"], row["wallets"], row["held"]) == ("CNY", 1, 8_000)


def test_settlement_ageing_tells_what_waits_and_nothing_once_it_is_settled(world: World) -> None:
    ana = world.customer(10_000)
    ana.pay(2_000)
    world.messages_of_settlement()
    world.gather()
    compacting.compact(world.clock.now() + timedelta(hours=2))
    ageing = world.operator.post("/v1/reports/ready/settlement-ageing/answer", {}).json["rows"]
    assert ageing == [{"age": "under-1-day", "currency": "CNY", "captures": 1, "unsettled": 2_000}]
    world.forget_what_was_told()
    compact(world)
    assert world.operator.post("/v1/reports/ready/settlement-ageing/answer", {}).json["rows"] == []
