"""Staying signed in and signing out: rotation, lost answers, replays, and payments that stop at once."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.identity import passwords, service, sessions, store_sessions
from chalicelib.kernel import ids
from chalicelib.ledger import service as ledger
from tests.api.caller import Caller, Reply
from tests.conftest import FrozenClock
from tests.people import CHEAP, refresh, signed_in, signed_up
from tests.unit.test_identity_tokens import FORGED


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


def assert_invalid_token(reply: Reply) -> None:
    assert (reply.status, reply.json["code"]) == (401, "invalid-token")
    assert reply.headers["www-authenticate"] == 'Bearer error="invalid_token"'


def can_pay(access_token: str, clock: FrozenClock) -> bool:
    """Whether a movement of the token's wallet would meet the epoch on its head."""
    customer = service.customer_of(access_token, clock.now())
    return ledger.head(customer.wallet_ids[0]).epoch == customer.epoch


def test_a_refresh_token_is_good_once_and_gives_the_next(caller: Caller, clock: FrozenClock) -> None:
    tokens = signed_up(caller)
    for _ in range(5):
        clock.advance(600)
        answer = refresh(caller, tokens["refresh_token"])
        assert answer.status == 200
        assert answer.json["refresh_token"] != tokens["refresh_token"]
        tokens = answer.json
        assert can_pay(tokens["access_token"], clock)


def test_a_lost_answer_is_given_again_within_a_minute_to_the_same_device(caller: Caller, clock: FrozenClock) -> None:
    phone = caller.with_headers(user_agent="phone")
    tokens = signed_up(phone)
    first = refresh(phone, tokens["refresh_token"])
    clock.advance(60)
    again = [refresh(phone, tokens["refresh_token"]) for _ in range(50)]
    assert {reply.json["refresh_token"] for reply in again} == {first.json["refresh_token"]}
    assert refresh(phone, first.json["refresh_token"]).status == 200


def test_a_replay_after_a_minute_ends_the_whole_family(caller: Caller, clock: FrozenClock) -> None:
    tokens = signed_up(caller)
    successor = refresh(caller, tokens["refresh_token"]).json
    clock.advance(61)
    assert_invalid_token(refresh(caller, tokens["refresh_token"]))
    assert_invalid_token(refresh(caller, successor["refresh_token"]))
    assert not can_pay(successor["access_token"], clock)


def test_a_replay_from_another_device_ends_the_whole_family(caller: Caller, clock: FrozenClock) -> None:
    phone, thief = caller.with_headers(user_agent="phone"), caller.with_headers(user_agent="curl")
    tokens = signed_up(phone)
    successor = refresh(phone, tokens["refresh_token"]).json
    assert_invalid_token(refresh(thief, tokens["refresh_token"]))
    assert_invalid_token(refresh(phone, successor["refresh_token"]))


def test_a_replay_after_the_successor_was_used_ends_the_whole_family(caller: Caller) -> None:
    tokens = signed_up(caller)
    successor = refresh(caller, tokens["refresh_token"]).json
    newest = refresh(caller, successor["refresh_token"]).json
    assert_invalid_token(refresh(caller, tokens["refresh_token"]))
    assert_invalid_token(refresh(caller, newest["refresh_token"]))


def test_a_thief_who_was_first_loses_the_family_too(caller: Caller, clock: FrozenClock) -> None:
    tokens = signed_up(caller)
    stolen = refresh(caller.with_headers(user_agent="curl"), tokens["refresh_token"]).json
    assert_invalid_token(refresh(caller, tokens["refresh_token"]))
    assert_invalid_token(refresh(caller.with_headers(user_agent="curl"), stolen["refresh_token"]))
    assert not can_pay(stolen["access_token"], clock)


def test_other_families_survive_a_replay(caller: Caller, clock: FrozenClock) -> None:
    tokens, other = signed_up(caller), signed_in(caller)
    refresh(caller, tokens["refresh_token"])
    clock.advance(61)
    refresh(caller, tokens["refresh_token"])
    renewed = refresh(caller, other["refresh_token"])
    assert renewed.status == 200
    assert can_pay(renewed.json["access_token"], clock)


@pytest.mark.parametrize("change", ["made up", "one letter", "access token", "someone's session"])
def test_what_is_no_refresh_token_of_ours_changes_nothing(caller: Caller, change: str, aws_calls: Any) -> None:
    tokens = signed_up(caller)
    real = tokens["refresh_token"]
    forged = {
        "made up": "crt_" + "A" * 136,
        "one letter": real[:60] + ("A" if real[60] != "A" else "B") + real[61:],
        "access token": tokens["access_token"],
        "someone's session": real[:50] + "A" * (len(real) - 50),
    }[change]
    aws_calls.clear()
    assert_invalid_token(refresh(caller, forged))
    assert aws_calls == []
    assert refresh(caller, real).status == 200


def test_a_refresh_takes_three_calls(caller: Caller, aws_calls: Any) -> None:
    tokens = signed_up(caller)
    aws_calls.clear()
    refresh(caller, tokens["refresh_token"])
    assert [name for _, name in aws_calls] == ["TransactGetItems", "GetItem", "UpdateItem"]


def test_a_session_not_used_for_thirty_days_is_over(caller: Caller, clock: FrozenClock) -> None:
    tokens = signed_up(caller)
    clock.advance(30 * 86_400)
    assert_invalid_token(refresh(caller, tokens["refresh_token"]))


def test_signing_out_stops_refreshing_and_paying_at_once(caller: Caller, clock: FrozenClock) -> None:
    tokens = signed_up(caller)
    assert can_pay(tokens["access_token"], clock)
    assert caller.bearing(tokens["access_token"]).delete("/v1/sessions/current").status == 204
    assert not can_pay(tokens["access_token"], clock)
    assert_invalid_token(refresh(caller, tokens["refresh_token"]))


