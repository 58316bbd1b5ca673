"""Attacks by a phone that was signed out."""

from __future__ import annotations

import pytest

from chalicelib.identity import passwords
from tests.api.caller import Caller
from tests.api.test_preferences import ANN, PHONE
from tests.conftest import FrozenClock
from tests.people import CHEAP, PASSWORD, code_for, outbox, signed_in, signed_up

pytestmark = pytest.mark.many_requests


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


@pytest.fixture
def ann(caller: Caller) -> Caller:
    return caller.bearing(signed_up(caller)["access_token"])


def test_a_session_that_was_ended_does_not_stop_what_its_owner_has_waiting(
    caller: Caller, ann: Caller, clock: FrozenClock
) -> None:
    clock.advance(1)
    phone = signed_in(caller)
    mine = caller.bearing(phone["access_token"])
    (thief,) = [one["id"] for one in mine.get("/v1/sessions").json["data"] if not one["current"]]
    assert mine.delete(f"/v1/sessions/{thief}").status == 204
    clock.advance(1)
    assert mine.post("/v1/me/identifiers", {"identifier": PHONE}).status == 202
    assert mine.post("/v1/me/identifiers/confirm", {"identifier": PHONE, "new_code": code_for(PHONE)}).status == 200
    sent = len(outbox(ANN))
    for _ in range(3):
        clock.advance(1)
        ann.delete("/v1/sessions")
    assert mine.get("/v1/me/identifiers").json["pending"] is not None, "cancelled by a phone that was signed out"
    assert len(outbox(ANN)) - sent == 0, "messages at will"


def test_a_phone_that_was_signed_out_does_not_delete_its_owners_account(caller: Caller, ann: Caller) -> None:
    mine = caller.bearing(signed_in(caller)["access_token"])
    (thief,) = [one["id"] for one in mine.get("/v1/sessions").json["data"] if not one["current"]]
    assert mine.delete(f"/v1/sessions/{thief}").status == 204
    assert ann.request("DELETE", "/v1/me", {"password": PASSWORD}).status == 401
    assert mine.get("/v1/me").status == 200
    body = {"password": PASSWORD}
    assert [mine.request("DELETE", "/v1/me", body).status for _ in range(2)] == [204, 204], "once more is as good"
