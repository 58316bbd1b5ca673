"""Operators have a second factor before they are appointed, and as long as they are; and an account as long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.identity import passwords, service, store_factors, store_operators, store_passkeys
from chalicelib.kernel.errors import WithoutSecondFactor
from tests.api.authenticator import Authenticator
from tests.api.caller import Caller, Reply, assert_problem
from tests.conftest import FrozenClock
from tests.people import CHEAP, PASSWORD, all_items, appointed, enrolled, in_office, proved, sign_in, signed_up

pytestmark = pytest.mark.many_requests

ANN, REASON = "ann@example.com", "joins the night shift"
MINE = {"password": PASSWORD}


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


@pytest.fixture
def admin(caller: Caller, clock: FrozenClock) -> Caller:
    welcome = signed_up(caller, "ada@example.com")
    appointed(caller, welcome, "admin")
    return caller.bearing(in_office(welcome["user"]["id"], clock.now()))


@pytest.fixture
def welcome(caller: Caller) -> dict[str, Any]:
    return signed_up(caller)


def registered(me: Caller) -> str:
    """The id of a new passkey."""
    made = Authenticator().made(me.post("/v1/me/passkeys/options", MINE).json["options"])
    return str(me.post("/v1/me/passkeys", {"name": "phone", "credential": made}).json["id"])


def appoint(admin: Caller, user_id: str) -> Reply:
    return admin.post("/v1/operators", {"person_id": user_id, "role": "support", "reason": REASON})


def test_nobody_is_appointed_before_they_have_a_second_factor(
    caller: Caller, admin: Caller, welcome: dict[str, Any], clock: FrozenClock
) -> None:
    user_id, me = welcome["user"]["id"], caller.bearing(welcome["access_token"])
    assert_problem(appoint(admin, user_id), 409, "without-second-factor")
    with pytest.raises(WithoutSecondFactor):
        service.appoint(user_id, "admin", clock.now())
    assert (service.profile(user_id).role, store_operators.operator(user_id)) == ("customer", None)
    enrolled(me)
    assert me.request("DELETE", "/v1/me/totp", MINE).status == 204
    assert_problem(appoint(admin, user_id), 409, "without-second-factor")
    registered(me)
    assert appoint(admin, user_id).status == 201


def test_who_takes_their_factor_away_while_they_are_appointed_is_no_operator(
    caller: Caller, admin: Caller, welcome: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    me, written = caller.bearing(welcome["access_token"]), store_operators.appoint
    enrolled(me)

    def overtaken(*given: Any) -> Any:
        assert me.request("DELETE", "/v1/me/totp", MINE).status == 204
        return written(*given)

    monkeypatch.setattr(store_operators, "appoint", overtaken)
    assert_problem(appoint(admin, welcome["user"]["id"]), 409, "without-second-factor")
    assert service.profile(welcome["user"]["id"]).role == "customer"


def test_with_the_password_of_an_appointee_nobody_sets_up_the_first_factor(
    caller: Caller, admin: Caller, welcome: dict[str, Any]
) -> None:
    enrolled(caller.bearing(welcome["access_token"]))
    assert appoint(admin, welcome["user"]["id"]).status == 201
    thief = sign_in(caller.with_headers(user_agent="Evil"), ANN, PASSWORD)
    assert (thief.status, "access_token" in thief.json) == (202, False)


def taking_away(me: Caller, passkey: str) -> tuple[Callable[[], Reply], Callable[[], Reply]]:
    return (
        lambda: me.request("DELETE", "/v1/me/totp", MINE),
        lambda: me.request("DELETE", f"/v1/me/passkeys/{passkey}", MINE),
    )


@pytest.mark.parametrize("first", ["authenticator", "passkey"])
@pytest.mark.parametrize(("role", "then", "left"), [("admin", (204, 403), 1), ("customer", (204, 204), 0)])
def test_of_an_operators_last_two_factors_one_stays_even_if_both_go_at_once(
    caller: Caller,
    welcome: dict[str, Any],
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
    first: str,
    role: str,
    then: tuple[int, int],
    left: int,
) -> None:
    """Both have read that the other one is there; one writes, then the other."""
    enrolled(caller.bearing(welcome["access_token"]))
    if role != "customer":
        service.appoint(welcome["user"]["id"], role, clock.now())
    me = caller.bearing(in_office(welcome["user"]["id"], clock.now()))
    one, other = taking_away(me, registered(me))
    assert me.post("/v1/me/recovery-codes", MINE).status == 201
    store, name = (store_factors, "remove_totp") if first == "authenticator" else (store_passkeys, "remove")
    one, other = (one, other) if first == "authenticator" else (other, one)
    written, found = getattr(store, name), []

    def overtaken(*given: Any) -> Any:
        monkeypatch.setattr(store, name, written)
        found.append(other().status)
        return written(*given)

    monkeypatch.setattr(store, name, overtaken)
    found.append(one().status)
    assert tuple(found) == then
    assert len(service.profile(welcome["user"]["id"]).second_factors) == left
    assert len(recovery_codes()) == 10 * left, "they go with the last factor"


def recovery_codes() -> list[str]:
    return [item["sk"]["S"] for item in all_items("identity") if item["sk"]["S"].startswith("RECOVERY#")]


def test_who_is_on_the_roster_deletes_no_account(
    caller: Caller, admin: Caller, welcome: dict[str, Any], clock: FrozenClock
) -> None:
    before = caller.bearing(welcome["access_token"])
    secret = enrolled(before)
    assert appoint(admin, welcome["user"]["id"]).status == 201
    assert_problem(before.request("DELETE", "/v1/me", MINE), 401, "invalid-token")
    me = caller.bearing(proved(caller, secret)["access_token"])
    assert_problem(me.request("DELETE", "/v1/me", MINE), 403, "forbidden")
    assert service.profile(welcome["user"]["id"]).role == "support"
    dismissed = {"role": "customer", "reason": REASON}
    assert admin.patch(f"/v1/operators/{welcome['user']['id']}", dismissed).status == 200
    clock.advance(30)
    assert caller.bearing(proved(caller, secret)["access_token"]).request("DELETE", "/v1/me", MINE).status == 204


def test_an_operator_appointed_while_the_account_is_deleted_keeps_it(
    caller: Caller, admin: Caller, welcome: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    me, matches = caller.bearing(welcome["access_token"]), passwords.matches
    enrolled(me)

    def overtaken(*given: Any) -> Any:
        monkeypatch.setattr(passwords, "matches", matches)
        assert appoint(admin, welcome["user"]["id"]).status == 201
        return matches(*given)

    monkeypatch.setattr(passwords, "matches", overtaken)
    assert_problem(me.request("DELETE", "/v1/me", MINE), 401, "invalid-token")
    assert service.profile(welcome["user"]["id"]).role == "support"
