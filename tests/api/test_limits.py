"""How much one address and one caller may ask: told with every answer, and 429 with the time to wait beyond it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

import pytest

from chalicelib import settings
from chalicelib.api import blueprint, shield
from chalicelib.kernel.quotas import Limit
from tests.api.caller import Caller, Reply, assert_problem
from tests.conftest import FrozenClock
from tests.people import wish

POLICY = re.compile(r'"([a-z-]+)";q=(\d+);w=(\d+)')
LEFT = re.compile(r'"([a-z-]+)";r=(\d+);t=(\d+)')
MOVE = {"amount": 1}


@pytest.fixture(autouse=True)
def as_in_the_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits themselves, without the room that the other tests have."""
    monkeypatch.setitem(os.environ, "RATE_LIMITS", "1")
    settings.settings.cache_clear()
    shield.forget()


def lower(monkeypatch: pytest.MonkeyPatch, of: shield.Class, who: shield.Who, most: int) -> None:
    monkeypatch.setitem(shield.LIMITS, (of, who), Limit(f"{of}-{who}", most))


def left(reply: Reply) -> dict[str, int]:
    return {name: int(many) for name, many, _ in LEFT.findall(reply.headers["ratelimit"])}


def move(caller: Caller, key: str, **headers: str) -> Reply:
    return caller.post("/v1/moves", MOVE, idempotency_key=key, **headers)


@pytest.mark.parametrize(
    ("method", "path", "token", "status", "names"),
    [
        ("GET", "/health", "", 200, ["address", "public-stranger"]),
        ("GET", "/v1/things", "alice", 200, ["address", "money-person"]),
        ("GET", "/v1/things", "clerk", 200, ["address", "money-operator"]),
        ("GET", "/v1/things", "mk_shop", 403, ["address", "money-stranger"]),
        ("GET", "/v1/things", "nobody", 401, ["address", "money-stranger"]),
        ("GET", "/v1/things", "", 401, ["address", "money-stranger"]),
        ("GET", "/v1/things?x=1", "alice", 422, ["address", "money-person"]),
        ("POST", "/v1/moves", "alice", 400, ["address", "money-person"]),
        ("GET", "/nowhere", "", 404, ["address", "unknown-stranger"]),
        ("PUT", "/v1/moves", "alice", 405, ["address", "unknown-stranger"]),
        ("OPTIONS", "/v1/moves", "", 204, ["address", "unknown-stranger"]),
    ],
)
def test_every_kind_of_answer_says_how_much_is_left(
    probe: Caller, method: str, path: str, token: str, status: int, names: list[str]
) -> None:
    asker = probe.bearing(token) if token else probe
    reply = asker.request(method, path, MOVE if method == "POST" else None)
    assert reply.status == status
    assert [name for name, *_ in POLICY.findall(reply.headers["ratelimit-policy"])] == names
    assert list(left(reply)) == names
    exposed = reply.headers["access-control-expose-headers"]
    assert "RateLimit, RateLimit-Policy" in exposed


def test_a_person_who_asks_without_end_is_refused_alone_and_comes_back(
    probe: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    lower(monkeypatch, "money", "person", 3)
    alice, bob = probe.bearing("alice"), probe.bearing("bob")
    assert [left(move(alice, f"k{number}"))["money-person"] for number in range(3)] == [2, 1, 0]
    refused = move(alice, "k4")
    assert_problem(refused, 429, "too-many-requests")
    assert refused.headers["retry-after"] == "20"
    assert refused.headers["ratelimit-policy"].startswith('"money-person";q=3;w=60, ')
    assert refused.headers["ratelimit"].startswith('"money-person";r=0;t=20, ')
    assert [move(bob, "k1").status, move(alice, "k4").status] == [201, 429]
    clock.advance(20)
    assert [move(alice, "k4").status, move(alice, "k5").status] == [201, 429]


def test_a_refusal_says_it_in_the_readers_language(probe: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "money", "person", 1)
    alice = probe.bearing("alice")
    move(alice, "k1")
    said = {language: move(alice, "k2", accept_language=language).json["title"] for language in ("en", "zh-CN")}
    assert said["en"].isascii() and not said["zh-CN"].isascii()


def test_credentials_that_prove_nobody_are_counted_for_their_address(
    probe: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    lower(monkeypatch, "money", "stranger", 2)
    assert [move(probe.bearing(f"forged{number}"), "k").status for number in range(3)] == [401, 401, 429]
    assert move(probe.bearing("alice"), "k").status == 201, "who is known is not kept from their money by a neighbour"


def test_what_an_address_may_ask_at_all_ends_for_everybody_behind_it(
    probe: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shield, "ADDRESS", Limit("address", 2))
    assert [probe.bearing(who).get("/v1/things").status for who in ("alice", "bob", "alice")] == [200, 200, 429]
    assert probe.get("/nowhere").status == 429
    elsewhere = Caller(probe._app, source_ip="203.0.113.8")
    assert elsewhere.bearing("alice").get("/v1/things").status == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-Ip", "Client-Ip", "True-Client-Ip"])
def test_a_forged_address_changes_nothing(probe: Caller, monkeypatch: pytest.MonkeyPatch, header: str) -> None:
    lower(monkeypatch, "unknown", "stranger", 2)
    asked = [probe.request("GET", "/nowhere", headers={header: f"198.51.100.{number}"}) for number in range(3)]
    assert [reply.status for reply in asked] == [404, 404, 429]


def test_an_ipv6_network_is_one_address(probe: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "unknown", "stranger", 2)
    sources = [f"2001:db8:1:2::{number}" for number in range(3)] + ["2001:db8:1:3::1"]
    assert [Caller(probe._app, source_ip=one).get("/nowhere").status for one in sources] == [404, 404, 429, 404]


def test_who_is_refused_leaves_no_trace_and_may_use_the_key_later(
    probe: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    lower(monkeypatch, "money", "person", 1)
    alice = probe.bearing("alice")
    move(alice, "k1")
    assert move(alice, "k2").status == 429
    clock.advance(60)
    assert move(alice, "k2").status == 201


def test_without_limits_nothing_is_told(probe: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "RATE_LIMITS", "0")
    settings.settings.cache_clear()
    assert not {"ratelimit", "ratelimit-policy"} & probe.get("/health").headers.keys()


def test_what_all_processes_count_together_is_told_of_ones_own_address(caller: Caller) -> None:
    asked = caller.post("/v1/users", wish())
    assert left(asked)["codes-from-hour"] == 299
    assert not {"codes-hour", "codes-day"} & left(asked).keys(), "how often others wrote to a name is not told"


def test_a_shield_costs_no_call(caller: Caller, aws_calls: list[tuple[str, str]]) -> None:
    for number in range(700):
        caller.get(f"/nowhere/{number}")
    assert caller.get("/nowhere").status == 429
    assert aws_calls == []


def test_every_route_has_a_limit_for_everybody_who_may_ask(caller: Caller) -> None:
    kinds: Mapping[str, shield.Who] = {"Customer": "person", "Merchant": "merchant", "Operator": "operator"}
    for route in blueprint.routes():
        asks = [kinds[kind.__name__] for kind in route.callers]
        for who in (*asks, "stranger"):
            assert (shield.class_of(route), who) in shield.LIMITS, f"{route.method} {route.path} for {who}"


def test_the_ways_in_are_named_as_they_are_routed(caller: Caller) -> None:
    entering = {route.path for route in blueprint.routes() if shield.class_of(route) == "entering"}
    assert entering == shield.ENTERING
