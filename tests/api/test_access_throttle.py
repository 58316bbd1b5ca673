"""How many codes one name is sent and one address asks for: 429 with the time to wait, known or not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.identity import passwords, throttle
from chalicelib.identity.throttle import Limit
from chalicelib.kernel.errors import TooManyRequests
from tests.api.caller import Caller, assert_problem
from tests.conftest import FrozenClock
from tests.people import CHEAP, all_items, outbox, signed_up, told, wish

pytestmark = pytest.mark.many_requests

THREE_A_MINUTE = (Limit("test", 3, timedelta(minutes=1)),)


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


def test_a_sixth_code_within_the_hour_is_not_sent_and_the_next_hour_it_is(caller: Caller, clock: FrozenClock) -> None:
    clock.advance(1_000)
    assert [caller.post("/v1/users", wish()).status for _ in range(5)] == [202] * 5
    refused = caller.post("/v1/users", wish("ANN@example.com"))
    assert_problem(refused, 429, "too-many-requests")
    assert refused.headers["retry-after"] == "2600"
    assert len(outbox("ann@example.com")) == 5
    assert caller.post("/v1/users", wish("bob@example.com")).status == 202
    clock.advance(2_600)
    assert caller.post("/v1/users", wish()).status == 202


def test_a_twenty_first_code_within_the_day_is_not_sent(caller: Caller, clock: FrozenClock) -> None:
    clock.advance(16 * 3_600)
    for _ in range(4):
        assert [caller.post("/v1/users", wish()).status for _ in range(5)] == [202] * 5
        clock.advance(3_600)
    assert_problem(caller.post("/v1/users", wish()), 429, "too-many-requests")


def test_a_known_and_an_unknown_name_are_refused_alike(caller: Caller) -> None:
    signed_up(caller, "ann@example.com")
    refusals = []
    for identifier, sends in (("ann@example.com", 4), ("bob@example.com", 5)):
        for _ in range(sends):
            assert caller.post("/v1/users", wish(identifier)).status == 202
        refusals.append(told(caller.post("/v1/users", wish(identifier))))
    assert refusals[0] == refusals[1]


def test_an_address_that_asks_for_many_names_is_slowed_down_whatever_it_claims_to_be(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "CODES_FROM_AN_ADDRESS", THREE_A_MINUTE)
    spray = [
        caller.post("/v1/users", wish(f"p{number}@example.com"), x_forwarded_for=f"198.51.100.{number}")
        for number in range(4)
    ]
    assert [reply.status for reply in spray] == [202, 202, 202, 429]
    assert Caller(source_ip="203.0.113.8").post("/v1/users", wish("q@example.com")).status == 202


def test_a_count_is_for_one_kind_one_subject_and_one_window(caller: Caller, clock: FrozenClock) -> None:
    for _ in range(3):
        throttle.check(THREE_A_MINUTE, "ann", clock.now())
    with pytest.raises(TooManyRequests) as refused:
        throttle.check(THREE_A_MINUTE, "ann", clock.now())
    assert refused.value.retry_after_seconds == 60
    throttle.check(THREE_A_MINUTE, "bob", clock.now())
    throttle.check((Limit("other", 3, timedelta(minutes=1)),), "ann", clock.now())
    throttle.check(THREE_A_MINUTE, "ann", clock.advance(60))


def test_counts_expire_and_name_nobody(caller: Caller, clock: FrozenClock) -> None:
    caller.post("/v1/users", wish())
    counts = [item for item in all_items("identity") if item["pk"]["S"].startswith("THROTTLE#")]
    assert len(counts) == 3
    assert {int(item["expires_at_seconds"]["N"]) > clock.now().timestamp() for item in counts} == {True}
    assert "ann" not in repr(counts) and "203.0.113" not in repr(counts)
