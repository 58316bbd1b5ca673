"""Attacks by operators who are none any more."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from chalicelib.identity import passwords
from tests import aws
from tests.api.caller import Caller
from tests.api.test_cut_off import Killed
from tests.conftest import FrozenClock
from tests.people import CHEAP, appointed, in_office, signed_up

pytestmark = pytest.mark.many_requests


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


@pytest.fixture
def ann(caller: Caller) -> Caller:
    return caller.bearing(signed_up(caller)["access_token"])


def test_an_operator_who_is_dismissed_acts_no_more_though_the_call_was_cut_off(
    caller: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bob = signed_up(caller, "ada@example.com"), signed_up(caller, "bob@example.com")
    appointed(caller, ada, "admin")
    appointed(caller, bob, "admin")
    admin = caller.bearing(in_office(ada["user"]["id"], clock.now()))
    other = caller.bearing(in_office(bob["user"]["id"], clock.now()))
    body = {"role": "customer", "reason": "has left the house"}
    path = f"/v1/operators/{bob['user']['id']}"
    clock.advance(1)
    with monkeypatch.context() as patch:
        done = False

        def answer(sent: aws.Sent) -> Any:
            nonlocal done
            if done:
                raise Killed
            if sent.operation == "TransactWriteItems":
                sent.go_on()
                done = True
                raise Killed
            return sent.go_on()

        aws.stand_before(patch, answer)
        with suppress(Killed):
            admin.patch(path, body)
    again = admin.patch(path, body).status
    assert other.get("/v1/operators").status == 401, f"still an admin; the retry said {again}"
