"""What each room tells of that moves no money: once, with no name of anybody; and nothing waits or fails for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import cloud, happenings
from chalicelib.cases import service as cases
from chalicelib.kernel.callers import Operator
from chalicelib.processors import wire
from chalicelib.settings import settings
from tests.api.receiver import Shop, answer, listening
from tests.api.topup_kit import Till
from tests.api.transfer_kit import introduced, send
from tests.api.weather import AWAY, Weather
from tests.api.world import PASSWORD, Person, World, cheap_passwords
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    cheap_passwords(monkeypatch)
    made = World(clock)
    told()
    yield made


def told(*kinds: str) -> list[dict[str, Any]]:
    """What the queue holds, of these kinds or all, without ids and times; it is empty then."""
    found: list[dict[str, Any]] = []
    queues, url = cloud.client("sqs"), settings().happened_queue_url
    while messages := queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            found += json.loads(message["Body"]).get("happened", [])
            queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [
        {name: value for name, value in one.items() if name not in ("id", "at", "once")}
        for one in found
        if not kinds or one["kind"] in kinds
    ]


def who(person: Person) -> str:
    return happenings.pseudonym(person.id)


def enter(world: World, identifier: str, password: str) -> int:
    return world.nobody.post("/v1/sessions", {"identifier": identifier, "password": password}).status


def test_signing_up_is_told_with_where_and_not_who(world: World) -> None:
    ana = world.customer()
    (one,) = told("sign-up")
    assert (one["outcome"], one["person"], one["region"]) == ("succeeded", who(ana), "CN")
    assert ana.id not in str(one) and ana.identifier not in str(one)


def test_a_sign_in_is_told_and_why_it_was_refused(world: World) -> None:
    ana = world.customer()
    told()
    assert enter(world, ana.identifier, PASSWORD) == 201
    assert enter(world, ana.identifier, "wrong horse battery") == 401
    assert enter(world, "nobody@example.com", PASSWORD) == 401
    right, wrong, unknown = told("sign-in")
    assert (right["outcome"], right["person"], right["method"]) == ("succeeded", who(ana), "password")
    assert (wrong["outcome"], wrong["person"], wrong["reason"]) == ("refused", who(ana), "wrong-password")
    assert (unknown["outcome"], unknown["reason"], "person" in unknown) == ("refused", "unknown", False)
    for _ in range(5):
        enter(world, ana.identifier, "wrong horse battery")
    assert told("sign-in")[-1]["reason"] == "locked"


def test_a_reset_is_told_when_it_is_asked_for_and_when_it_is_done(world: World, clock: FrozenClock) -> None:
    ana = world.customer()
    told()
    clock.advance(1)
    for identifier in (ana.identifier, "nobody@example.com"):
        assert world.nobody.post("/v1/password-resets", {"identifier": identifier}).status == 202
    clock.advance(1)
    proof = {"identifier": ana.identifier, "code": world.code_of(ana.identifier), "new_password": "another horse 9!"}
    reply = world.nobody.post("/v1/password-resets/confirm", proof)
    assert reply.status == 204, reply.raw
    assert [(one["outcome"], one.get("person")) for one in told("password-reset")] == [
        ("started", who(ana)),
        ("started", None),
        ("succeeded", who(ana)),
    ]


def test_what_an_operator_saw_in_clear_is_told_without_what_it_was(world: World) -> None:
    ana = world.customer()
    told()
    wish = {"field": "identifier", "reason": "asked to be called back"}
    assert world.operator.post(f"/v1/people/{ana.id}/reveals", wish).status == 200
    operator = happenings.pseudonym(world.operator_id)
    assert told("reveal") == [
        {"kind": "reveal", "outcome": "succeeded", "person": who(ana), "actor": operator, "reason": "identifier"}
    ]


def test_a_payment_that_was_refused_is_told_once_and_one_that_was_made_never(
    world: World, aws_calls: list[tuple[str, str]]
) -> None:
    ana = world.customer(1_000)
    ana.pay(1)
    told()
    world.clock.advance(1)
    aws_calls.clear()
    assert ana.pay(100, "a").status == 201
    assert aws_calls == [("dynamodb", "TransactWriteItems")]
    for _ in range(3):
        assert ana.pay(5_000, "b").json["code"] == "insufficient-funds"
    assert told() == [
        {
            "kind": "payment",
            "outcome": "refused",
            "person": who(ana),
            "merchant": world.shop.id,
            "reason": "insufficient-funds",
            "currency": "CNY",
            "amount": 5_000,
        }
    ]


def test_a_transfer_that_was_refused_is_told(world: World) -> None:
    ana, ben = world.customer(100), world.customer()
    introduced(world, ana, ben)
    told()
    assert send(ana, ben.identifier, 2_000).status == 409
    (one,) = told("transfer")
    assert (one["outcome"], one["person"], one["amount"]) == ("refused", who(ana), 2_000)


def test_a_top_up_is_told_when_it_begins_and_when_its_processor_says_no(world: World) -> None:
    till = Till(world.nobody)
    before = wire.use(till.transport)
    try:
        made = till.top_up(1_250).json["id"]
        assert till.top_up(1_250).json["id"] == made
        for _ in range(2):
            till.send(till.message(made, "failed"))
    finally:
        wire.use(before)
    begun, failed = told("top-up-started", "top-up")
    assert (begun["outcome"], begun["processor"], begun["method"]) == ("started", "sandbox", "bank")
    assert (failed["outcome"], failed["processor"], failed["amount"]) == ("failed", "sandbox", 1_250)
    assert failed["reason"] == "declined-by-processor"


def test_a_webhook_that_says_what_cannot_be_is_told_with_why(world: World) -> None:
    till = Till(world.nobody)
    before = wire.use(till.transport)
    try:
        made = till.top_up(1_250).json["id"]
        told()
        till.send(till.message(made, "succeeded", amount=9_999))
    finally:
        wire.use(before)
    webhook, case = told()
    if webhook["kind"] == "case-opened":
        webhook, case = case, webhook
    assert (webhook["kind"], webhook["outcome"], webhook["processor"]) == ("processor-webhook", "refused", "sandbox")
    assert webhook["reason"]
    assert (case["kind"], case["reason"]) == ("case-opened", "webhook-quarantine")


def test_a_case_is_told_when_it_opens_and_when_it_ends_each_once(world: World, clock: FrozenClock) -> None:
    ana, at = world.customer(), clock.now()
    told()
    for _ in range(2):
        case = cases.open_case("freeze", "wal_1", {}, due_at=at + timedelta(days=1), at=at, about=ana.id)
        cases.open_case("alarm", "quiet", {}, due_at=at, at=at)
    clock.advance(90)
    by = Operator("usr_operator", "ses_1", "admin")
    cases.finish(case, by, "looked at", clock.now())
    assert cases.close("alarm", "quiet", "over")
    assert not cases.close("alarm", "quiet", "over")
    opened, alarm, finished, closed = told()
    assert (opened["kind"], opened["reason"], opened["person"]) == ("case-opened", "freeze", who(ana))
    assert (alarm["kind"], alarm["reason"]) == ("case-opened", "alarm")
    assert (finished["kind"], finished["reason"], finished["took_ms"]) == ("case-finished", "freeze", 90_000)
    assert (closed["kind"], closed["reason"]) == ("case-finished", "alarm")


def test_each_attempt_to_tell_a_merchants_server_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib.merchants import addresses

    monkeypatch.setenv("WEBHOOK_ADDRESSES", "loopback")
    settings.cache_clear()
    before, shop = addresses.use(lambda host, port: ["127.0.0.1"]), Shop(world)
    try:
        with listening([answer(500), answer(200)]) as receiver:
            shop.endpoint(receiver.url, "payment.captured")
            told()
            shop.sell()
            shop.deliver()
            shop.later(60)
    finally:
        addresses.use(before)
    first, second = told("merchant-webhook")[:2]
    assert (first["outcome"], second["outcome"]) == ("failed", "succeeded")
    assert first["merchant"] == world.shop.id and first["reason"] and "reason" not in second


@pytest.mark.parametrize("how", AWAY)
def test_without_the_queue_every_answer_is_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch, how: str, clock: FrozenClock
) -> None:
    ana, weather = world.customer(1_000), Weather(monkeypatch)
    told()
    with weather.storm(how, service="sqs"):
        assert enter(world, ana.identifier, PASSWORD) == 201
        assert enter(world, ana.identifier, "wrong horse battery") == 401
        assert ana.pay(5_000, "b").json["code"] == "insufficient-funds"
        assert ana.pay(100, "a").status == 201
        assert world.nobody.post("/v1/password-resets", {"identifier": ana.identifier}).status == 202
        wish = {"field": "identifier", "reason": "asked to be called back"}
        assert world.operator.post(f"/v1/people/{ana.id}/reveals", wish).status == 200
        assert cases.open_case("alarm", "quiet", {}, due_at=clock.now(), at=clock.now())
    assert ana.pay(5_000, "b").json["code"] == "insufficient-funds"
    assert told() == []


def test_people_stay_who_they_are_when_the_key_of_cursors_is_turned(monkeypatch: pytest.MonkeyPatch) -> None:
    before = happenings.pseudonym("usr_1")
    monkeypatch.setenv("CURSOR_KEY", "a key that was turned")
    settings.cache_clear()
    assert happenings.pseudonym("usr_1") == before
    monkeypatch.setenv("PSEUDONYM_KEY", "a key that nobody turns")
    settings.cache_clear()
    assert happenings.pseudonym("usr_1") != before
