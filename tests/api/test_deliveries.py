"""A merchant's server is told what happened: signed, at least once, and until it has it. It really listens here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

import pytest
import standardwebhooks.webhooks
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from chalicelib.kernel import entropy
from chalicelib.merchants import addresses, delivering, wire
from chalicelib.merchants.model_webhooks import LADDER
from chalicelib.settings import settings
from tests.api.receiver import CLOSES, HANGS, Receiver, Shop, answer, listening
from tests.api.test_reconciliation import cases, colleague
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests

DOWN = answer(500, b"no\x1b[31m tea today")
MINUTE, HOUR, DAY = 60, 3_600, 86_400
QUICKLY = wire.Patience(connect_seconds=0.3, total_seconds=0.3)


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    cheap_passwords(monkeypatch)
    monkeypatch.setenv("WEBHOOK_ADDRESSES", "loopback")
    settings.cache_clear()
    before = addresses.use(lambda host, port: ["127.0.0.1"])
    yield World(clock)
    addresses.use(before)


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


@pytest.fixture
def library(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> type[Webhook]:
    """The official one, by our clock."""

    class Now(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return clock.now()

    monkeypatch.setattr(standardwebhooks.webhooks, "datetime", Now)
    return Webhook


def test_what_is_sent_verifies_with_the_official_library_and_says_nothing_of_who_paid(
    shop: Shop, receiver: Receiver, library: type[Webhook]
) -> None:
    endpoint = shop.endpoint(receiver.url)
    payment = shop.sell(1_000, description="for the blue teapot")
    shop.deliver()
    ((line, headers, body),) = receiver.heard
    assert (line, headers["content-type"]) == ("POST /hooks?shop=1 HTTP/1.1", "application/json")
    told = library(endpoint["secret"]).verify(body, headers)
    assert (told["type"], told["data"]["id"], told["data"]["captured"]) == ("payment.captured", payment, 1_000)
    assert set(told["data"]) == {
        "id", "status", "merchant_id", "amount", "currency", "captured", "order_reference", "created_at",
    }  # fmt: skip
    with pytest.raises(WebhookVerificationError):
        library(endpoint["secret"]).verify(body.replace(b"1000", b"1001"), headers)
    (attempt,) = shop.attempts(endpoint)
    assert (attempt["event_id"], attempt["status"], attempt["outcome"]) == (headers["webhook-id"], 204, "delivered")
    assert (attempt["number"], attempt["next_at"]) == (1, None)
    assert headers["webhook-signature"] not in json.dumps(attempt)


def test_told_twice_and_late_it_is_one_event_and_arrives_once(shop: Shop, receiver: Receiver) -> None:
    shop.endpoint(receiver.url)
    shop.sell()
    shop.deliver()
    shop.world._seen.clear()
    shop.later(HOUR)
    assert len(shop.events("?type=payment.captured")) == len(receiver.heard) == 1


def test_while_a_secret_is_rotated_both_verify_and_afterwards_the_new_one_alone(
    shop: Shop, receiver: Receiver, library: type[Webhook]
) -> None:
    old = shop.endpoint(receiver.url)
    new = shop.server.post(shop.at(old, "/rotate"), {"overlap_hours": 2}).json
    assert new["secret"] != old["secret"]
    shop.sell()
    shop.deliver()
    for secret in (old["secret"], new["secret"]):
        library(secret).verify(receiver.heard[0][2], receiver.heard[0][1])
    shop.world.clock.advance(2 * HOUR)
    shop.sell()
    shop.deliver()
    library(new["secret"]).verify(receiver.heard[1][2], receiver.heard[1][1])
    with pytest.raises(WebhookVerificationError):
        library(old["secret"]).verify(receiver.heard[1][2], receiver.heard[1][1])


def test_a_server_that_is_down_is_asked_by_the_whole_ladder_and_then_no_more(shop: Shop, receiver: Receiver) -> None:
    before = entropy.use(bytes)
    try:
        receiver.answers = [DOWN] * 20
        endpoint = shop.endpoint(receiver.url)
        shop.sell()
        began = shop.world.clock.now()
        shop.deliver()
        assert (len(receiver.heard), (shop.world.clock.now() - began).total_seconds()) == (2, 5)
        for tries, step in enumerate(LADDER[2:], 2):
            shop.later(step.total_seconds() - 1)
            assert len(receiver.heard) == tries
            shop.later(1)
            assert len(receiver.heard) == tries + 1
        shop.later(10 * DAY)
    finally:
        entropy.use(before)
    assert len(receiver.heard) == len(LADDER)
    found = shop.attempts(endpoint)
    assert [one["number"] for one in found] == list(range(len(LADDER), 0, -1))
    assert (found[0]["answer"], found[0]["next_at"]) == ("no [31m tea today", None)
    assert len({headers["webhook-id"] for _, headers, _ in receiver.heard}) == 1


def test_an_endpoint_that_fails_for_days_is_disabled_and_both_are_told(shop: Shop, receiver: Receiver) -> None:
    receiver.answers = [DOWN] * 100
    endpoint = shop.endpoint(receiver.url)
    shop.sell()
    shop.deliver()
    for step in LADDER[2:]:
        shop.later(1.1 * step.total_seconds())
    shown = shop.shown(endpoint)
    assert (shown["state"], shown["disabled_reason"]) == ("disabled", "failing")
    (case,) = cases(colleague(shop.world), delivering.CASE)
    assert (case["subject"], case["facts"]["reason"]) == (endpoint["id"], "failing")
    heard = len(receiver.heard)
    shop.sell()
    shop.later(DAY)
    assert len(receiver.heard) == heard
    again = shop.server.patch(shop.at(endpoint), {"state": "enabled"}).json
    assert (again["state"], again["disabled_reason"], again["failing_since"]) == ("enabled", None, None)
    assert cases(colleague(shop.world), delivering.CASE) == []


def test_gone_is_believed_at_once(shop: Shop, receiver: Receiver) -> None:
    receiver.answers = [answer(410)]
    endpoint = shop.endpoint(receiver.url)
    shop.sell()
    shop.sell()
    shop.deliver()
    assert len(receiver.heard) == 1
    shown = shop.shown(endpoint)
    assert (shown["state"], shown["disabled_reason"]) == ("disabled", "gone")
    assert [one["subject"] for one in cases(shop.world.operator, delivering.CASE)] == [endpoint["id"]]


def test_a_redirect_is_a_failure_and_is_never_followed(shop: Shop, receiver: Receiver) -> None:
    with listening() as inside:
        receiver.answers = [answer(302, b"", f"location: {inside.url}")] * 2
        endpoint = shop.endpoint(receiver.url)
        shop.sell()
        shop.deliver()
        assert inside.heard == []
    assert {(one["status"], one["outcome"]) for one in shop.attempts(endpoint)} == {(302, "redirected")}


def test_what_a_server_asks_for_is_waited_for_but_not_longer_than_a_day(shop: Shop, receiver: Receiver) -> None:
    receiver.answers = [answer(429, b"", "retry-after: 7200"), answer(503, b"", "Retry-After: 99999999")]
    endpoint = shop.endpoint(receiver.url)
    shop.sell()
    shop.deliver()
    shop.later(7_100)
    assert len(receiver.heard) == 1
    shop.later(100)
    assert len(receiver.heard) == 2
    shop.later(DAY)
    assert [one["status"] for one in shop.attempts(endpoint)] == [204, 503, 429]


def test_a_server_that_closes_is_tried_again_in_five_seconds(shop: Shop, receiver: Receiver) -> None:
    receiver.answers = [CLOSES]
    endpoint = shop.endpoint(receiver.url)
    shop.sell()
    shop.deliver()
    assert [one["outcome"] for one in shop.attempts(endpoint)] == ["delivered", "unreachable"]
    assert shop.shown(endpoint)["failing_since"] is None


def test_a_server_that_hangs_is_left_in_time(shop: Shop, receiver: Receiver) -> None:
    receiver.answers = [HANGS]
    endpoint = shop.endpoint(receiver.url)
    shop.sell()
    shop.world.deliver()
    (event,) = shop.events("?type=payment.captured")
    assert delivering.deliver(endpoint["id"], event["id"], shop.world.clock.now(), QUICKLY)
    assert [one["outcome"] for one in shop.attempts(endpoint)] == ["delivered", "timed-out"]


def test_one_that_fails_gets_the_next_events_by_the_sweep_and_whatever_it_missed(
    shop: Shop, receiver: Receiver
) -> None:
    receiver.answers = [DOWN] * 2
    endpoint = shop.endpoint(receiver.url)
    shop.sell()
    shop.deliver()
    assert shop.shown(endpoint)["failing_since"]
    shop.sell()
    shop.deliver()
    assert len(receiver.heard) == 2
    shop.later(6 * MINUTE)
    assert len(receiver.heard) == 4
    assert shop.shown(endpoint)["failing_since"] is None


def test_a_name_that_leads_inside_later_is_not_connected_to(shop: Shop, receiver: Receiver) -> None:
    """Looked at when it was made, and again now: the name has moved in between."""
    addresses.use(lambda host, port: ["93.184.215.14"])
    endpoint = shop.endpoint("https://hooks.tea.example/coffer")
    addresses.use(lambda host, port: ["93.184.215.14", "127.0.0.1"])
    shop.sell()
    shop.deliver()
    assert {one["outcome"] for one in shop.attempts(endpoint)} == {"address-refused"}


def test_whoever_dies_between_the_claim_and_the_answer_is_followed_by_the_next_attempt(
    shop: Shop, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = shop.endpoint(receiver.url)
    shop.sell()
    shop.world.deliver()
    (event,) = shop.events("?type=payment.captured")

    def killed(*given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(wire, "post", killed)
        delivering.deliver(endpoint["id"], event["id"], shop.world.clock.now())
    shop.deliver()
    assert receiver.heard == []
    shop.world.clock.advance(MINUTE)
    shop.world.sweep()
    shop.deliver()
    assert [headers["webhook-id"] for _, headers, _ in receiver.heard] == [event["id"]]


def test_a_ping_goes_to_whoever_is_tried_out_and_to_nobody_else(shop: Shop, receiver: Receiver) -> None:
    with listening() as other:
        endpoint = shop.endpoint(receiver.url)
        shop.endpoint(other.url)
        reply = shop.server.post(shop.at(endpoint, "/test"))
        assert (reply.status, reply.json["type"]) == (202, "ping")
        shop.deliver()
        assert (receiver.types, other.heard) == (["ping"], [])


def test_what_was_delivered_is_delivered_again_when_asked_for(shop: Shop, receiver: Receiver) -> None:
    endpoint = shop.endpoint(receiver.url)
    shop.sell()
    shop.deliver()
    (event,) = shop.events("?type=payment.captured")
    shop.world.clock.advance(1)
    reply = shop.server.post(f"/v1/events/{event['id']}/redeliver", {})
    assert (reply.status, reply.json) == (202, {"event_id": event["id"], "endpoint_ids": [endpoint["id"]]})
    shop.deliver()
    assert receiver.heard[0][2] == receiver.heard[1][2]
    assert [one["number"] for one in shop.attempts(endpoint)] == [2, 1]
    shop.server.patch(shop.at(endpoint), {"state": "disabled"})
    refused = shop.server.post(f"/v1/events/{event['id']}/redeliver", {"endpoint_id": endpoint["id"]})
    assert (refused.status, refused.json["state"]) == (409, "disabled")


def test_what_is_on_its_way_to_an_endpoint_that_is_removed_is_dropped(shop: Shop, receiver: Receiver) -> None:
    endpoint = shop.endpoint(receiver.url)
    shop.sell()
    shop.world.deliver()
    assert shop.server.delete(shop.at(endpoint)).status == 204
    shop.later(DAY)
    assert receiver.heard == []
