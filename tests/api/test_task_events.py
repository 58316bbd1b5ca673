"""Task times and abandonment: counted by the day, and nothing of anybody is kept."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.caller import assert_problem
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import all_items

pytestmark = pytest.mark.many_requests

EVENT = {"task": "pay", "outcome": "completed", "seconds": 12, "mode": "easy", "language": "zh"}


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def tell(world: World, *events: dict[str, Any]) -> None:
    assert world.nobody.post("/v1/task-events", {"events": list(events)}).status == 204


def report(world: World, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.operator.get(f"/v1/reports/tasks{query}").json["tasks"]
    return found


def counts(row: dict[str, Any], part: str) -> dict[str, int]:
    return {key: count for key, count in row[part].items() if count}


def test_what_is_told_is_summed_by_task_mode_and_language(world: World) -> None:
    tell(world, EVENT, EVENT | {"seconds": 40, "score": 5}, EVENT | {"outcome": "abandoned", "seconds": 3_600})
    tell(world, EVENT | {"seconds": 3_600, "score": 2}, EVENT | {"mode": "standard"})
    easy, standard = report(world)
    assert (easy["task"], easy["mode"], easy["language"]) == ("pay", "easy", "zh")
    assert (easy["completed"], easy["abandoned"], easy["seconds"]) == (3, 1, 12 + 40 + 3_600)
    assert counts(easy, "at_most") == {"20": 1, "60": 1, "3600": 1}
    assert counts(easy, "scores") == {"2": 1, "5": 1}
    assert (standard["mode"], standard["completed"]) == ("standard", 1)


def test_days_are_counted_apart_and_asked_for_by_their_dates(world: World) -> None:
    tell(world, EVENT)
    world.clock.advance(86_400)
    tell(world, EVENT, EVENT)
    world.operator = world._operator()
    assert [row["completed"] for row in report(world)] == [3]
    assert [row["completed"] for row in report(world, "?from=2026-11-22&to=2026-11-22")] == [1]
    assert [row["completed"] for row in report(world, "?from=2026-11-23")] == [2]
    assert report(world, "?to=2026-11-21") == []


def test_nothing_of_whoever_told_it_is_kept(world: World) -> None:
    ana = world.customer()
    before = {table: all_items(table) for table in ("cases", "identity")}
    ana.phone.post("/v1/task-events", {"events": [EVENT]})
    new = {table: [item for item in all_items(table) if item not in before[table]] for table in before}
    (counter,), (throttled,) = new["cases"], new["identity"]
    assert set(counter) == {"pk", "sk", "completed", "seconds", "at_most_20"}
    assert counter["sk"] == {"S": "2026-11-22#pay#easy#zh"}
    assert throttled["pk"]["S"].startswith("THROTTLE#task-events-hour#")
    assert "127.0.0.1" not in str(throttled) and ana.id not in str(new)


def test_one_address_tells_no_more_than_six_hundred_times_an_hour(world: World) -> None:
    for _ in range(600):
        assert world.nobody.post("/v1/task-events", {"events": [EVENT]}).status == 204
    refused = world.nobody.post("/v1/task-events", {"events": [EVENT]})
    assert_problem(refused, 429, "too-many-requests")
    assert report(world)[0]["completed"] == 600


@pytest.mark.parametrize(
    "change",
    [{"task": "steal"}, {"seconds": 3_601}, {"seconds": -1}, {"score": 6}, {"outcome": "lost"}, {"user": "usr_1"}],
)
def test_what_is_no_event_is_refused(world: World, change: dict[str, Any]) -> None:
    reply = world.nobody.post("/v1/task-events", {"events": [EVENT | change]})
    assert (reply.status, reply.json["code"]) == (422, "invalid-request")
    assert reply.json["param"].startswith("events")


def test_a_batch_holds_one_to_twenty(world: World) -> None:
    tell(world, *[EVENT] * 20)
    for events in ([], [EVENT] * 21):
        assert_problem(world.nobody.post("/v1/task-events", {"events": events}), 422, "invalid-request", "events")


@pytest.mark.parametrize("query", ["?from=2026-11-23", "?from=2026-08-01", "?to=yesterday", "?from=20261101"])
def test_a_period_that_is_none_or_too_long_is_refused(world: World, query: str) -> None:
    assert_problem(world.operator.get(f"/v1/reports/tasks{query}"), 422, "invalid-request", query[1:].partition("=")[0])
