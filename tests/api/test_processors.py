"""What can be chosen to top up with, how long it takes, and what operators see of how processors do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from chalicelib.processors import health
from chalicelib.settings import settings
from chalicelib.topups import speed
from infra.local.bank_book import Message
from infra.local.bank_post import letter, signed
from tests.api import failover_kit
from tests.api.caller import Caller, assert_problem
from tests.api.failover_kit import Harbours, down, says_no
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock


@pytest.fixture
def till(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> Iterator[Harbours]:
    yield from failover_kit.harbours(caller, monkeypatch)


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    monkeypatch.setenv("HARBOUR_URL", "https://harbour.test")
    settings.cache_clear()
    return World(clock)


@pytest.fixture
def paged(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """What somebody was called for: how fast money came."""
    found: list[dict[str, object]] = []
    monkeypatch.setattr(speed, "page", lambda name, **facts: found.append({"name": name, **facts}))
    return found


def offered(till: Harbours, currency: str = "CNY") -> dict[tuple[str, str], tuple[bool, int | None]]:
    reply = till.customer.get(f"/v1/processors?currency={currency}")
    assert reply.status == 200, reply.raw
    return {(one["processor"], one["method"]): (one["works"], one["usual_seconds"]) for one in reply.json["data"]}


def test_every_way_into_a_currency_is_offered_with_its_bounds(till: Harbours) -> None:
    assert offered(till) == {
        ("sandbox", "bank"): (True, None),
        ("harbour", "bank"): (True, None),
        ("stripe", "card"): (True, None),
    }
    (card,) = [
        one for one in till.customer.get("/v1/processors?currency=USD").json["data"] if one["processor"] == "stripe"
    ]
    assert (card["least"], card["most"]) == (50, 10_000_000_000)


@pytest.mark.parametrize(
    ("query", "param"), [("", "currency"), ("?currency=", "currency"), ("?currency=XXX", "currency")]
)
def test_a_currency_must_be_named_and_known(till: Harbours, query: str, param: str) -> None:
    reply = till.customer.get(f"/v1/processors{query}")
    assert (reply.status, reply.json["param"]) == (422, param)


def test_what_is_passed_over_does_not_work_now(till: Harbours, clock: FrozenClock) -> None:
    till.troubles["sandbox"] = down
    for number in range(6):
        clock.advance(1)
        till.top_up(key=f"k-{number}")
    clock.advance(6)
    assert offered(till)["sandbox", "bank"][0] is False
    assert offered(till)["harbour", "bank"][0] is True


def test_what_is_usual_is_measured_from_asking_to_spendable(till: Harbours, world: World, clock: FrozenClock) -> None:
    for number, seconds in enumerate((3, 8, 9, 15, 400)):
        topup_id = till.top_up(key=f"k-{number}").json["id"]
        clock.advance(seconds)
        till.tells("sandbox", topup_id, "succeeded")
        world.deliver()
    clock.advance(60)
    assert offered(till)["sandbox", "bank"] == (True, 20)
    waiting = till.top_up(key="waiting")
    assert waiting.json["usual_seconds"] == 20
    assert till.show(waiting.json["id"])["usual_seconds"] == 20
    assert till.top_up(key="waiting").raw == waiting.raw
    till.tells("sandbox", waiting.json["id"], "succeeded")
    assert till.show(waiting.json["id"])["usual_seconds"] is None


def test_a_repeated_webhook_is_measured_once_and_a_quarantined_one_never(
    till: Harbours, world: World, clock: FrozenClock
) -> None:
    topup_id = till.top_up().json["id"]
    till.tells("sandbox", topup_id, "succeeded", amount=1)
    for _ in range(5):
        till.tells("sandbox", topup_id, "succeeded")
        world.deliver()
    clock.advance(60)
    assert health.usual_seconds("sandbox", "bank", clock.now()) is None


def test_money_that_cannot_be_measured_is_there_all_the_same(
    till: Harbours, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.kernel.errors import Unavailable
    from chalicelib.ledger import service as ledger

    topup_id, found = till.top_up().json["id"], ledger.movement

    def away(movement_id: str) -> dict[str, object]:
        raise Unavailable(retry_after_seconds=1)

    monkeypatch.setattr(ledger, "movement", away)
    assert till.tells("sandbox", topup_id, "succeeded").status == 200
    world.deliver()
    monkeypatch.setattr(ledger, "movement", found)
    assert till.money == (1250, 0)


@pytest.mark.parametrize(("seconds", "late"), [(299, False), (300, True)])
def test_money_that_a_bank_had_for_five_minutes_calls_somebody(
    till: Harbours, clock: FrozenClock, paged: list[dict[str, object]], seconds: int, late: bool
) -> None:
    topup_id, paid_at = till.top_up().json["id"], clock.now()
    payment = replace(till.made("sandbox", topup_id), status="succeeded")
    sent = letter(Message(payment, "succeeded"))
    told = json.loads(sent.body) | {"timestamp": paid_at.isoformat()}
    clock.advance(seconds)
    body = json.dumps(told).encode()
    headers = signed(replace(sent, body=body), till.post.keys, int(clock.now().timestamp()))
    assert till.deliver(body, headers, "sandbox").status == 200
    assert till.money == (1250, 0)
    assert bool(paged) is late
    assert all((one["processor"], one["seconds"]) == ("sandbox", 300) for one in paged)


def test_money_that_only_a_late_question_finds_calls_somebody(
    till: Harbours, world: World, clock: FrozenClock, paged: list[dict[str, object]]
) -> None:
    for key, seconds in (("soon", 61), ("late", 301)):
        payment = till.made("sandbox", till.top_up(key=key).json["id"])
        till.bank.book.settle(payment.id, 0)
        clock.advance(seconds)
        world.sweep()
    assert [one["seconds"] for one in paged] == [301]


def test_operators_see_breakers_and_what_was_asked(till: Harbours, world: World, clock: FrozenClock) -> None:
    till.troubles |= {"sandbox": down, "harbour": says_no("card_declined")}
    for number in range(6):
        clock.advance(1)
        till.top_up(key=f"k-{number}")
    reply = world.operator.get("/v1/processors/health")
    assert (reply.status, reply.json["window_minutes"]) == (200, 5)
    found = {one["processor"]: one for one in reply.json["data"] if one["direction"] == "in"}
    assert set(found) == {"sandbox", "harbour", "stripe", "wechatpay", "alipay"}
    assert [one["processor"] for one in reply.json["data"] if one["direction"] == "out"] == ["sandbox", "harbour"]
    (bank,) = found["harbour"]["methods"]
    assert (bank["method"], bank["asked"], bank["failed"]) == ("bank", 6, 0)
    assert found["sandbox"]["breaker"] == "open" and found["sandbox"]["reopens_at"] > found["sandbox"]["since"]
    assert (found["harbour"]["breaker"], found["harbour"]["reopens_at"]) == ("closed", None)


def test_operators_see_how_a_top_up_was_routed(till: Harbours, world: World) -> None:
    till.troubles["sandbox"] = down
    topup_id = till.top_up().json["id"]
    seen = world.operator.get(f"/v1/movements/{topup_id}").json["movement"]
    assert (seen["processor"], seen["method"]) == ("harbour", "bank")
    assert seen["route"] == [
        {"processor": "sandbox", "why": "0"},
        {"processor": "harbour", "why": "13"},
        {"processor": "stripe", "why": "method"},
    ]
    assert seen["tried"] == [{"processor": "sandbox", "why": "not_reached"}]


def test_nobody_else_sees_how_processors_do(till: Harbours) -> None:
    assert_problem(till.customer.get("/v1/processors/health"), 403, "forbidden")
    assert_problem(Caller().get("/v1/processors"), 401, "invalid-token")
