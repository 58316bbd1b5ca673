"""Payments that we answered badly: kept by time, found among the affected as what became of them, never in the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec import structs

from chalicelib.api.misses import LATE, Miss
from chalicelib.kernel.quotas import Limit
from chalicelib.operations import misses, model_affected, store_affected, store_misses
from tests import aws
from tests.api.caller import Reply
from tests.api.test_affected import listed, opened, outcomes, searched
from tests.api.weather import Weather
from tests.api.world import Person, World, cheap_passwords, fresh_key
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


@pytest.fixture
def weather(monkeypatch: pytest.MonkeyPatch) -> Weather:
    return Weather(monkeypatch)


def pay(world: World, ana: Person, key: str = "", **more: Any) -> Reply:
    wish = {"wallet_id": ana.wallet, "merchant_id": world.shop.id, "amount": 1_250, "currency": "CNY"}
    body = wish | {"order_reference": fresh_key()[:20]} | more
    return ana.phone.post("/v1/payments", body, idempotency_key=key or fresh_key())


def kept(world: World) -> list[dict[str, str]]:
    """What the queue brings; (code, person) of each that is kept."""
    world._consume()
    day = world.clock.now()
    since = day.replace(hour=0, minute=0)
    found = [store_misses.page(day.date().isoformat(), shard, since, day, "", 100)[0] for shard in range(16)]
    return [{"code": one.code, "person": one.person, "movement": one.movement} for some in found for one in some]


def test_a_payment_that_nothing_answered_is_kept_with_whom_it_hit(world: World, weather: Weather) -> None:
    ana = world.customer(5_000)
    with weather.storm("broken", operations="TransactWriteItems"):
        assert pay(world, ana).status == 503
    (miss,) = kept(world)
    assert (miss["code"], miss["person"]) == ("unavailable", ana.id)
    assert miss["movement"].startswith("pay_")


def test_a_mistake_of_ours_is_kept_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = world.customer(5_000)
    with monkeypatch.context() as patch:
        patch.setattr("chalicelib.payments.service.pay", _broken)
        assert pay(world, ana).status == 500
    assert [one["code"] for one in kept(world)] == ["internal-error"]


def _broken(*given: Any, **named: Any) -> Any:
    raise LookupError


def test_what_was_made_or_refused_in_time_leaves_none(world: World) -> None:
    ana = world.customer(5_000)
    assert pay(world, ana).status == 201
    assert pay(world, ana, amount=99_999).status == 409
    assert kept(world) == []


def test_a_payment_that_was_made_late_is_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = world.customer(5_000)
    with monkeypatch.context() as patch:
        aws.stand_before(patch, _taking(world, 1.5))
        made = pay(world, ana)
    assert made.status == 201
    assert kept(world) == [{"code": "late", "person": ana.id, "movement": made.json["id"]}]


def _taking(world: World, seconds: float) -> Callable[[aws.Sent], Any]:
    def answer(sent: aws.Sent) -> Any:
        if sent.operation == "TransactWriteItems":
            world.clock.advance(seconds)
        return sent.go_on()

    return answer


def test_whoever_could_not_pay_is_among_the_affected(world: World, weather: Weather) -> None:
    ana, incident = world.customer(5_000), opened(world)
    world.clock.advance(60)
    key = fresh_key()
    with weather.storm("broken", operations="TransactWriteItems"):
        assert [pay(world, ana, key, order_reference="one").status for _ in range(2)] == [503, 503]
    world._consume()
    world.clock.advance(60)
    found = searched(world, incident, capabilities=["payments"])
    assert (outcomes(found), found["people"]) == ({"failed": (1, 1_250)}, 1)
    assert found["of"] == 16, "one day's sixteen partitions, and no processor's lines"
    (person,) = listed(world, incident)
    (hit,) = person["movements"]
    assert (person["person_id"], hit["kind"], hit["reason"], hit["final_at"]) == (ana.id, "payment", "unavailable", "")


def test_whoever_paid_at_the_second_try_was_slow_once(world: World, weather: Weather) -> None:
    ana, incident = world.customer(5_000), opened(world)
    world.clock.advance(60)
    key = fresh_key()
    with weather.storm("broken", operations="TransactWriteItems"):
        pay(world, ana, key, order_reference="one")
    world.clock.advance(30)
    made = pay(world, ana, key, order_reference="one")
    assert made.status == 201
    world.deliver()
    world._consume()
    world.clock.advance(60)
    assert outcomes(searched(world, incident, capabilities=["payments"])) == {"slow": (1, 1_250)}
    (hit,) = listed(world, incident)[0]["movements"]
    assert (hit["id"], hit["final_at"] > hit["created_at"]) == (made.json["id"], True)


def test_whoever_was_refused_for_their_own_reason_at_the_second_try_was_not_hit(world: World, weather: Weather) -> None:
    ana, incident = world.customer(5_000), opened(world)
    world.clock.advance(60)
    key = fresh_key()
    with weather.storm("broken", operations="TransactWriteItems"):
        pay(world, ana, key, amount=9_999, order_reference="one")
    assert pay(world, ana, key, amount=9_999, order_reference="one").status == 409
    world._consume()
    world.clock.advance(60)
    assert searched(world, incident, capabilities=["payments"])["sums"] == []


@pytest.mark.parametrize("wish", [{"amount": 9_999}, {"currency": "EUR"}])
def test_whoever_was_refused_late_was_refused(
    world: World, monkeypatch: pytest.MonkeyPatch, wish: dict[str, Any]
) -> None:
    ana, incident = world.customer(5_000), opened(world)
    world.clock.advance(60)
    with monkeypatch.context() as patch:
        aws.stand_before(patch, _taking(world, 1.5))
        assert 400 <= pay(world, ana, **wish).status < 500
    world._consume()
    world.clock.advance(60)
    assert searched(world, incident, capabilities=["payments"])["sums"] == []


def test_whoever_was_answered_late_and_has_no_movement_missed_nothing(world: World) -> None:
    incident = opened(world)
    world.clock.advance(60)
    searched(world, incident, capabilities=["payments"])
    job = store_affected.job(incident)
    assert job
    late = Miss("payments", "pay_x", "usr_x", "", 1, "CNY", LATE, "2026-12-01T00:00:00.000Z")
    assert model_affected.missed(job, late, None) is None
    assert model_affected.missed(job, structs.replace(late, code="unavailable"), None) is not None


def test_what_was_asked_for_outside_the_window_is_not_found(world: World, weather: Weather) -> None:
    ana = world.customer(5_000)
    with weather.storm("broken", operations="TransactWriteItems"):
        pay(world, ana)
    world._consume()
    world.clock.advance(3_600)
    incident = opened(world)
    world.clock.advance(60)
    assert searched(world, incident, capabilities=["payments"])["sums"] == []


def test_a_charge_at_a_till_that_was_made_at_the_second_try_names_whose_money_it_was(
    world: World, weather: Weather
) -> None:
    ana, incident = world.customer(5_000), opened(world)
    world.clock.advance(60)
    code = ana.phone.post("/v1/payment-codes", {"wallet_id": ana.wallet}).json["code"]
    body = {"code": code, "amount": 700, "currency": "CNY", "order_reference": "till-1"}
    key = fresh_key()
    with weather.storm("broken", operations="TransactWriteItems"):
        assert world.shop.till.post("/v1/charges", body, idempotency_key=key).status == 503
    assert world.shop.till.post("/v1/charges", body, idempotency_key=key).status == 201
    world.deliver()
    world._consume()
    world.clock.advance(60)
    assert outcomes(searched(world, incident, capabilities=["payments"])) == {"slow": (1, 700)}
    assert listed(world, incident)[0]["person_id"] == ana.id


def test_told_twice_is_kept_once(world: World, weather: Weather) -> None:
    ana = world.customer(5_000)
    told: list[dict[str, Any]] = []
    with weather.storm("broken", operations="TransactWriteItems"):
        pay(world, ana)
    (miss,) = kept(world)
    told = [{"capability": "payments", "processor": "", "amount": 1, "currency": "CNY", "at": "", **miss}]
    told[0]["at"] = world.clock.now().isoformat()
    before = len(kept(world))
    misses.keep(told[0])
    misses.keep(told[0])
    assert len(kept(world)) == before + 1


def test_a_queue_that_is_away_changes_no_answer_and_is_left_alone_for_a_minute(world: World, weather: Weather) -> None:
    ana = world.customer(5_000)
    with weather.storm("broken", operations="TransactWriteItems") as first:
        plain = pay(world, ana)
    misses.forget()
    with weather.storm("unreachable", service="sqs"), weather.storm("broken", operations="TransactWriteItems"):
        again = pay(world, ana)
        assert (again.status, again.json["code"]) == (plain.status, plain.json["code"])
    with weather.storm("broken", operations="TransactWriteItems") as called:
        pay(world, ana)
    assert ("SendMessageBatch" in first, "SendMessageBatch" in called) == (True, False)
    world.clock.advance(61)
    with weather.storm("broken", operations="TransactWriteItems") as called:
        pay(world, ana)
    assert "SendMessageBatch" in called


def test_a_process_tells_of_no_more_than_its_share(
    world: World, weather: Weather, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = world.customer(5_000)
    monkeypatch.setattr(misses, "_A_MINUTE", Limit("misses", 2))
    with weather.storm("broken", operations="TransactWriteItems"):
        for _ in range(5):
            pay(world, ana)
    assert len(kept(world)) == 2
