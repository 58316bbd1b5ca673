"""Minutes, hours and days say to the unit what the journal says, however late, often or crosswise its entries come; and
how far they are is never better than it is."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from chalicelib import cloud
from chalicelib.insight import live as report
from chalicelib.ledger import store
from chalicelib.ledger.wire import plain_item
from chalicelib.settings import settings
from tests import counted
from tests.api.transfer_kit import introduced, packet, send
from tests.api.world import Person, World, fresh_key
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests


def live(world: World) -> dict[str, Any]:
    """As the route answers, whoever has to sign in again meanwhile."""
    found: dict[str, Any] = msgspec.to_builtins(report.report(world.clock.now()))
    return found


def reported(told: dict[str, Any]) -> counted.Sums:
    parts = (("minute", "counts"), ("hour", "hours"), ("day", "days"))
    return {
        (one[span], one["kind"], one["processor"], one["currency"]): (one["entries"], one["amount"])
        for span, name in parts
        for one in told[name]
    }


def journal() -> list[dict[str, Any]]:
    return [plain_item(item) for item in store.everything(settings().journal_table)]


def everything_once(world: World) -> tuple[Person, Person]:
    """Within the hour: what touches a system account, and what passes between two wallets."""
    ana, ben = world.customer(50_000), world.customer(7_000)
    introduced(world, ana, ben)
    held = ana.pay(900, capture="manual").json["id"]
    world.shop.act(held, "capture", {"amount": 600})
    for number in range(3):
        world.clock.advance(70)
        ana.pay(100 + number, order_reference=f"order-{number}")
        assert send(ana, ben.identifier, 2_000 + number).json["status"] == "completed"
    paid = ben.pay(333, order_reference="order-9").json["id"]
    world.shop.act(paid, "refunds", {"amount": 33})
    assert packet(ben, 1_000).status == 201
    return ana, ben


def test_each_of_them_is_what_the_journal_sums_up_to(world: World) -> None:
    everything_once(world)
    world.deliver()
    found = reported(live(world))
    assert found == counted.by_the_journal(journal())
    kinds = {(began, kind): many for (began, kind, _, _), (many, _) in found.items()}
    assert kinds["2026-11-22", "transfer"] == kinds["2026-11-22T08", "transfer"] == 3
    assert kinds["2026-11-22", "authorisation"] == 1


def test_a_transfer_has_two_copies_and_counts_once_whichever_comes_alone(world: World) -> None:
    ana, ben = world.customer(5_000), world.customer()
    introduced(world, ana, ben)
    assert send(ana, ben.identifier, 700).json["status"] == "completed"
    copies = [one for one in world.new_records() if one["dynamodb"]["NewImage"]["kind"] == {"S": "transfer"}]
    assert len(copies) == 2
    for copy in (*copies, *reversed(copies)):
        world.give([copy])
    (day,) = [one for one in live(world)["days"] if one["kind"] == "transfer"]
    assert (day["entries"], day["amount"]) == (1, 700)


@pytest.mark.parametrize("seed", range(3))
def test_entries_that_come_late_twice_and_crosswise_are_right_in_minute_hour_and_day(world: World, seed: int) -> None:
    chance = random.Random(seed)
    ana, _ = everything_once(world)
    world.clock.advance(timedelta(hours=26).total_seconds())
    ana.sign_in()
    ana.pay(55, order_reference="order-later")
    records = world.new_records() * 2
    chance.shuffle(records)
    while records:
        many = chance.randint(1, 7)
        world.give(records[:many])
        records = records[many:]
    world.deliver()
    world.forget_what_was_told()
    world.deliver()
    by_journal = counted.by_the_journal(journal())
    assert counted.by_the_counters(map(plain_item, store.everything(settings().ledger_table))) == by_journal
    hours_and_days = {place: found for place, found in by_journal.items() if len(place[0]) < len("2026-11-22T08:07")}
    found = reported(live(world))
    assert {place: one for place, one in found.items() if place in hours_and_days} == hours_and_days
    assert {place[0][:10] for place in found} == {"2026-11-22", "2026-11-23"}


def test_hours_reach_back_two_days_and_days_a_month(world: World, clock: FrozenClock) -> None:
    world.customer(1_000)
    world.deliver()
    clock.advance(timedelta(hours=47).total_seconds())
    assert {one["hour"] for one in live(world)["hours"]} == {"2026-11-22T08"}
    clock.advance(3_600)
    assert live(world)["hours"] == []
    clock.advance(timedelta(days=28).total_seconds())
    assert {one["day"] for one in live(world)["days"]} == {"2026-11-22"}
    clock.advance(timedelta(days=1).total_seconds())
    assert live(world)["days"] == []


def test_what_was_counted_just_now_tells_how_long_it_took(world: World, clock: FrozenClock) -> None:
    assert live(world)["counted"]["behind_seconds"] == 3
    world.customer(1_000)
    clock.advance(8)
    world.deliver()
    clock.advance(1)
    found = live(world)["counted"]
    assert (found["newest_at"], found["counted_at"]) == ("2026-11-22T08:00:00.000001Z", "2026-11-22T08:00:08.000000Z")
    assert (found["behind_seconds"], found["through_at"], found["waiting"]) == (8, "2026-11-22T08:00:01.000000Z", 0)
    clock.advance(60)
    assert live(world)["counted"]["behind_seconds"] == 3


def test_while_something_waits_they_are_no_further_than_the_newest(world: World, clock: FrozenClock) -> None:
    ana = world.customer(1_000)
    queue = settings().fold_queue_url
    cloud.client("sqs").send_message(QueueUrl=queue, MessageBody='{"entries": []}')
    found = live(world)["counted"]
    assert (found["waiting"], found["behind_seconds"], found["through_at"]) == (1, None, None)
    world.deliver()
    clock.advance(300)
    cloud.client("sqs").send_message(QueueUrl=queue, MessageBody='{"entries": []}')
    found = live(world)["counted"]
    assert (found["waiting"], found["behind_seconds"]) == (1, 300)
    assert found["through_at"] <= found["newest_at"] < "2026-11-22T08:00:01"
    ana.pay(100, key=fresh_key())
    world.deliver()
    assert live(world)["counted"]["behind_seconds"] == 3


def measured(space: str, metric: str, of: dict[str, str], value: float, world: World) -> None:
    dimensions = [{"Name": name, "Value": called} for name, called in of.items()]
    data = {"MetricName": metric, "Dimensions": dimensions, "Timestamp": world.clock.now(), "Value": value}
    cloud.client("cloudwatch").put_metric_data(Namespace=space, MetricData=[data])


def test_what_cloudwatch_measured_of_queue_and_stream_is_told(world: World) -> None:
    queue = settings().fold_queue_url
    measured("AWS/SQS", "ApproximateAgeOfOldestMessage", {"QueueName": queue.rpartition("/")[2]}, 40, world)
    found = live(world)["counted"]
    assert (found["waiting_seconds"], found["stream_seconds"], found["behind_seconds"]) == (40, None, 3)
    cloud.client("sqs").send_message(QueueUrl=queue, MessageBody='{"entries": []}')
    assert live(world)["counted"]["behind_seconds"] == 40
    measured("AWS/Lambda", "IteratorAge", {"FunctionName": "coffer-fan-out"}, 90_000, world)
    found = live(world)["counted"]
    assert (found["stream_seconds"], found["behind_seconds"]) == (90, 90)
    world.clock.advance(300)
    assert live(world)["counted"]["stream_seconds"] is None
