"""Attacks in between: what a session that ends can still take along while it ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from chalicelib.identity import sessions
from tests import aws
from tests.api.authenticator import Authenticator
from tests.api.caller import Caller, Reply
from tests.api.test_cut_off import Killed
from tests.api.world import PASSWORD, Person, World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import code_for, code_now, refresh

NEW_WORDS = "another horse another battery"


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


class Stage:
    """Two threads, the owner and the thief; each call of one may wait for what the other has done."""

    def __init__(self, patch: pytest.MonkeyPatch, owner_at: Callable[[Any], bool], thief_at: Callable[[Any], bool]):
        self.owner_is_there, self.thief_is_there, self.thief_is_done = (threading.Event() for _ in range(3))
        self.owner_at, self.thief_at = owner_at, thief_at
        aws.stand_before(patch, self._answer)

    def _answer(self, sent: aws.Sent) -> Any:
        who = threading.current_thread().name
        if who == "owner" and self.owner_at(sent) and not self.owner_is_there.is_set():
            self.owner_is_there.set()
            self.thief_is_done.wait(20)
        if who == "thief" and self.thief_at(sent) and not self.thief_is_there.is_set():
            self.thief_is_there.set()
            self.owner_is_there.wait(20)
        return sent.go_on()

    def play(self, owner: Callable[[], Reply], thief: Callable[[], Reply]) -> tuple[Reply, Reply]:
        said: dict[str, Reply] = {}

        def steal() -> None:
            said["thief"] = thief()
            self.thief_is_done.set()

        def end() -> None:
            self.thief_is_there.wait(20)
            said["owner"] = owner()
            self.owner_is_there.set()

        threads = [threading.Thread(target=end, name="owner"), threading.Thread(target=steal, name="thief")]
        for one in threads:
            one.start()
        for one in threads:
            one.join(60)
        return said["owner"], said["thief"]


def _body(sent: aws.Sent) -> str:
    raw = sent.request.body
    return raw.decode() if isinstance(raw, bytes) else str(raw)


def looks_at_the_head(sent: aws.Sent) -> bool:
    return sent.operation == "GetItem" and "wal_" in _body(sent) and "ledger" in _body(sent)


def deletes_a_session(sent: aws.Sent) -> bool:
    return sent.operation == "DeleteItem" and "SESSION#" in _body(sent)


def test_no_token_taken_while_all_sessions_end_moves_money(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = world.customer(1_000)
    stolen = dict(ann.tokens)
    ann.sign_in()
    with monkeypatch.context() as patch:
        stage = Stage(patch, deletes_a_session, looks_at_the_head)
        ended, taken = stage.play(
            lambda: ann.phone.delete("/v1/sessions"),
            lambda: world.nobody.post("/v1/sessions/refresh", {"refresh_token": stolen["refresh_token"]}),
        )
    assert ended.status == 204
    _moves_nothing(world, ann, taken)


def test_no_token_taken_while_a_password_is_reset_moves_money(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = world.customer(1_000)
    world.clock.advance(1)
    assert world.nobody.post("/v1/password-resets", {"identifier": ann.identifier}).status == 202
    body = {"identifier": ann.identifier, "code": code_for(ann.identifier), "new_password": NEW_WORDS}
    with monkeypatch.context() as patch:
        stage = Stage(patch, deletes_a_session, looks_at_the_head)
        ended, taken = stage.play(
            lambda: world.nobody.post("/v1/password-resets/confirm", body),
            lambda: world.nobody.post("/v1/sessions/refresh", {"refresh_token": ann.tokens["refresh_token"]}),
        )
    assert ended.status == 204
    _moves_nothing(world, ann, taken)


@pytest.mark.parametrize("how", ["one", "all"])
def test_no_step_up_outlives_the_session_that_ends_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    ann = world.customer(1_000)
    assert ann.phone.request("PUT", "/v1/me/payment-pin", {"pin": "274901", "password": PASSWORD}).status == 204
    thief, session = ann.phone, ann.tokens["session_id"]
    ann.sign_in()
    with monkeypatch.context() as patch:
        stage = Stage(patch, lambda sent: False, looks_at_the_head)
        ended, taken = stage.play(
            lambda: ann.phone.delete(f"/v1/sessions/{session}" if how == "one" else "/v1/sessions"),
            lambda: thief.post("/v1/me/step-up", {"method": "pin", "pin": "274901"}),
        )
    assert ended.status == 204
    _moves_nothing(world, ann, taken)


def _passkey(me: Caller) -> Callable[[], Reply]:
    made = Authenticator().made(me.post("/v1/me/passkeys/options", {"password": PASSWORD}).json["options"])
    return lambda: me.post("/v1/me/passkeys", {"name": "phone", "credential": made})


def _authenticator(me: Caller) -> Callable[[], Reply]:
    code = {"code": code_now(me.post("/v1/me/totp", {"password": PASSWORD}).json["secret"])}
    return lambda: me.post("/v1/me/totp/confirm", code)


FACTORS = {"a passkey": _passkey, "an authenticator": _authenticator}


@pytest.mark.parametrize("first", FACTORS)
def test_a_first_factor_that_is_cut_off_leaves_no_password_session_that_pays(
    world: World, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    ana = world.customer(1_000)
    thief, stolen = ana.phone, dict(ana.tokens)
    ana.sign_in()
    turn_on, done = FACTORS[first](ana.phone), False

    def answer(sent: aws.Sent) -> Any:
        nonlocal done
        if done:
            raise Killed
        if sent.operation == "TransactWriteItems":
            sent.go_on()
            done = True
            raise Killed
        return sent.go_on()

    with monkeypatch.context() as patch, suppress(Killed):
        aws.stand_before(patch, answer)
        turn_on()
    assert done
    world.clock.advance(120)
    world.sweep()
    assert thief.get("/v1/sessions").status == 401
    assert refresh(world.nobody, stolen["refresh_token"]).status == 401
    mine, ana.phone = ana.phone, thief
    assert ana.pay(900).status == 401
    assert mine.get("/v1/sessions").status == 200, "the one that set it up goes on"
    renewed = refresh(world.nobody, ana.tokens["refresh_token"])
    ana.phone = world.nobody.bearing(renewed.json["access_token"])
    assert ana.pay(900).status == 201
    codes = ana.phone.post("/v1/me/recovery-codes", {"password": PASSWORD})
    assert codes.status == 201, "and counts as proved"


@pytest.mark.parametrize(
    ("first", "second"),
    [("a passkey", "a passkey"), ("a passkey", "an authenticator"), ("an authenticator", "a passkey")],
)
def test_a_thief_sets_up_no_factor_while_the_owner_sets_up_the_first(
    world: World, monkeypatch: pytest.MonkeyPatch, first: str, second: str
) -> None:
    """In a session of their own that is over by the time they write, though nobody has cleared it away."""
    ana = world.customer(1_000)
    thief = ana.phone
    ana.sign_in()
    steal = FACTORS[second](thief)
    turn_on, overtaken = FACTORS[first](ana.phone), []

    def answer(sent: aws.Sent) -> Any:
        if not overtaken and sent.operation == "TransactWriteItems":
            overtaken.append(sent)
            assert turn_on().status < 300
        return sent.go_on()

    with monkeypatch.context() as patch:
        patch.setattr(sessions, "end_others", lambda user, session_id: False)
        aws.stand_before(patch, answer)
        assert steal().status in (400, 409)
    assert overtaken
    assert ana.phone.get("/v1/sessions").status == 200


def _moves_nothing(world: World, ann: Person, taken: Reply) -> None:
    if taken.status < 300:
        ann.phone = world.nobody.bearing(taken.json["access_token"])
        assert ann.pay(900).status == 401, "a session that is over has paid"
