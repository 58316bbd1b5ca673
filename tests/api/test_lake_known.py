"""How far the lake is known: never said to be further than what is on its way, and no report is sent before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.insight import compacting, store_lake, tasks
from chalicelib.kernel import clock
from chalicelib.settings import settings
from tests.api.test_lake import ask, by_kind, compact
from tests.api.test_live_counts import measured
from tests.api.test_saved_reports import SAVED, WISH
from tests.api.test_sent_reports import Reader
from tests.api.world import World

ON_THE_WAY = timedelta(seconds=3)


def queue_waited(world: World, seconds: float) -> None:
    name = settings().happened_queue_url.rpartition("/")[2]
    measured("AWS/SQS", "ApproximateAgeOfOldestMessage", {"QueueName": name}, seconds, world)


def stream_was_late(world: World, seconds: float) -> None:
    measured("AWS/Lambda", "IteratorAge", {"FunctionName": "coffer-fan-out"}, seconds * 1_000, world)


def test_what_was_paid_a_moment_ago_may_be_on_its_way(world: World) -> None:
    world.customer(1_000)
    compact(world)
    assert ask(world).json["through_at"] == clock.written(world.clock.now() - ON_THE_WAY)


def test_while_something_waits_and_nobody_knows_since_when_nothing_is_said(world: World) -> None:
    world.customer(1_000).pay(400)
    world.deliver()
    world.clock.advance(120)
    compacting.compact(world.clock.now())
    assert ask(world).json["through_at"] is None
    compact(world)
    assert (by_kind(world)["payment"], ask(world).json["through_at"] is not None) == ((1, 400), True)


@pytest.mark.parametrize("late", [queue_waited, stream_was_late])
def test_what_is_measured_to_be_late_is_not_known_yet(world: World, late: Any) -> None:
    world.customer(1_000).pay(400)
    world.deliver()
    world.clock.advance(120)
    queue_waited(world, 110)
    late(world, 115)
    compacting.compact(world.clock.now())
    least = timedelta(seconds=110 if late is queue_waited else 115)
    assert clock.read(ask(world).json["through_at"]) <= world.clock.now() - least


def test_how_far_it_is_known_never_goes_back(world: World) -> None:
    compacting.compact(world.clock.now())
    said = store_lake.through()
    stream_was_late(world, 600)
    compacting.compact(world.clock.now() + timedelta(seconds=30))
    assert store_lake.through() == said


def test_a_report_of_yesterday_has_its_last_minutes_however_late_they_come(world: World) -> None:
    reader, ana = Reader(world), world.customer(10_000)
    daily = {"every": "day", "hour": 0, "recipients": [reader.id]}
    wish = WISH | {"schedule": daily, "query": WISH["query"] | {"period": "yesterday"}}
    assert world.operator.post(SAVED, wish).status == 201
    now = world.clock.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    compact(world)
    world.clock.advance((midnight - now).total_seconds() - 20)
    ana.sign_in()
    assert ana.pay(2_000).status == 201
    world.deliver()
    for seconds, waited in ((21, 21), (300, 321)):
        world.clock.advance(seconds)
        queue_waited(world, waited)
        tasks.compact(world.clock.now())
        assert reader.mails == [], "the last payment waits to be gathered"
    world.gather()
    world.clock.advance(300)
    tasks.compact(world.clock.now())
    (mail,) = reader.mails
    assert "20.00" in mail["body"]


def test_a_report_that_waited_for_a_day_is_sent_with_what_is_known(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Reader(world)
    daily = {"every": "day", "hour": 0, "recipients": [reader.id]}
    wish = WISH | {"schedule": daily, "query": WISH["query"] | {"period": "yesterday"}}
    assert world.operator.post(SAVED, wish).status == 201
    monkeypatch.setattr(store_lake, "note", lambda at: None)
    world.clock.advance(86_400)
    tasks.compact(world.clock.now())
    assert reader.mails == []
    world.clock.advance(86_400)
    tasks.compact(world.clock.now())
    assert len(reader.mails) == 1
