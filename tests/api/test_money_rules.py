"""Rules of the money path that need a second person or a busy engine to show."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

from chalicelib.kernel import ids
from tests import aws
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def test_the_same_key_of_two_people_is_two_payments(world: World) -> None:
    ana, bob = world.customer(1_000), world.customer(1_000)
    assert ana.pay(100, "k").json["id"] != bob.pay(100, "k").json["id"]
    assert (ana.available, bob.available) == (900, 900)


def test_a_foreign_wallet_costs_no_call(world: World, aws_calls: list[tuple[str, str]]) -> None:
    ana, bob = world.customer(1_000), world.customer(1_000)
    aws_calls.clear()
    reply = bob.phone.post("/v1/payments", ana.order(100), idempotency_key="k")
    assert (reply.status, aws_calls) == (404, [])


def test_a_conflict_beside_a_failed_condition_is_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The item that failed its condition may be the half of somebody else's transaction."""
    ana = world.customer(1_000)
    busy = [_cancelled(ana.wallet)]

    def answer(sent: aws.Sent) -> Any:
        return busy.pop() if busy and sent.operation == "TransactWriteItems" else sent.go_on()

    aws.stand_before(monkeypatch, answer)
    assert ana.pay(100).status == 201
    assert ana.available == 900
    assert not busy


def _cancelled(wallet: str) -> AWSResponse:
    poor = {name: {"N": "0"} for name in ("available", "held", "debt", "floor", "tier", "epoch")}
    head = poor | {"pk": {"S": wallet}, "owner": {"S": ids.derived("usr", "x")}, "last_at": {"S": "0"}}
    head |= {"currency": {"S": "CNY"}, "status": {"S": "active"}}
    reasons = [
        {"Code": "TransactionConflict"},
        {"Code": "ConditionalCheckFailed", "Item": head},
        {"Code": "None"},
    ]
    return aws.answered(400, {"__type": "x#TransactionCanceledException", "CancellationReasons": reasons})
