"""The first second factor: from then on a password opens nothing, and what it had opened is closed."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.identity import entering, passwords, service, sessions, store_sessions
from chalicelib.identity.model_arrivals import Arrival
from chalicelib.kernel.errors import InvalidCredentials
from tests.api.authenticator import Authenticator
from tests.api.caller import Caller, assert_problem
from tests.api.world import PASSWORD, World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import CHEAP, code_now, enrolled, refresh, sign_in, signed_in, signed_up
from tests.people import PASSWORD as MINE

ANN = "ann@example.com"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


@pytest.fixture
def welcome(caller: Caller) -> dict[str, Any]:
    return signed_up(caller)


@pytest.fixture
def ann(caller: Caller, welcome: dict[str, Any]) -> Caller:
    return caller.bearing(welcome["access_token"])


def with_passkey(me: Caller) -> None:
    made = Authenticator().made(me.post("/v1/me/passkeys/options", {"password": MINE}).json["options"])
    assert me.post("/v1/me/passkeys", {"name": "phone", "credential": made}).status == 201


FIRST = {"an authenticator": enrolled, "a passkey": with_passkey}


@pytest.mark.parametrize("first", FIRST)
@pytest.mark.parametrize("agent", ["", "a device that was never here"])
def test_a_sign_in_under_way_while_it_is_turned_on_begins_no_session(
    caller: Caller, ann: Caller, welcome: dict[str, Any], monkeypatch: pytest.MonkeyPatch, first: str, agent: str
) -> None:
    """It has compared the password already; the factor comes; then it would write its session."""
    begun = sessions.begun

    def overtaken(*given: Any) -> Any:
        FIRST[first](ann)
        return begun(*given)

    with monkeypatch.context() as patch:
        patch.setattr(sessions, "begun", overtaken)
        late = sign_in(caller.with_headers(user_agent=agent) if agent else caller, ANN, MINE)
    assert_problem(late, 401, "invalid-credentials")
    (left,) = store_sessions.sessions(welcome["user"]["id"], None, 10)[0]
    assert (left.id, left.proved) == (welcome["session_id"], True)
    assert sign_in(caller, ANN, MINE).status == 202


def test_a_session_that_proved_nothing_is_not_written_for_who_has_a_factor(
    caller: Caller, ann: Caller, welcome: dict[str, Any], clock: FrozenClock
) -> None:
    enrolled(ann)
    user = service.profile(welcome["user"]["id"])
    for agent in ("", "another"):
        with pytest.raises(InvalidCredentials):
            entering.let_in(user, Arrival(agent), clock.now())
        assert entering.let_in(user, Arrival(agent), clock.now(), proved=True)


@pytest.mark.parametrize("first", FIRST)
def test_every_other_session_is_over_and_the_one_that_set_it_up_goes_on_as_proved(
    caller: Caller, ann: Caller, welcome: dict[str, Any], first: str
) -> None:
    others = [signed_in(caller) for _ in range(2)]
    FIRST[first](ann)
    for other in others:
        assert refresh(caller, other["refresh_token"]).status == 401
        assert caller.bearing(other["access_token"]).get("/v1/me").status == 401
    mine = refresh(caller, welcome["refresh_token"])
    assert mine.status == 200
    assert caller.bearing(mine.json["access_token"]).post("/v1/me/recovery-codes", {"password": MINE}).status == 201
    kinds = [notice["kind"] for notice in ann.get("/v1/me/notices").json["data"]]
    assert "others_signed_out" in kinds


def test_a_second_second_factor_ends_no_session(caller: Caller, ann: Caller, clock: FrozenClock) -> None:
    secret = enrolled(ann)
    answer = {"challenge": sign_in(caller, ANN, MINE).json["challenge"], "method": "totp"}
    other = caller.post("/v1/sessions/second-factor", answer | {"code": code_now(secret, 1)}).json
    with_passkey(ann)
    assert refresh(caller, other["refresh_token"]).status == 200


def test_tokens_of_other_sessions_pay_nothing_more(
    cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    cheap_passwords(monkeypatch)
    world = World(clock)
    ana = world.customer(1_000)
    mine, token = ana.phone, ana.tokens["refresh_token"]
    ana.sign_in()
    enrolled(mine, PASSWORD)
    assert_problem(ana.pay(100), 401, "invalid-token")
    renewed = refresh(world.nobody, token).json["access_token"]
    ana.phone = world.nobody.bearing(renewed)
    assert ana.pay(100).status == 201


def test_a_session_that_a_crash_has_left_is_not_refreshed(
    caller: Caller, ann: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = signed_in(caller)
    with monkeypatch.context() as patch:
        patch.setattr(sessions, "end_others", lambda user, session_id: False)
        enrolled(ann)
    assert refresh(caller, other["refresh_token"]).status == 401


def test_who_sends_the_code_again_has_the_others_ended_as_well(
    caller: Caller, ann: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = signed_in(caller)
    secret = ann.post("/v1/me/totp", {"password": MINE}).json["secret"]
    code = {"code": code_now(secret)}
    with monkeypatch.context() as patch:
        patch.setattr(sessions, "end_others", lambda user, session_id: False)
        assert ann.post("/v1/me/totp/confirm", code).status == 204
    assert ann.post("/v1/me/totp/confirm", code).status == 204
    assert caller.bearing(other["access_token"]).get("/v1/me").status == 401
