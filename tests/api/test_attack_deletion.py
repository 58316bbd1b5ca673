"""Attacks on an account that was restored."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from chalicelib.identity import deletion, passwords
from tests import aws
from tests.api.caller import Caller
from tests.api.test_cut_off import Killed
from tests.api.test_preferences import ANN
from tests.conftest import FrozenClock
from tests.people import CHEAP, PASSWORD, outbox, signed_up

pytestmark = pytest.mark.many_requests


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


@pytest.fixture
def ann(caller: Caller) -> Caller:
    return caller.bearing(signed_up(caller)["access_token"])


def test_a_late_word_of_a_deletion_does_not_end_the_sessions_after_its_restore(
    caller: Caller, ann: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = ann.get("/v1/me").json["id"]
    body = {"password": PASSWORD}
    with monkeypatch.context() as patch:
        made = 0

        def kill(sent: aws.Sent) -> Any:
            nonlocal made
            if made:
                raise Killed
            if sent.operation == "TransactWriteItems":
                sent.go_on()
                made += 1
                raise Killed
            return sent.go_on()

        aws.stand_before(patch, kill)
        with suppress(Killed):
            ann.request("DELETE", "/v1/me", body)
    tokens: dict[str, Any] = {}
    with monkeypatch.context() as patch:
        inside = False

        def late(sent: aws.Sent) -> Any:
            nonlocal inside
            if not inside and sent.operation == "Query":
                inside = True
                reply = caller.post("/v1/users/restore", {"identifier": ANN, "password": PASSWORD})
                assert reply.status == 201, reply.raw
                tokens.update(reply.json)
            return sent.go_on()

        aws.stand_before(patch, late)
        deletion.tell(user_id, clock.now())
        assert inside
    assert caller.bearing(tokens["access_token"]).get("/v1/me").status == 200, "signed out by what is past"
    told = [one["subject"] for one in outbox(ANN)][-3:]
    assert told
