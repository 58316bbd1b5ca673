"""Pushes end with the session that asked for them, and whoever hears no more of security hears that last."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.identity import store, store_pushes, store_sessions, telling
from chalicelib.kernel import clock as time
from chalicelib.notices.model_reach import Device
from tests.api.caller import Caller, Reply, assert_problem
from tests.api.world import cheap_passwords
from tests.conftest import FrozenClock
from tests.people import outbox, refresh, second_name, signed_in, signed_up

pytestmark = pytest.mark.many_requests

ANN, PHONE = "ann@example.com", "+8613900139000"
THIEF, MINE = "token of a thief", "token of my phone"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap_passwords(monkeypatch)


@pytest.fixture
def welcome(caller: Caller) -> dict[str, Any]:
    return signed_up(caller)


@pytest.fixture
def ann(caller: Caller, welcome: dict[str, Any]) -> Caller:
    return caller.bearing(welcome["access_token"])


def register(me: Caller, token: str) -> Reply:
    return me.post("/v1/me/devices", {"push_token": token, "platform": "ios", "name": "phone"})


def pushed(user_id: str, clock: FrozenClock) -> set[str]:
    """Who of both gets a push that is sent now."""
    clock.advance(1)
    before = {token: len(outbox(token)) for token in (THIEF, MINE)}
    user = store.user(user_id)
    assert user is not None
    telling.tell(user, "identifier_failed", {"new": "n***@example.com"}, time.now())
    return {token for token, count in before.items() if len(outbox(token)) > count}


@pytest.mark.parametrize("how", ["by my other phone", "by itself", "by a copied refresh token"])
def test_a_session_that_ends_takes_its_pushes_along_and_no_others(
    caller: Caller, ann: Caller, welcome: dict[str, Any], clock: FrozenClock, how: str
) -> None:
    theirs = signed_in(caller)
    register(ann, MINE)
    register(caller.bearing(theirs["access_token"]), THIEF)
    assert pushed(welcome["user"]["id"], clock) == {MINE, THIEF}
    if how == "by my other phone":
        assert ann.delete(f"/v1/sessions/{theirs['session_id']}").status == 204
    elif how == "by itself":
        assert caller.bearing(theirs["access_token"]).delete("/v1/sessions/current").status == 204
    else:
        assert refresh(caller, theirs["refresh_token"]).status == 200
        clock.advance(61)
        assert refresh(caller, theirs["refresh_token"]).status == 401
    assert pushed(welcome["user"]["id"], clock) == {MINE}


def test_signing_out_everywhere_ends_all_pushes_until_the_app_registers_again(
    caller: Caller, ann: Caller, welcome: dict[str, Any], clock: FrozenClock
) -> None:
    register(ann, MINE)
    register(caller.bearing(signed_in(caller)["access_token"]), THIEF)
    assert ann.delete("/v1/sessions").status == 204
    assert pushed(welcome["user"]["id"], clock) == set()
    assert register(caller.bearing(signed_in(caller)["access_token"]), MINE).status == 201
    assert pushed(welcome["user"]["id"], clock) == {MINE}


def test_all_sessions_are_over_though_who_ended_them_was_cut_short(
    caller: Caller, ann: Caller, welcome: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = signed_in(caller)
    with monkeypatch.context() as patch:
        patch.setattr(store_sessions, "end_sessions", lambda *_, **__: 1 / 0)
        assert ann.delete("/v1/sessions").status == 500
    for tokens in (welcome, theirs):
        assert refresh(caller, tokens["refresh_token"]).status == 401
        assert_problem(caller.bearing(tokens["access_token"]).get("/v1/me"), 401, "invalid-token")


def test_a_session_that_is_over_signs_nobody_out_who_came_since(
    caller: Caller, ann: Caller, welcome: dict[str, Any]
) -> None:
    assert ann.delete("/v1/sessions").status == 204
    new = signed_in(caller)
    register(caller.bearing(new["access_token"]), MINE)
    assert ann.delete("/v1/sessions").status == 204
    assert refresh(caller, new["refresh_token"]).status == 200
    assert len(store_pushes.devices(welcome["user"]["id"])) == 1


def test_a_session_that_ends_meanwhile_registers_nothing(
    ann: Caller, welcome: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id, session_id = welcome["user"]["id"], welcome["session_id"]
    devices = store_pushes.devices

    def overtaken(owner: str) -> tuple[Device, ...]:
        store_sessions.end_session(user_id, session_id)
        return devices(owner)

    monkeypatch.setattr(store_pushes, "devices", overtaken)
    assert register(ann, THIEF).status == 503
    assert devices(user_id) == ()


def test_two_people_who_register_one_device_at_once_do_not_both_have_it(
    caller: Caller, ann: Caller, welcome: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = signed_up(caller, "bob@example.com")
    turns = iter([True])

    find = store_pushes._PushItem.find

    def slow(pk: str, sk: str) -> Any:
        found = find(pk, sk)
        if next(turns, False):
            assert register(caller.bearing(bob["access_token"]), MINE).status == 201
        return found

    monkeypatch.setattr(store_pushes._PushItem, "find", slow)
    assert register(ann, MINE).status == 503
    having = [bool(store_pushes.devices(user["user"]["id"])) for user in (welcome, bob)]
    assert having == [False, True]


def subjects(contact: str) -> list[str]:
    return [message["subject"] for message in outbox(contact) if "Security" in message["subject"]]


@pytest.mark.parametrize(
    ("way", "said"),
    [("sms", "by text message"), ("email", "by e-mail"), ("push", "on your devices"), ("inbox", "inbox")],
)
def test_who_will_hear_no_more_of_security_is_told_so_and_so_are_the_others(
    ann: Caller, clock: FrozenClock, way: str, said: str
) -> None:
    clock.advance(1)
    second_name(ann, ANN, PHONE)
    register(ann, MINE)
    clock.advance(1)
    for _ in range(2):
        assert ann.patch("/v1/me/preferences", {"notices": {f"security.{way}": False}}).status == 200
    for contact in (ANN, PHONE, MINE):
        (subject,) = subjects(contact)
        assert said in subject
    assert f"security_{way}_off" in [one["kind"] for one in ann.get("/v1/me/notices").json["data"]]


def test_a_contact_that_takes_the_place_of_another_hears_of_it_too(ann: Caller, clock: FrozenClock) -> None:
    clock.advance(1)
    second_name(ann, ANN, PHONE)
    ann.patch("/v1/me/preferences", {"notices": {"security.sms": False}})
    clock.advance(1)
    swapped = {"security.sms": True, "security.email": False}
    assert ann.patch("/v1/me/preferences", {"notices": swapped}).status == 200
    for contact in (ANN, PHONE):
        assert subjects(contact) == [f"Security notices by {way} are off" for way in ("text message", "e-mail")]
