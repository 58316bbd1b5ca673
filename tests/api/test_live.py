"""The live report tells what the books, the stream and AWS say, and nothing that nobody counted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from moto.cloudwatch.models import Statistics

from chalicelib import cloud
from chalicelib.ledger import counts, folding, history
from chalicelib.settings import settings
from tests import aws
from tests.api.caller import Caller, assert_problem
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def live(world: World) -> dict[str, Any]:
    reply = world.operator.get("/v1/reports/live")
    assert reply.status == 200, reply.raw
    found: dict[str, Any] = reply.json
    return found


def counted(report: dict[str, Any]) -> dict[tuple[str, str], tuple[int, int]]:
    return {(one["kind"], one["minute"][-5:]): (one["entries"], one["amount"]) for one in report["counts"]}


def test_payments_are_counted_in_their_minute_and_each_once(world: World, clock: FrozenClock) -> None:
    ana = world.customer(1_000)
    ana.pay(100)
    ana.pay(250, order_reference="order-2")
    clock.advance(120)
    ana.pay(50, order_reference="order-3")
    world.deliver()
    entries = history.entries(ana.wallet, None, 10)
    assert folding.fold(entries) == 0
    found = counted(live(world))
    assert found["payment", "08:00"] == (2, 350)
    assert found["payment", "08:02"] == (1, 50)
    assert found["top-up", "08:00"] == (1, 1_000)
    assert {one["processor"] for one in live(world)["counts"] if one["kind"] == "top-up"} == {"sandbox"}


def test_what_is_older_than_an_hour_is_not_in_the_report(world: World, clock: FrozenClock) -> None:
    ana = world.customer(1_000)
    ana.pay(100)
    world.deliver()
    kept = counts.since(counts.MINUTE, clock.now() + timedelta(minutes=59), 60)
    assert [one.kind for one in kept.counts] == ["payment", "settlement", "top-up"]
    assert counts.since(counts.MINUTE, clock.now() + timedelta(minutes=60), 60).counts == []


def test_an_hour_that_lies_in_two_days_is_one_hour(world: World, clock: FrozenClock) -> None:
    clock.advance(timedelta(hours=15, minutes=59).total_seconds())
    ana = world.customer(1_000)
    ana.pay(100)
    clock.advance(120)
    ana.sign_in()
    ana.pay(7, order_reference="order-2")
    world.deliver()
    found = counts.since(counts.MINUTE, clock.now(), 60).counts
    assert [(one.began, one.amount) for one in found if one.kind == "payment"] == [
        ("2026-11-22T23:59", 100),
        ("2026-11-23T00:01", 7),
    ]


def test_a_fold_beyond_what_one_transaction_takes_is_made_in_two(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = world.customer(1_000)
    for number in range(4):
        ana.pay(10, order_reference=f"order-{number}", confirm_duplicate=True)
    monkeypatch.setattr(folding, "_MOST_WRITES", 9)
    assert folding.fold(history.entries(ana.wallet, None, 10)) == 5
    found = counts.since(counts.MINUTE, world.clock.now(), 60).counts
    assert {one.kind: one.entries for one in found} == {"payment": 4, "top-up": 1}


def test_an_entry_of_before_the_counts_is_folded_and_not_counted(world: World) -> None:
    assert folding.fold([{"id": "ent_1", "postings": {"sys:fees:CNY": 5}}]) == 1
    assert counts.since(counts.DAY, world.clock.now(), 31).counts == []


def test_money_held_is_what_people_and_merchants_own(world: World) -> None:
    ana = world.customer(1_000)
    ana.pay(400)
    world.deliver()
    ((held, *more),) = [live(world)["held"]]
    assert more == []
    owned = ana.available + 400 - 2
    assert held == {"currency": "CNY", "held": owned, "settling": 0, "fees": 2, "unclaimed": 0, "promotions": 0}
    assert live(world)["processors"] == [{"name": "sandbox", "currency": "CNY", "holds": 1_000}]


def test_queues_tell_what_waits_and_what_died(world: World) -> None:
    queues = cloud.client("sqs")
    dead = queues.create_queue(QueueName="fold-dead")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = f'{{"deadLetterTargetArn": "{arn}", "maxReceiveCount": "5"}}'
    queues.set_queue_attributes(QueueUrl=settings().fold_queue_url, Attributes={"RedrivePolicy": policy})
    queues.send_message(QueueUrl=dead, MessageBody="{}")
    for _ in range(2):
        queues.send_message(QueueUrl=settings().fold_queue_url, MessageBody="{}")
    found = {one.pop("name"): one for one in live(world)["queues"]}
    assert found["fold"] == {"waiting": 2, "in_flight": 0, "dead": 1}
    assert found["parked"] == {"waiting": 0, "in_flight": 0, "dead": None}
    named = {"settlement", "fold", "notices", "events", "points", "happened", "risk", "deliveries", "parked", "alarms"}
    assert set(found) == named


def with_percentiles(statistics: Any, stat: str) -> Any:
    """moto has none; of one value, all are that value."""
    return statistics.metric_data[0].value if stat.startswith("p") else statistics.sum


def test_what_cloudwatch_counted_is_told_and_what_it_did_not_is_null(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Statistics, "get_statistics_for_type", with_percentiles)
    assert live(world)["requests"] is None
    api = [{"Name": "ApiName", "Value": "coffer"}]
    data = [("Count", 1.0), ("Count", 1.0), ("5XXError", 1.0), ("Latency", 40.0)]
    cloud.client("cloudwatch").put_metric_data(
        Namespace="AWS/ApiGateway",
        MetricData=[
            {"MetricName": name, "Dimensions": api, "Timestamp": world.clock.now(), "Value": value}
            for name, value in data
        ],
    )
    (minute,) = live(world)["requests"]
    assert (minute["minute"], minute["requests"]) == ("2026-11-22T08:00", 2)
    assert (minute["client_errors"], minute["server_errors"]) == (0, 1)
    assert (minute["latency_ms_p50"], minute["latency_ms_p99"]) == (40.0, 40.0)


def test_a_report_without_cloudwatch_has_the_rest(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(sent: aws.Sent) -> Any:
        if sent.service == "cloudwatch":
            raise EndpointConnectionError(endpoint_url="https://monitoring.test")
        return sent.go_on()

    world.customer(5)
    world.deliver()
    aws.stand_before(monkeypatch, away)
    found = live(world)
    assert (found["requests"], found["held"][0]["held"]) == (None, 5)


def test_customers_have_no_report(world: World) -> None:
    assert_problem(world.customer().phone.get("/v1/reports/live"), 403, "forbidden")
    assert_problem(Caller().get("/v1/reports/live"), 401, "invalid-token")
