"""What the parts of an account promise one another: names, resets, second factors, deletion, trash, the audit log."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.cases import audit, model_audit
from chalicelib.identity import erasure, passwords, proofs, service, sessions, tasks
from chalicelib.identity.model_factors import ProofRequest
from chalicelib.kernel import clock as time
from chalicelib.kernel.errors import StepUpRequired
from tests.api.caller import Caller, Reply, assert_problem
from tests.conftest import FrozenClock
from tests.people import CHEAP, PASSWORD, all_items, code_for, code_now, enrolled, outbox, sign_in, signed_up

pytestmark = pytest.mark.many_requests

ANN, PHONE = "ann@example.com", "+8613800138000"
NEW = "another horse entirely"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


@pytest.fixture
def ann(caller: Caller) -> Caller:
    return caller.bearing(signed_up(caller, ANN)["access_token"])


def second_name(ann: Caller) -> None:
    time.pause(1)
    assert ann.post("/v1/me/identifiers", {"identifier": PHONE}).status == 202
    proof = {"identifier": PHONE, "new_code": code_for(PHONE), "old_code": code_for(ANN)}
    assert ann.post("/v1/me/identifiers/confirm", proof).json["status"] == "changed"


def reset(caller: Caller, identifier: str = ANN) -> Reply:
    time.pause(1)
    assert caller.post("/v1/password-resets", {"identifier": identifier}).status == 202
    proof = {"identifier": identifier, "code": code_for(identifier), "new_password": NEW}
    return caller.post("/v1/password-resets/confirm", proof)


def restore(caller: Caller, identifier: str) -> Reply:
    return caller.post("/v1/users/restore", {"identifier": identifier, "password": PASSWORD})


def deeds(clock: FrozenClock) -> list[str]:
    """What the audit log holds."""
    found, _ = audit.listed(model_audit.wanted(None, None, None, None, None, clock.now()), None, 100)
    return [entry.action for entry in found]


@pytest.mark.parametrize("name", [ANN, PHONE])
def test_a_deleted_account_is_nobodys_under_either_name_and_comes_back_under_either(
    caller: Caller, ann: Caller, name: str
) -> None:
    second_name(ann)
    assert ann.request("DELETE", "/v1/me", {"password": PASSWORD}).status == 204
    assert {sign_in(caller, one, PASSWORD).status for one in (ANN, PHONE)} == {401}
    assert restore(caller, name).status == 201
    assert {sign_in(caller, one, PASSWORD).status for one in (ANN, PHONE)} == {201}


def test_after_the_erasure_both_names_are_free(caller: Caller, ann: Caller, clock: FrozenClock) -> None:
    second_name(ann)
    ann.request("DELETE", "/v1/me", {"password": PASSWORD})
    tasks.sweep(clock.advance(60))
    assert erasure.erase_due(clock.advance(31 * 86_400)) == 1
    assert not [item for item in all_items("identity") if item["pk"]["S"].startswith("LOGIN#")]
    assert signed_up(caller, PHONE)["user"]["display_name"] == "Ann"


def test_a_waiting_change_of_a_name_ends_with_the_account(ann: Caller, clock: FrozenClock) -> None:
    time.pause(1)
    ann.post("/v1/me/identifiers", {"identifier": PHONE})
    ann.post("/v1/me/identifiers/confirm", {"identifier": PHONE, "new_code": code_for(PHONE)})
    assert ann.request("DELETE", "/v1/me", {"password": PASSWORD}).status == 204
    tasks.sweep(clock.advance(73 * 3_600))
    assert len([item for item in all_items("identity") if item["pk"]["S"].startswith("LOGIN#")]) == 1


def test_a_reset_goes_to_the_name_that_was_typed_and_stops_a_change_that_waits(
    caller: Caller, ann: Caller, clock: FrozenClock
) -> None:
    second_name(ann)
    time.pause(1)
    ann.post("/v1/me/identifiers", {"identifier": "thief@example.com"})
    proof = {"identifier": "thief@example.com", "new_code": code_for("thief@example.com")}
    assert ann.post("/v1/me/identifiers/confirm", proof).json["status"] == "waiting"
    assert reset(caller, PHONE).status == 204
    tasks.sweep(clock.advance(73 * 3_600))
    assert sign_in(caller, "thief@example.com", NEW).status == 401
    assert sign_in(caller, ANN, NEW).status == 201


def test_a_challenge_that_was_asked_before_a_reset_opens_nothing_after_it(
    caller: Caller, ann: Caller, clock: FrozenClock
) -> None:
    secret = enrolled(ann)
    clock.advance(30)
    before = sign_in(caller, ANN, PASSWORD).json["challenge"]
    assert reset(caller).status == 204
    answer = {"method": "totp", "code": code_now(secret)}
    refused = caller.post("/v1/sessions/second-factor", answer | {"challenge": before})
    assert_problem(refused, 400, "invalid-or-expired", "code")
    after = sign_in(caller, ANN, NEW).json["challenge"]
    assert caller.post("/v1/sessions/second-factor", answer | {"challenge": after}).status == 201


def test_restoring_does_not_go_round_the_second_factor(caller: Caller, ann: Caller) -> None:
    enrolled(ann)
    assert ann.request("DELETE", "/v1/me", {"password": PASSWORD}).status == 204
    asked = restore(caller, ANN)
    assert (asked.status, asked.json["methods"]) == (202, ["totp", "recovery-code"])
    assert "access_token" not in asked.json


def test_a_devices_old_name_can_be_had_back(ann: Caller) -> None:
    (session,) = ann.get("/v1/sessions").json["data"]
    path = f"/v1/sessions/{session['id']}"
    assert ann.patch(path, {"device_name": "kitchen"}).json["device_name"] == "kitchen"
    assert ann.patch(path, {"device_name": "study"}).json["device_name"] == "study"
    (kept,) = ann.get("/v1/me/trash").json["data"]
    assert ann.post(f"/v1/me/trash/{kept['id']}/restore").status == 204
    assert ann.get("/v1/sessions").json["data"][0]["device_name"] == "kitchen"


def test_an_overwritten_phrase_can_be_had_back(ann: Caller) -> None:
    for phrase in ("green tea", "black tea"):
        assert ann.patch("/v1/me/preferences", {"phrase": phrase}).json["phrase"] == phrase
    (kept,) = ann.get("/v1/me/trash").json["data"]
    assert "green" not in kept["what"]
    assert ann.post(f"/v1/me/trash/{kept['id']}/restore").status == 204
    assert ann.get("/v1/me/preferences").json["phrase"] == "green tea"


def test_a_session_that_is_over_changes_nothing_more(caller: Caller, ann: Caller) -> None:
    """Its access token is good for ten minutes, and for nothing."""
    assert reset(caller).status == 204
    for method, path, body in (
        ("GET", "/v1/me", None),
        ("PATCH", "/v1/me/preferences", {"phrase": "a thief's"}),
        ("POST", "/v1/me/devices", {"push_token": "token of a thief", "platform": "ios", "name": "phone"}),
        ("POST", "/v1/me/identifiers", {"identifier": PHONE}),
        ("POST", "/v1/me/exports", None),
    ):
        assert_problem(ann.request(method, path, body), 401, "invalid-token")


def test_a_code_for_a_new_name_that_was_sent_before_a_reset_is_worthless(caller: Caller, ann: Caller) -> None:
    time.pause(1)
    ann.post("/v1/me/identifiers", {"identifier": PHONE})
    codes = {"new_code": code_for(PHONE), "old_code": code_for(ANN)}
    assert reset(caller).status == 204
    me = caller.bearing(sign_in(caller, ANN, NEW).json["access_token"])
    refused = me.post("/v1/me/identifiers/confirm", {"identifier": PHONE, **codes})
    assert_problem(refused, 400, "invalid-or-expired", "new_code")


def test_a_session_alone_sets_up_no_authenticator(caller: Caller, ann: Caller) -> None:
    assert_problem(ann.post("/v1/me/totp", {}), 422, "invalid-request", "password")
    assert_problem(ann.post("/v1/me/totp", {"password": "a guess at it"}), 400, "invalid-or-expired", "password")


def test_where_there_is_a_second_factor_a_password_alone_proves_nothing(
    caller: Caller, ann: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session of before that a crash has left is over; nor would its password do."""
    old = caller.bearing(sign_in(caller, ANN, PASSWORD).json["access_token"])
    with monkeypatch.context() as patch:
        patch.setattr(sessions, "end_others", lambda user, session_id: False)
        enrolled(ann)
    assert_problem(old.post("/v1/me/recovery-codes", {"password": PASSWORD}), 401, "invalid-token")
    assert_problem(old.request("DELETE", "/v1/me/totp", {"password": PASSWORD}), 401, "invalid-token")
    user = service.profile(ann.get("/v1/me").json["id"])
    with pytest.raises(StepUpRequired):
        proofs.prove(user, ProofRequest(password=PASSWORD), False, clock.now())
    assert ann.post("/v1/me/recovery-codes", {"password": PASSWORD}).status == 201


