"""A row leads to what it was counted from: not to what came since, page by page, and on both its sides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from chalicelib.kernel import clock
from tests.api.caller import assert_problem
from tests.api.test_lake import COUNT, SUM, ask, compact
from tests.api.world import World
from tests.people import in_office

PAID = [{"dimension": "kind", "words": ["payment"]}, {"dimension": "currency", "words": ["CNY"]}]


def amounts(world: World, answer: str, more: str = "") -> list[int]:
    reply = world.operator.get(f"/v1/reports/answers/{answer}/rows/0/entries?{more}")
    assert reply.status == 200, reply.raw
    return [one["amount"] for one in reply.json["data"]]


def test_the_entries_of_a_row_add_up_to_it_whatever_came_since(world: World) -> None:
    ana = world.customer(10_000)
    ana.pay(100)
    ana.pay(200)
    compact(world)
    asked = ask(world, measures=[COUNT, SUM], filters=PAID).json
    url = f"/v1/reports/answers/{asked['id']}/rows/0/entries"
    first = world.operator.get(f"{url}?limit=1").json
    ana.pay(300)
    compact(world)
    rest = world.operator.get(f"{url}?limit=1&cursor={first['next_cursor']}").json
    assert (asked["rows"][0]["sum_amount"], amounts(world, asked["id"])) == (300, [200, 100])
    assert [one["amount"] for one in [*first["data"], *rest["data"]]] == [200, 100]
    assert rest["next_cursor"] is None


def test_of_a_funnel_too_a_page_begins_behind_the_one_before(world: World) -> None:
    for amount in (100, 200, 300):
        world.customer(10_000).pay(amount)
    compact(world)
    steps = [{"kind": "top-up"}, {"kind": "payment"}]
    at = world.clock.now()
    times = {"from": clock.written(at - timedelta(days=1)), "to": clock.written(at + timedelta(days=1))}
    asked = world.operator.post("/v1/reports/query", times | {"funnel": {"steps": steps, "within_days": 1}}).json
    found: list[int] = []
    url, cursor = f"/v1/reports/answers/{asked['id']}/rows/1/entries?limit=1", ""
    while True:
        page = world.operator.get(url + cursor).json
        found += [one["amount"] for one in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert sorted(found) == [100, 200, 300]


def compared(world: World, **more: Any) -> dict[str, Any]:
    """A payment of 100 yesterday and one of 200 today, from Sunday to Monday."""
    ana = world.customer(10_000)
    ana.pay(100)
    world.clock.advance(86_400)
    world.operator = world.nobody.bearing(in_office(world.operator_id, world.clock.now()))
    ana.sign_in()
    ana.pay(200)
    compact(world)
    at = world.clock.now()
    times = {"from": clock.written(at - timedelta(hours=12)), "to": clock.written(at + timedelta(hours=12))}
    asked: dict[str, Any] = ask(world, **times, measures=[SUM], filters=PAID, compare=True, **more).json
    return asked


def test_what_a_figure_is_compared_with_leads_to_entries_as_well(world: World) -> None:
    asked = compared(world, dimensions=["kind"])
    assert asked["rows"] == [{"kind": "payment", "sum_amount": 200, "sum_amount_before": 100}]
    sides = [amounts(world, asked["id"], more) for more in ("", "side=now", "side=before")]
    assert sides == [[200], [200], [100]]


def test_what_is_compared_with_nothing_has_one_side(world: World) -> None:
    world.customer(10_000).pay(100)
    compact(world)
    asked = ask(world, measures=[COUNT], filters=PAID).json
    url = f"/v1/reports/answers/{asked['id']}/rows/0/entries"
    for side in ("before", "after"):
        assert_problem(world.operator.get(f"{url}?side={side}"), 422, "invalid-request", "side")


def test_a_weekday_that_is_kept_is_told_as_if_the_time_before_were_now(world: World) -> None:
    asked = compared(world, dimensions=["weekday"])
    (row,) = asked["rows"]
    monday = [{"dimension": "weekday", "words": [str(row["weekday"])]}]
    about = {"from": clock.written(world.clock.now() - timedelta(hours=12)),
             "to": clock.written(world.clock.now() + timedelta(hours=12))}  # fmt: skip
    kept = ask(world, **about, measures=[SUM], filters=[*PAID, *monday], dimensions=["weekday"], compare=True).json
    assert kept["rows"] == [{"weekday": row["weekday"], "sum_amount": 200, "sum_amount_before": 100}]
