"""One address at many names: slowed down, whoever it claims to be; who signs in from there is not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.identity import passwords, throttle
from chalicelib.identity.throttle import Limit
from tests.api.caller import Caller, assert_problem
from tests.conftest import FrozenClock
from tests.people import CHEAP, PASSWORD, sign_in, signed_up, told

pytestmark = pytest.mark.many_requests

ANN = "ann@example.com"
WRONG = "wrong horse battery"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


def fail(caller: Caller, identifier: str) -> None:
    assert sign_in(caller, identifier, WRONG).status == 401


def test_a_password_sprayed_over_many_names_is_slowed_down_whatever_the_address_claims(
    caller: Caller, clock: FrozenClock
) -> None:
    signed_up(caller)
    clock.advance(60)
    names = [f"p{number}@example.com" for number in range(31)]
    spray = [
        caller.with_headers(x_forwarded_for=f"198.51.100.{number}").post(
            "/v1/sessions", {"identifier": name, "password": PASSWORD}
        )
        for number, name in enumerate(names)
    ]
    assert [reply.status for reply in spray] == [401] * 30 + [429]
    assert_problem(spray[-1], 429, "too-many-requests")
    assert spray[-1].headers["retry-after"] == "840"
    assert told(sign_in(caller, ANN, PASSWORD)) == told(spray[-1]), "known or not, right or wrong"
    assert sign_in(caller, names[0], PASSWORD).status == 401, "a name that was counted is not counted again"
    assert sign_in(Caller(source_ip="203.0.113.8"), ANN, PASSWORD).status == 201
    clock.advance(840)
    assert sign_in(caller, ANN, PASSWORD).status == 201


def test_those_who_sign_in_are_not_counted_among_the_failures_of_their_address(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "NAMES_FROM_AN_ADDRESS", Limit("names-from", 2, timedelta(minutes=15)))
    for identifier in (ANN, "bob@example.com", "cat@example.com"):
        signed_up(caller, identifier)
        assert sign_in(caller, identifier, PASSWORD).status == 201
    fail(caller, "p1@example.com")
    fail(caller, "p2@example.com")
    assert sign_in(caller, ANN, PASSWORD).status == 429


def test_a_known_device_is_not_slowed_down_by_its_neighbours(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = signed_up(caller)["device_token"]
    monkeypatch.setattr(throttle, "NAMES_FROM_AN_ADDRESS", Limit("names-from", 1, timedelta(minutes=15)))
    fail(caller, "p1@example.com")
    assert sign_in(caller, ANN, PASSWORD).status == 429
    claim = {"identifier": ANN, "password": PASSWORD, "device_token": phone}
    assert caller.post("/v1/sessions", claim).status == 201


def test_an_ipv6_network_is_one_address(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "NAMES_FROM_AN_ADDRESS", Limit("names-from", 1, timedelta(minutes=15)))
    assert sign_in(Caller(source_ip="2001:db8:1:2::1"), "p1@example.com", WRONG).status == 401
    assert sign_in(Caller(source_ip="2001:db8:1:2:ffff::9"), "p2@example.com", WRONG).status == 429
    assert sign_in(Caller(source_ip="2001:db8:1:3::1"), "p2@example.com", WRONG).status == 401