def test_recovery_codes_go_with_the_last_factor(caller: Caller, ann: Caller, clock: FrozenClock) -> None:
    enrolled(ann)
    (code, *_) = ann.post("/v1/me/recovery-codes", {"password": PASSWORD}).json["codes"]
    assert ann.request("DELETE", "/v1/me/totp", {"password": PASSWORD}).status == 204
    clock.advance(30)
    enrolled(ann)
    asked = sign_in(caller, ANN, PASSWORD).json["challenge"]
    answer = {"challenge": asked, "method": "recovery-code", "code": code}
    assert_problem(caller.post("/v1/sessions/second-factor", answer), 400, "invalid-or-expired", "code")


def test_a_device_that_was_here_before_is_not_announced_and_says_so_at_every_door(caller: Caller, ann: Caller) -> None:
    token = signed_up(caller, "bob@example.com")["device_token"]
    claim = {"identifier": "bob@example.com", "password": PASSWORD, "device_token": token, "device_name": "renamed"}
    entered = caller.post("/v1/sessions", claim)
    assert (entered.status, entered.json["device_token"]) == (201, token)
    assert "new device" not in "".join(message["subject"] for message in outbox("bob@example.com"))


def test_what_changes_about_access_is_told_within_minutes_and_stands_in_the_audit_log(
    caller: Caller, ann: Caller, clock: FrozenClock
) -> None:
    secret = enrolled(ann)
    assert reset(caller).status == 204
    clock.advance(30)
    asked = sign_in(caller, ANN, NEW).json["challenge"]
    entered = caller.post(
        "/v1/sessions/second-factor", {"challenge": asked, "method": "totp", "code": code_now(secret)}
    )
    me = caller.bearing(entered.json["access_token"])
    assert me.post("/v1/me/freeze").status == 204
    told = [notice["kind"] for notice in me.get("/v1/me/notices").json["data"]]
    assert {"totp_on", "password_reset", "frozen"} <= set(told)
    done = ["access.frozen", "access.totp_on", "account.open", "password.reset", "session.begin"]
    assert sorted(deeds(clock)) == done


def test_a_day_after_a_risky_change_people_are_reminded(caller: Caller, ann: Caller, clock: FrozenClock) -> None:
    enrolled(ann)
    tasks.sweep(clock.now() + timedelta(hours=23))
    assert "Three things to check" not in [message["subject"] for message in outbox(ANN)]
    tasks.sweep(clock.now() + timedelta(hours=25))
    assert [message["subject"] for message in outbox(ANN)].count("Three things to check") == 1
