"""From the journal to an answer: what happened is gathered, filed where its time says, asked, and followed back."""

from __future__ import annotations

import gzip
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.insight import compacting, store_lake
from chalicelib.kernel import clock
from tests.api import transfer_kit
from tests.api.caller import Reply, assert_problem
from tests.api.weather import Weather
from tests.api.world import World
from tests.people import in_office

COUNT, SUM = {"measure": "count"}, {"measure": "sum", "of": "amount"}
MOVED = {"dimension": "kind", "words": ["payment", "settlement", "top-up", "transfer"]}
"""People who sign up and the like are in the lake as well."""


@pytest.fixture
def weather(monkeypatch: pytest.MonkeyPatch) -> Weather:
    return Weather(monkeypatch)


def compact(world: World) -> int:
    world.deliver()
    world.gather()
    return compacting.compact(world.clock.now())


def ask(world: World, **more: Any) -> Reply:
    at = world.clock.now()
    times = {"from": clock.written(at - timedelta(days=30)), "to": clock.written(at + timedelta(days=1))}
    wish = times | {"measures": [COUNT], "filters": [MOVED]} | more
    return world.operator.post("/v1/reports/query", wish)


def by_kind(world: World) -> dict[str, tuple[int, int]]:
    reply = ask(world, measures=[COUNT, SUM], dimensions=["kind"],
                filters=[{"dimension": "currency", "words": ["CNY"]}])  # fmt: skip
    assert reply.status == 200, reply.raw
    return {row["kind"]: (row["count"], row["sum_amount"]) for row in reply.json["rows"]}


def test_what_people_did_is_counted_once_however_often_it_is_told(world: World) -> None:
    ana, bo = world.customer(10_000), world.customer()
    transfer_kit.introduced(world, ana, bo)
    assert ana.pay(2_000).status == 201
    assert ana.pay(700).status == 201
    assert transfer_kit.send(ana, bo.identifier, 300).status == 201
    for _ in range(3):
        assert compact(world)
        world.forget_what_was_told()
    counted = {"payment": (2, 2_700), "settlement": (1, 2_700), "top-up": (1, 10_000), "transfer": (1, 300)}
    assert by_kind(world) == counted


def test_a_payment_knows_its_merchant_its_category_its_payer_and_where(world: World) -> None:
    ana = world.customer(10_000)
    ana.pay(2_000)
    compact(world)
    (row,) = ask(world, dimensions=["merchant", "category", "region", "tier"],
                 filters=[{"dimension": "kind", "words": ["payment"]}]).json["rows"]  # fmt: skip
    assert (row["merchant"], row["region"], row["count"]) == (world.shop.id, "CN", 1)
    assert row["category"]
    people = ask(world, measures=[{"measure": "people"}], filters=[{"dimension": "kind", "words": ["payment"]}])
    assert people.json["rows"] == [{"people": 1}]


def test_no_id_of_a_person_is_in_the_lake(world: World) -> None:
    ana = world.customer(10_000)
    ana.pay(2_000)
    world.deliver()
    world.gather()
    landed = [gzip.decompress(store_lake.get(one.key) or b"") for one in store_lake.landed(100).files]
    assert landed
    assert not [one for one in landed if ana.id.encode() in one or b"example.com" in one]


def test_a_row_leads_to_the_entries_of_the_journal_that_it_counts(world: World) -> None:
    ana = world.customer(10_000)
    paid = ana.pay(2_000).json["id"]
    ana.pay(700)
    compact(world)
    asked = ask(world, measures=[COUNT, SUM], dimensions=["kind", "currency"]).json
    place = [row["kind"] for row in asked["rows"]].index("payment")
    found = world.operator.get(f"/v1/reports/answers/{asked['id']}/rows/{place}/entries").json["data"]
    assert [one["amount"] for one in found] == [700, 2_000]
    assert found[1]["movement"] == paid
    entries = world.operator.get(f"/v1/accounts/{found[1]['account']}/entries").json["data"]
    assert found[1]["id"] in [entry["id"] for entry in entries]


def test_the_same_question_is_answered_from_what_is_kept_until_something_happens(world: World) -> None:
    ana = world.customer(10_000)
    compact(world)
    at = world.clock.now()
    times = {"from": clock.written(at - timedelta(days=1)), "to": clock.written(at + timedelta(days=1))}
    first, again = ask(world, **times).json, ask(world, **times).json
    assert (first["cached"], again["cached"]) == (False, True)
    assert first["rows"] == again["rows"]
    ana.pay(100)
    compact(world)
    assert ask(world, **times).json["cached"] is False


