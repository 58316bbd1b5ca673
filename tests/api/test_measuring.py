"""What the line of a request measures, in CloudWatch's embedded format; and what the sweep measures beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import app
from chalicelib import observability
from chalicelib.api import measuring
from chalicelib.api.blueprint import routes
from chalicelib.api.measuring import Measured
from chalicelib.kernel.errors import Maintenance
from chalicelib.observability import logger
from chalicelib.processors import missing
from chalicelib.topups import speed, tasks, unheard
from tests.api import failover_kit
from tests.api.caller import Caller
from tests.api.failover_kit import Harbours
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock

Line = dict[str, Any]
Lines = Callable[[], list[Line]]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Lines:
    """All that was written since the last look, whichever way."""
    said: list[str] = []
    monkeypatch.setattr(observability, "say", said.append)

    class Sink:
        def write(self, text: str) -> None:
            said.extend(line for line in text.splitlines() if line)

        def flush(self) -> None: ...

    for handler in logger().handlers:
        monkeypatch.setattr(handler, "stream", Sink())

    def look() -> list[Line]:
        found = [json.loads(line) for line in said]
        said.clear()
        return found

    return look


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


@pytest.fixture
def till(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Harbours]:
    yield from failover_kit.harbours(Caller(), monkeypatch)


def sets(line: Line) -> dict[str, list[list[str]]]:
    """Metric → the sets of dimensions that it is told apart by."""
    found: dict[str, list[list[str]]] = {}
    for directive in line["_aws"]["CloudWatchMetrics"]:
        for metric in directive["Metrics"]:
            found.setdefault(metric["Name"], []).extend(directive["Dimensions"])
    return found


def values(found: list[Line], name: str) -> list[float]:
    return [line[name] for line in found if name in line]


def of_money(line: Line) -> dict[str, int]:
    return {name: line[name] for name in ("Started", "Succeeded", "Refused", "Good", "Bad") if name in line}


def test_a_payment_is_one_line_that_measures_its_route_and_what_became_of_it(world: World, lines: Lines) -> None:
    ana = world.customer(1_000)
    assert ana.pay(300).status == 201
    world.clock.advance(1)
    lines()
    assert ana.pay(301).status == 201
    (line,) = lines()
    assert (line["message"], line["Route"], line["Function"]) == ("request", "POST /v1/payments", "coffer")
    assert (line["Errors"], line["AwsCalls"]) == (0, 1)
    assert of_money(line) == {"Started": 1, "Succeeded": 1, "Refused": 0, "Good": 1, "Bad": 0}
    ways = [["Function"], ["Function", "Route"]]
    assert sets(line) == {
        **dict.fromkeys(("Errors", "Milliseconds", "AwsCalls"), ways),
        **{name: [["Capability"]] for name in ("Started", "Succeeded", "Refused", "Good", "Bad")},
    }


def test_a_refusal_is_good_and_counted_by_its_reason(world: World, lines: Lines) -> None:
    ana = world.customer(100)
    lines()
    ana.pay(300)
    (line,) = lines()
    assert of_money(line) == {"Started": 1, "Succeeded": 0, "Refused": 1, "Good": 1, "Bad": 0}
    assert (line["Capability"], line["Reason"]) == ("payments", "insufficient-funds")
    assert sets(line)["Refused"] == [["Capability"], ["Capability", "Reason"]]


@pytest.mark.parametrize("amount", [300, 3_000], ids=["a payment", "a refusal"])
def test_what_is_answered_once_more_is_not_counted_once_more(world: World, lines: Lines, amount: int) -> None:
    ana = world.customer(1_000)
    ana.pay(amount, key="same")
    lines()
    ana.pay(amount, key="same")
    (line,) = lines()
    assert of_money(line) == {"Started": 0, "Succeeded": 0, "Refused": 0, "Good": 1, "Bad": 0}


def test_a_request_that_moves_no_money_measures_its_route_alone(world: World, lines: Lines) -> None:
    world.nobody.get("/health")
    (line,) = lines()
    assert set(sets(line)) == {"Errors", "Milliseconds", "AwsCalls"}


def answered(status: int, code: str = "") -> dict[str, Any]:
    return {"statusCode": status, "headers": {}, "body": json.dumps({"code": code})}


@pytest.mark.parametrize(
    ("status", "code", "waited", "good", "bad"),
    [
        (201, "", 999, 1, 0),
        (201, "", 1_001, 0, 1),
        (409, "invalid-state", 10, 1, 0),
        (429, "too-many-requests", 10, 1, 0),
        (500, "internal-error", 10, 0, 1),
        (503, "unavailable", 10, 0, 1),
        (503, Maintenance.code, 10, 0, 0),
    ],
)
def test_which_payments_are_good(status: int, code: str, waited: float, good: int, bad: int) -> None:
    line = Measured("POST /v1/payments", "payments").line(answered(status, code), 5.0, waited, 1)
    assert (line["Good"], line["Bad"], line["Errors"]) == (good, bad, int(status >= 500))


def test_time_counts_from_when_api_gateway_saw_a_payment(world: World, lines: Lines, clock: FrozenClock) -> None:
    ana = world.customer(1_000)
    event = ana.phone.event("POST", "/v1/payments", json.dumps(ana.order(100)).encode(), _headers(ana.tokens))
    event["requestContext"]["requestTimeEpoch"] = int(clock.now().timestamp() * 1000) - 1_500
    lines()
    assert ana.phone.send(event).status == 201
    (line,) = lines()
    assert (line["Milliseconds"], line["Good"], line["Bad"]) == (0.0, 0, 1)


def _headers(tokens: dict[str, Any]) -> dict[str, str]:
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    return {**bearer, "Idempotency-Key": "slow", "Content-Type": "application/json"}


def test_without_route_metrics_only_functions_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTE_METRICS", "off")
    line = Measured("GET /health").line(answered(200), 1.0, 1.0, 0)
    assert line["metrics"][0]["Dimensions"] == [["Function"]]
    assert line["Route"] == "GET /health"


def test_reasons_are_our_own_codes(world: World, lines: Lines) -> None:
    """So there are only so many metrics, whatever strangers send."""
    ana = world.customer(100)
    lines()
    ana.phone.post("/v1/payments", b'{"code": "planted"}', idempotency_key="odd")
    (line,) = lines()
    assert (line["Refused"], line["Reason"]) == (1, "invalid-request")


def test_a_top_up_is_good_when_its_money_came_in_time_and_bad_when_it_came_late(
    till: Harbours, clock: FrozenClock, lines: Lines
) -> None:
    prompt, late = till.top_up(key="prompt").json, till.top_up(key="late").json
    assert [of_money(line)["Started"] for line in lines() if "Started" in line] == [1, 1]
    till.tells(prompt["processor"], prompt["id"], "succeeded")
    found = lines()
    assert [values(found, name) for name in ("Succeeded", "Good", "Bad")] == [[1], [1], [0]]
    speed.heard(late["id"], late["processor"], clock.now() - speed.LATE, clock.now())
    found = lines()
    assert [values(found, name) for name in ("Succeeded", "Good", "Bad", "TopUpLate")] == [[1], [0], [1], [1]]


def test_a_top_up_that_a_processor_declines_is_counted_among_our_own_reasons(till: Harbours, lines: Lines) -> None:
    made = till.top_up(key="no").json
    lines()
    till.tells(made["processor"], made["id"], "failed")
    found = [line for line in lines() if "Refused" in line]
    assert [line.get("Reason") for line in found] == [None, "declined-by-processor"]


def test_the_sweep_measures_how_long_the_oldest_payment_has_waited(world: World, lines: Lines) -> None:
    world.customer(1_000).pay(300)
    world.clock.advance(7 * 60)
    lines()
    world.sweep()
    assert values(lines(), "OldestUnsettledSeconds") == [420]
    world.sweep()
    assert values(lines(), "OldestUnsettledSeconds") == [0]


def test_the_sweep_measures_how_late_it_is_with_what_is_due(world: World, lines: Lines) -> None:
    world.customer(1_000).pay(300)
    world.clock.advance(9 * 60)
    lines()
    world.sweep()
    due = {line["Kind"]: line["OldestDueSeconds"] for line in lines() if "OldestDueSeconds" in line}
    assert due["settle"] == 4 * 60
    assert {"expire", "withdrawal", "topup", "return"} <= set(due)


def test_the_sweep_measures_how_long_a_top_up_has_been_unheard_of(
    till: Harbours, clock: FrozenClock, lines: Lines
) -> None:
    for bank in ("sandbox", "harbour"):
        till.troubles[bank] = failover_kit.deaf
    assert till.top_up(key="silent").json["status"] == "unknown"
    ages = []
    for minutes in (0, 20, 50, 60 * 26):
        clock.advance(60 * minutes)
        tasks.ask_again(clock.now())
        lines()
        unheard.watch(clock.now())
        ages.append(values(lines(), "OldestUnknownTopUpSeconds")[0] // 60)
    assert ages == [0, 20, 70, 1630]


def test_the_sweep_measures_which_processors_are_passed_over(till: Harbours, clock: FrozenClock, lines: Lines) -> None:
    till.troubles["sandbox"] = failover_kit.down
    for number in range(8):
        clock.advance(6)
        till.top_up(key=f"broken-{number}")
    assert [line["Processor"] for line in lines() if "BreakerOpened" in line] == ["sandbox"]
    missing.watch(clock.now())
    found = lines()
    healthy = {line["Processor"]: line["ProcessorHealthy"] for line in found if "ProcessorHealthy" in line}
    assert (healthy["sandbox"], healthy["harbour"], healthy["sandbox#OUT"]) == (0, 1, 1)
    assert values(found, "ProcessorsDown") == [1]


def test_the_bound_of_metrics_is_three_for_each_route(cloud: None) -> None:
    assert app.app
    facts = Measured("GET /health").line(answered(200), 1.0, 1.0, 0)
    (directive,) = facts["metrics"]
    assert len(directive["Metrics"]) == 3
    assert {route.capability for route in routes()} == {"", *measuring._COUNTED}
