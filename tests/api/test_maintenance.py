"""Maintenance of a part: what waits for it, what does not, and how people are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError

from chalicelib.api import misses
from chalicelib.api.blueprint import routes
from chalicelib.kernel import clock as clocks
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.capabilities import CAPABILITIES
from chalicelib.operations import service
from chalicelib.operations.model import Bodies, Capability, NewWindow, Titles
from tests import aws
from tests.api import failover_kit
from tests.api.bad_input_kit import ANNOUNCED, BODIES
from tests.api.caller import Caller, Reply, assert_problem
from tests.api.failover_kit import Harbours
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests

WINDOW = BODIES["POST /v1/maintenance-windows"]
FINISHES = {
    "POST /v1/payments/{id}/capture",
    "POST /v1/payments/{id}/void",
    "POST /v1/payments/{id}/refunds",
    "POST /v1/payments/{id}/disputes",
    "POST /v1/disputes/{id}/agree",
    "POST /v1/dispute-reviews/{id}/decide",
    "POST /v1/charges/{id}/confirm",
    "POST /v1/charges/{id}/reversals",
    "POST /v1/charge-reversals",
    "POST /v1/gift-cards/{id}/cancel",
    "POST /v1/instalment-plans/{id}/repayments",
    "POST /v1/instalment-plans/{id}/withdrawal",
    "POST /v1/points/redemptions",
    "POST /v1/incidents/{id}/compensation",
    "POST /v1/adjustments",
    "POST /v1/adjustments/{id}/approve",
}
"""What ends what was begun before, and what operators mend with."""
HOUR_SECONDS, KEPT_SECONDS = 3_600, 15
CLERK = Operator("usr_clerk", "ses_1", "admin", second_factor=True)


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


@pytest.fixture
def till(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> Iterator[Harbours]:
    yield from failover_kit.harbours(caller, monkeypatch)


def rest(at: datetime, capability: Capability, processor: str | None = None, after_seconds: int = 0) -> str:
    """For an hour; known to every process by the next period of 15 s."""
    starts, titles, bodies = at + timedelta(seconds=after_seconds), ANNOUNCED["title"], ANNOUNCED["body"]
    times = clocks.written(starts), clocks.written(starts + timedelta(seconds=HOUR_SECONDS))
    wish = NewWindow(Titles(**titles), Bodies(**bodies), *times, capability, processor)
    return service.scheduled(CLERK, wish, at).id


def assert_rests(reply: Reply, language: str = "en") -> None:
    problem = assert_problem(reply, 503, "maintenance")
    assert problem["announcement"] == ANNOUNCED["title"][language]
    assert ANNOUNCED["body"][language] in problem["detail"]
    assert 0 < int(reply.headers["retry-after"]) <= HOUR_SECONDS


def test_whatever_moves_money_begins_something_or_finishes_it() -> None:
    moving = {f"{route.method} {route.path}": route for route in routes() if route.moves_money}
    assert {name for name, route in moving.items() if not (route.begins and route.begins.waits)} == FINISHES
    assert all(route.begins.receipt for route in moving.values() if route.begins)


def test_what_can_rest_is_begun_by_some_route() -> None:
    assert {route.begins.capability for route in routes() if route.begins} == {*CAPABILITIES}


def test_a_payment_waits_for_maintenance_and_is_made_afterwards_with_the_same_key(world: World) -> None:
    customer = world.customer(5_000)
    window = rest(world.clock.now(), "payments")
    world.clock.advance(KEPT_SECONDS)
    assert_rests(customer.pay(1_000, key="k"))
    assert customer.available == 5_000
    assert world.operator.post(f"/v1/maintenance-windows/{window}/cancel").status == 200
    world.clock.advance(KEPT_SECONDS)
    assert customer.pay(1_000, key="k").status == 201
    assert customer.available == 4_000


def test_the_refusal_is_in_the_callers_language(world: World) -> None:
    customer = world.customer(5_000)
    rest(world.clock.now(), "payments")
    world.clock.advance(KEPT_SECONDS)
    phone = customer.phone.with_headers(accept_language="zh", idempotency_key="k")
    assert_rests(phone.post("/v1/payments", customer.order(1_000)), "zh")


def test_what_was_begun_before_is_answered_as_it_was_and_finishes(world: World) -> None:
    customer = world.customer(5_000)
    held = customer.pay(1_000, key="held", capture="manual")
    rest(world.clock.now(), "everything")
    world.clock.advance(KEPT_SECONDS)
    assert_rests(customer.pay(1_000, key="new"))
    again = customer.pay(1_000, key="held", capture="manual")
    assert (again.status, again.raw) == (held.status, held.raw)
    assert world.shop.act(held.json["id"], "capture").status == 201
    assert world.shop.act(held.json["id"], "refunds", {"amount": 400}).status == 201
    assert customer.available == 4_400


def test_another_request_under_a_key_of_before_is_refused_as_at_any_time(world: World) -> None:
    customer = world.customer(5_000)
    customer.pay(1_000, key="k")
    rest(world.clock.now(), "payments")
    world.clock.advance(KEPT_SECONDS)
    assert_problem(customer.pay(1_001, key="k"), 422, "idempotency-key-reused")


def test_only_what_is_meant_waits_and_everybody_still_sees_their_money(world: World) -> None:
    customer = world.customer(5_000)
    rest(world.clock.now(), "withdrawals")
    world.clock.advance(KEPT_SECONDS)
    assert customer.pay(1_000).status == 201
    assert customer.phone.get(f"/v1/wallets/{customer.wallet}").status == 200


@pytest.mark.parametrize("path", ["/v1/checkouts", "/v1/users"])
def test_everything_is_also_what_moves_no_money_yet(world: World, path: str) -> None:
    caller = world.shop.till if path == "/v1/checkouts" else world.nobody
    rest(world.clock.now(), "everything")
    world.clock.advance(KEPT_SECONDS)
    assert_rests(caller.post(path, BODIES[f"POST {path}"]))


def test_a_window_that_begins_later_holds_from_its_first_second_to_its_last(world: World) -> None:
    customer = world.customer(5_000)
    rest(world.clock.now(), "payments", after_seconds=HOUR_SECONDS)
    world.clock.advance(HOUR_SECONDS - 1)
    customer.refresh()
    assert customer.pay(100).status == 201
    world.clock.advance(1)
    assert_rests(customer.pay(200))
    world.clock.advance(HOUR_SECONDS)
    customer.refresh()
    assert customer.pay(300).status == 201


def test_a_process_asks_once_in_fifteen_seconds_though_no_answer_comes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = world.customer(5_000)
    rest(world.clock.now(), "payments")
    world.clock.advance(KEPT_SECONDS)
    assert_rests(customer.pay(100))
    asked = []

    def away(sent: aws.Sent) -> Any:
        if sent.operation == "Query":
            asked.append(sent)
            raise ConnectTimeoutError(endpoint_url="https://aws.test")
        return sent.go_on()

    aws.stand_before(monkeypatch, away)
    world.clock.advance(KEPT_SECONDS)
    assert_rests(customer.pay(100))
    first = len(asked)
    assert_rests(customer.pay(100))
    assert first and len(asked) == first


def test_a_bank_that_rests_is_passed_over_and_said_to_rest(till: Harbours, clock: FrozenClock) -> None:
    rest(clock.now(), "top-ups", "sandbox")
    clock.advance(KEPT_SECONDS)
    assert_rests(till.top_up(processor="sandbox", key="named"))
    made = till.top_up()
    assert (made.json["processor"], till.calls) == ("harbour", ["harbour"])
    assert till.stored(made.json["id"])["route"].startswith("sandbox=maintenance harbour=")
    offers = till.customer.get("/v1/processors?currency=CNY").json["data"]
    assert {one["processor"] for one in offers if one["rests_until"]} == {"sandbox"}


def test_where_every_bank_rests_a_top_up_waits(till: Harbours, clock: FrozenClock) -> None:
    for bank in ("sandbox", "harbour"):
        rest(clock.now(), "top-ups", bank)
    clock.advance(KEPT_SECONDS)
    assert_rests(till.top_up())


def test_what_was_announced_counts_as_no_miss(
    till: Harbours, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[misses.Miss] = []
    monkeypatch.setattr(misses, "_hearing", [told.append])
    for bank in ("sandbox", "harbour"):
        rest(clock.now(), "top-ups", bank)
    clock.advance(KEPT_SECONDS)
    assert_rests(till.top_up())
    assert told == []


@pytest.mark.parametrize(
    ("capability", "processor"), [("payments", "sandbox"), ("everything", "sandbox"), ("top-ups", "nobody")]
)
def test_only_top_ups_rest_at_one_bank_alone_and_only_at_one_that_there_is(
    world: World, capability: str, processor: str
) -> None:
    wish = BODIES["POST /v1/maintenance-windows"] | {"capability": capability, "processor": processor}
    assert_problem(world.operator.post("/v1/maintenance-windows", wish), 422, "invalid-request", param="processor")


def test_status_says_what_rests(world: World) -> None:
    rest(world.clock.now(), "top-ups", "sandbox")
    world.clock.advance(KEPT_SECONDS)
    (banner,) = world.nobody.get("/v1/status").json["banners"]
    assert (banner["capability"], banner["processor"]) == ("top-ups", "sandbox")