def test_an_answer_is_read_page_by_page_and_taken_away_as_a_file(world: World) -> None:
    ana = world.customer(10_000)
    for amount in (100, 200, 300):
        ana.pay(amount)
        world.clock.advance(61)
    compact(world)
    asked = ask(world, dimensions=["time", "kind"], grain="minute").json
    first = world.operator.get(f"/v1/reports/answers/{asked['id']}?limit=3").json
    rest = world.operator.get(f"/v1/reports/answers/{asked['id']}?limit=3&cursor={first['next_cursor']}").json
    assert [row["cells"] for row in [*first["data"], *rest["data"]]] == asked["rows"]
    table = world.operator.get(f"/v1/reports/answers/{asked['id']}/file?format=csv")
    assert table.raw.decode().splitlines()[0] == "time,kind,count"
    assert len(table.raw.decode().splitlines()) == 1 + asked["total"]


def test_what_comes_late_is_filed_where_its_time_says(world: World) -> None:
    ana = world.customer(10_000)
    ana.pay(2_000)
    compact(world)
    day = clock.written(world.clock.now())[:10]
    late = ana.pay(500)
    world.deliver()
    world.clock.advance(5 * 86_400)
    world.operator = world.nobody.bearing(in_office(world.operator_id, world.clock.now()))
    compacting.compact(world.clock.now())
    assert [one.hour for one in store_lake.day(day).files] == ["all"]
    world.gather()
    before = store_lake.day(day).events
    assert compacting.compact(world.clock.now())
    assert late.status == 201
    assert [(one.hour, one.events - before) for one in store_lake.day(day).files] == [("all", 2)]
    assert by_kind(world)["payment"] == (2, 2_500)


def test_a_funnel_and_who_is_converted_lead_back_to_entries_as_well(world: World) -> None:
    ana, ben = world.customer(10_000), world.customer(10_000)
    ben.pay(50)
    world.clock.advance(61)
    ana.pay(2_000)
    compact(world)
    steps = [{"kind": "top-up"}, {"kind": "payment"}]
    at = world.clock.now()
    times = {"from": clock.written(at - timedelta(days=1)), "to": clock.written(at + timedelta(days=1))}
    asked = world.operator.post("/v1/reports/query", times | {"funnel": {"steps": steps, "within_days": 1}}).json
    assert [(row["step"], row["people"], row["of_first"]) for row in asked["rows"]] == [(1, 2, 10_000), (2, 2, 10_000)]
    found = world.operator.get(f"/v1/reports/answers/{asked['id']}/rows/1/entries").json["data"]
    assert [one["amount"] for one in found] == [2_000, 50]
    converted = {"measure": "conversion", "to": "payment", "within_days": 1}
    kept = {"dimension": "kind", "words": ["top-up"]}
    assert ask(world, measures=[converted], filters=[kept]).json["rows"] == [{"conversion": 10_000}]


def test_a_time_that_goes_on_has_no_retention_yet(world: World) -> None:
    world.customer(10_000)
    compact(world)
    asked = {"measures": [{"measure": "retention", "after": 1}], "dimensions": ["time"], "grain": "hour"}
    assert {row["retention_1"] for row in ask(world, **asked).json["rows"]} == {None}
    world.clock.advance(3 * 3_600)
    world.operator = world.nobody.bearing(in_office(world.operator_id, world.clock.now()))
    compact(world)
    assert {row["retention_1"] for row in ask(world, **asked).json["rows"]} == {0}


def test_who_compacts_at_the_same_time_loses_and_nothing_is_lost(world: World) -> None:
    ana = world.customer(10_000)
    compact(world)
    day = clock.written(world.clock.now())[:10]
    stale = store_lake.day(day)
    ana.pay(2_000)
    compact(world)
    assert not store_lake.swap(stale, stale.files)
    assert by_kind(world)["payment"] == (1, 2_000)


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"to": "2020-01-01T00:00:00Z"}, "to"),
        ({"measures": [{"measure": "sum"}]}, "measures"),
        ({"measures": [SUM]}, "filters"),
        ({"sort": {"by": "nothing"}}, "sort"),
        ({"filters": [{"dimension": "time", "words": ["2026"]}]}, "filters"),
    ],
)
def test_a_question_without_sense_says_which_part(world: World, change: dict[str, Any], param: str) -> None:
    reply = ask(world, **change)
    assert_problem(reply, 422, "invalid-request", param)


@pytest.mark.parametrize("how", ["unreachable", "broken"])
def test_without_the_bucket_a_report_waits_and_says_so(world: World, weather: Weather, how: str) -> None:
    world.customer(10_000)
    compact(world)
    with weather.storm(how, service="s3"):
        assert_problem(ask(world), 503, "unavailable")
    assert ask(world).json["rows"] == [{"count": 1}]