def test_after_another_devices_sign_out_a_refresh_is_enough_to_go_on(caller: Caller, clock: FrozenClock) -> None:
    phone, laptop = signed_up(caller), signed_in(caller)
    for _ in range(3):
        extra = signed_in(caller)
        caller.bearing(extra["access_token"]).delete("/v1/sessions/current")
    assert not can_pay(laptop["access_token"], clock)
    for tokens in (phone, laptop):
        assert can_pay(refresh(caller, tokens["refresh_token"]).json["access_token"], clock)


def test_signing_out_twice_is_as_good_as_once(caller: Caller) -> None:
    me = caller.bearing(signed_up(caller)["access_token"])
    assert [me.delete("/v1/sessions/current").status for _ in range(2)] == [204, 204]


def test_a_sign_out_that_died_halfway_is_finished_by_the_next_try(
    caller: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = signed_up(caller)
    me = caller.bearing(tokens["access_token"])

    def killed(_: str) -> int:
        raise RuntimeError("the function is killed")

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "raise_epoch", killed)
        assert me.delete("/v1/sessions/current").status == 500
    assert me.delete("/v1/sessions/current").status == 204
    assert not can_pay(tokens["access_token"], clock)


def test_a_sign_out_between_reading_and_writing_defeats_the_refresh(
    caller: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = signed_up(caller)
    head = ledger.head

    def signed_out_meanwhile(account: str) -> Any:
        found = head(account)
        customer = service.customer_of(tokens["access_token"], clock.now())
        sessions.sign_out(customer.user_id, customer.session_id)
        return found

    monkeypatch.setattr(ledger, "head", signed_out_meanwhile)
    assert_invalid_token(refresh(caller, tokens["refresh_token"]))


def test_the_list_shows_each_device_newest_first_and_which_is_this_one(caller: Caller, clock: FrozenClock) -> None:
    first = signed_up(caller)
    clock.advance(1)
    body = {"identifier": "ann@example.com", "password": "correct horse battery", "device_name": "Ann's phone"}
    second = caller.post("/v1/sessions", body).json
    listed = caller.bearing(first["access_token"]).get("/v1/sessions").json["data"]
    assert [(one["id"], one["device_name"], one["current"]) for one in listed] == [
        (second["session_id"], "Ann's phone", False),
        (first["session_id"], None, True),
    ]


def test_the_list_comes_page_by_page(caller: Caller, clock: FrozenClock) -> None:
    me = caller.bearing(signed_up(caller)["access_token"])
    for _ in range(4):
        clock.advance(1)
        signed_in(caller)
    found, cursor = [], ""
    while True:
        page = me.get("/v1/sessions?limit=2" + cursor).json
        found += [one["id"] for one in page["data"]]
        if not page["has_more"]:
            break
        cursor = "&cursor=" + page["next_cursor"]
    assert len(found) == len(set(found)) == 5


def test_a_session_that_has_run_out_is_not_listed(caller: Caller, clock: FrozenClock) -> None:
    signed_up(caller)
    clock.advance(30 * 86_400)
    fresh = signed_in(caller)
    listed = caller.bearing(fresh["access_token"]).get("/v1/sessions").json["data"]
    assert [one["id"] for one in listed] == [fresh["session_id"]]


def test_a_device_is_signed_out_from_another(caller: Caller, clock: FrozenClock) -> None:
    phone, laptop = signed_up(caller), signed_in(caller)
    me = caller.bearing(phone["access_token"])
    assert me.delete(f"/v1/sessions/{laptop['session_id']}").status == 204
    assert_invalid_token(refresh(caller, laptop["refresh_token"]))
    assert not can_pay(laptop["access_token"], clock)


def test_somebody_elses_session_is_not_found_like_one_that_never_was(caller: Caller) -> None:
    ann, bob = signed_up(caller, "ann@example.com"), signed_up(caller, "bob@example.com")
    me = caller.bearing(ann["access_token"])
    others = [bob["session_id"], ids.derived("ses", "never"), "ses_x", "x" * 3000, "usr_" + "0" * 26]
    answers = [me.delete(f"/v1/sessions/{other}") for other in others]
    assert {(reply.status, reply.json["code"]) for reply in answers} == {(404, "not-found")}
    assert len({len(reply.raw) for reply in answers}) == 1
    assert refresh(caller, bob["refresh_token"]).status == 200


@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_access_token_is_refused_before_any_call(caller: Caller, aws_calls: Any, kind: str) -> None:
    assert_invalid_token(caller.bearing(FORGED[kind]).get("/v1/me"))
    assert aws_calls == []


def test_a_refresh_token_is_no_access_token(caller: Caller) -> None:
    assert_invalid_token(caller.bearing(signed_up(caller)["refresh_token"]).get("/v1/me"))


def test_an_access_token_is_over_after_ten_minutes(caller: Caller, clock: FrozenClock) -> None:
    me = caller.bearing(signed_up(caller)["access_token"])
    clock.advance(599)
    assert me.get("/v1/me").status == 200
    clock.advance(1)
    assert_invalid_token(me.get("/v1/me"))


def test_of_two_who_looked_at_one_session_only_the_first_goes_on(caller: Caller, clock: FrozenClock) -> None:
    tokens, at = signed_up(caller), clock.now()
    customer = service.customer_of(tokens["access_token"], at)
    _, seen = store_sessions.user_and_session(customer.user_id, customer.session_id)
    assert seen is not None
    assert store_sessions.rotate(seen, "a" * 64, "phone", seen.expires_at, at)
    assert not store_sessions.rotate(seen, "b" * 64, "tablet", seen.expires_at, at)
