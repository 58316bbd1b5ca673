"""Whether a name is known never shows: equal bytes after equal AWS calls and equal runs of Argon2, for every way in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.caller import Caller, Reply
from tests.conftest import FrozenClock
from tests.people import sign_in, signed_up, told, wish

pytestmark = pytest.mark.many_requests

KNOWN, LOCKED = "ann@example.com", "lou@example.com"
UNKNOWN = ("nobody@example.com", "waiting@example.com", "+8613800138000")
Act = Callable[[Caller, str], Reply]


def register(caller: Caller, identifier: str) -> Reply:
    return caller.post("/v1/users", wish(identifier))


def reset(caller: Caller, identifier: str) -> Reply:
    return caller.post("/v1/password-resets", {"identifier": identifier})


def confirm(caller: Caller, identifier: str) -> Reply:
    body = {"identifier": identifier, "code": "000000", "new_password": "another horse battery"}
    return caller.post("/v1/password-resets/confirm", body)


def guess(caller: Caller, identifier: str) -> Reply:
    return sign_in(caller, identifier, "wrong horse battery")


def guess_with_a_device(caller: Caller, identifier: str) -> Reply:
    claim = {"identifier": identifier, "password": "wrong horse battery", "device_token": "cdt_" + "A" * 64}
    return caller.post("/v1/sessions", claim)


@pytest.mark.parametrize(
    ("act", "status", "argon2"),
    [
        (guess, 401, ["verify"]),
        (guess_with_a_device, 401, ["verify"]),
        (register, 202, ["hash"]),
        (reset, 202, []),
        (confirm, 400, []),
    ],
)
def test_known_unknown_waiting_and_locked_are_one_answer_for_one_amount_of_work(
    caller: Caller,
    clock: FrozenClock,
    aws_calls: list[tuple[str, str]],
    runs: list[str],
    act: Act,
    status: int,
    argon2: list[str],
) -> None:
    for identifier in (KNOWN, LOCKED):
        signed_up(caller, identifier)
    register(caller, "waiting@example.com")
    for _ in range(5):
        guess(caller, LOCKED)
    for identifier in (KNOWN, LOCKED, *UNKNOWN):
        reset(Caller(source_ip="198.51.100.1"), identifier)
    clock.advance(1)
    seen: dict[str, Any] = {}
    for identifier in (KNOWN, LOCKED, *UNKNOWN):
        aws_calls.clear()
        runs.clear()
        seen[identifier] = (told(act(caller, identifier)), list(aws_calls), list(runs))
    assert all(one == seen[KNOWN] for one in seen.values())
    assert (seen[KNOWN][0][0], seen[KNOWN][2]) == (status, argon2)
