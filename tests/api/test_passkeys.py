"""Passkeys: registered, signed in with, refused in every way they may be wrong."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import cloud
from chalicelib.identity import passwords, service, sessions
from chalicelib.settings import settings
from tests.api.authenticator import PRESENT, VERIFIED, Authenticator, read, written
from tests.api.caller import Caller, Reply, assert_problem
from tests.conftest import FrozenClock
from tests.people import CHEAP, PASSWORD, all_items, appointed, at_rest, in_office, outbox, proved, sign_in, signed_up

ANN = "ann@example.com"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


@pytest.fixture
def ann(caller: Caller) -> Caller:
    return caller.bearing(signed_up(caller)["access_token"])


@pytest.fixture
def phone(ann: Caller) -> Authenticator:
    """Ann's, which has a passkey."""
    device = Authenticator()
    registered = register(ann, device)
    assert registered.status == 201, registered.raw
    return device


def register(me: Caller, device: Authenticator, name: str = "phone") -> Reply:
    options = me.post("/v1/me/passkeys/options", {"password": PASSWORD}).json["options"]
    return me.post("/v1/me/passkeys", {"name": name, "credential": device.made(options)})


def options(caller: Caller) -> dict[str, Any]:
    found: dict[str, Any] = caller.post("/v1/sessions/passkey/options").json["options"]
    return found


def enter(caller: Caller, credential: dict[str, Any]) -> Reply:
    return caller.post("/v1/sessions/passkey", {"credential": credential})


def test_a_passkey_alone_signs_in(caller: Caller, phone: Authenticator) -> None:
    for _ in range(2):
        tokens = enter(caller, phone.signed(options(caller)))
        assert tokens.status == 201
        assert caller.bearing(tokens.json["access_token"]).get("/v1/me").json["display_name"] == "Ann"


def test_a_passkey_is_a_second_factor_to_the_password(caller: Caller, phone: Authenticator) -> None:
    asked = sign_in(caller, ANN, PASSWORD)
    assert (asked.status, asked.json["methods"]) == (202, ["passkey", "recovery-code"])
    body = {
        "challenge": asked.json["challenge"],
        "method": "passkey",
        "credential": phone.signed(asked.json["passkey"]),
    }
    assert caller.post("/v1/sessions/second-factor", body).status == 201
    assert caller.post("/v1/sessions/second-factor", body).status == 400


def test_a_passkey_needs_a_fresh_proof_to_be_made(ann: Caller) -> None:
    assert_problem(ann.post("/v1/me/passkeys/options", {}), 422, "invalid-request", "password")
    wrong = ann.post("/v1/me/passkeys/options", {"password": "wrong horse battery"})
    assert_problem(wrong, 400, "invalid-or-expired", "password")


def test_where_we_are_comes_from_settings_whatever_the_host_header_says(ann: Caller) -> None:
    poisoned = ann.with_headers(host="evil.test", x_forwarded_host="evil.test", origin="https://evil.test")
    made = poisoned.post("/v1/me/passkeys/options", {"password": PASSWORD}).json["options"]
    assert made["rp"]["id"] == "coffer.test"
    assert poisoned.post("/v1/sessions/passkey/options").json["options"]["rpId"] == "coffer.test"
    stranger = Authenticator(origin="https://evil.test")
    refused = poisoned.post("/v1/me/passkeys", {"name": "x", "credential": stranger.made(made)})
    assert_problem(refused, 400, "invalid-or-expired", "credential")


def test_a_challenge_is_answered_once_within_five_minutes_by_whom_it_was_given(
    caller: Caller, ann: Caller, phone: Authenticator, clock: FrozenClock
) -> None:
    asked = options(caller)
    assert enter(caller, phone.signed(asked)).status == 201
    assert enter(caller, phone.signed(asked)).status == 400
    late = options(caller)
    clock.advance(300)
    assert enter(caller, phone.signed(late)).status == 400
    made = ann.post("/v1/me/passkeys/options", {"password": PASSWORD}).json["options"]
    bob = caller.bearing(signed_up(caller, "bob@example.com")["access_token"])
    body = {"name": "mine", "credential": Authenticator().made(made)}
    assert_problem(bob.post("/v1/me/passkeys", body), 400, "invalid-or-expired", "credential")
    assert bob.get("/v1/me/passkeys").json["data"] == []


def test_a_challenge_for_one_thing_is_no_good_for_another(caller: Caller, ann: Caller, phone: Authenticator) -> None:
    """Nor is a challenge of ours that nobody asked for."""
    stepping = ann.post("/v1/me/step-up/options").json["options"]
    assert enter(caller, phone.signed(stepping)).status == 400
    assert enter(caller, phone.signed(options(caller) | {"challenge": written(bytes(32))})).status == 400


def altered(device: Authenticator, credential: dict[str, Any], how: str) -> dict[str, Any]:
    response = dict(credential["response"])
    if how == "signature":
        response["signature"] = written(read(response["signature"])[:-1] + b"\0")
    elif how == "user handle":
        response["userHandle"] = written(bytes(16))
    elif how == "no user handle":
        del response["userHandle"]
    elif how == "no data":
        response["authenticatorData"] = ""
    elif how == "client data":
        response["clientDataJSON"] = written(b"[1]")
    elif how == "nothing":
        return {}
    elif how == "texts":
        return {"id": 1, "rawId": None, "response": "x"}
    return credential | {"response": response}


@pytest.mark.parametrize(
    "how", ["signature", "user handle", "no user handle", "no data", "client data", "nothing", "texts"]
)
def test_what_is_altered_is_refused_with_one_answer(caller: Caller, phone: Authenticator, how: str) -> None:
    refused = enter(caller, altered(phone, phone.signed(options(caller)), how))
    assert_problem(refused, 400, "invalid-or-expired", "credential")


@pytest.mark.parametrize("flags", [PRESENT, VERIFIED, 0])
def test_a_device_that_did_not_ask_its_owner_is_not_enough(caller: Caller, phone: Authenticator, flags: int) -> None:
    phone.flags = flags
    assert enter(caller, phone.signed(options(caller))).status == 400


def test_a_page_elsewhere_gets_nothing_from_a_passkey(caller: Caller, phone: Authenticator) -> None:
    phone.origin = "https://coffer.test.evil.example"
    assert enter(caller, phone.signed(options(caller))).status == 400


def test_a_counter_that_does_not_go_on_is_a_copy(caller: Caller, phone: Authenticator) -> None:
    for _ in range(3):
        enter(caller, phone.signed(options(caller)))
    phone.counter = 1
    assert enter(caller, phone.signed(options(caller))).status == 400
    phone.counter = 10
    assert enter(caller, phone.signed(options(caller))).status == 201


def test_a_passkey_that_never_counts_is_good(caller: Caller, phone: Authenticator) -> None:
    for _ in range(2):
        phone.counter = -1
        assert enter(caller, phone.signed(options(caller))).status == 201


def test_passkeys_are_listed_and_removed_with_a_proof(caller: Caller, ann: Caller, phone: Authenticator) -> None:
    register(ann, Authenticator(), "canary laptop")
    listed = ann.get("/v1/me/passkeys").json["data"]
    assert sorted(one["name"] for one in listed) == ["canary laptop", "phone"]
    assert "canary laptop" not in at_rest()
    (mine,) = [one["id"] for one in listed if one["name"] == "phone"]
    path = f"/v1/me/passkeys/{mine}"
    assert_problem(ann.request("DELETE", path, {}), 422, "invalid-request", "password")
    assert ann.request("DELETE", path, {"password": PASSWORD}).status == 204
    assert_problem(ann.request("DELETE", path, {"password": PASSWORD}), 404, "not-found")
    assert enter(caller, phone.signed(options(caller))).status == 400
    assert sign_in(caller, ANN, PASSWORD).status == 202, "the laptop's is there still"
    assert {"A passkey was added", "A passkey was removed"} <= {message["subject"] for message in outbox(ANN)}


def test_somebody_elses_passkey_is_not_found(caller: Caller, ann: Caller, phone: Authenticator) -> None:
    bob = caller.bearing(signed_up(caller, "bob@example.com")["access_token"])
    (mine,) = [one["id"] for one in ann.get("/v1/me/passkeys").json["data"]]
    refused = bob.request("DELETE", f"/v1/me/passkeys/{mine}", {"password": PASSWORD})
    assert_problem(refused, 404, "not-found")
    assert enter(caller, phone.signed(options(caller))).status == 201


def test_the_same_key_is_registered_once_and_ten_are_enough(ann: Caller, phone: Authenticator) -> None:
    assert_problem(register(ann, phone), 409, "invalid-state")
    assert [register(ann, Authenticator(), f"key {number}").status for number in range(9)] == [201] * 9
    assert_problem(register(ann, Authenticator()), 409, "invalid-state")


def test_a_device_is_told_which_passkeys_it_must_not_make_anew(ann: Caller, phone: Authenticator) -> None:
    def excluded() -> Any:
        return ann.post("/v1/me/passkeys/options", {"password": PASSWORD}).json["options"]["excludeCredentials"]

    assert excluded() == [{"type": "public-key", "id": written(phone.id)}]
    assert written(phone.id) not in at_rest()
    (mine,) = ann.get("/v1/me/passkeys").json["data"]
    ann.request("DELETE", f"/v1/me/passkeys/{mine['id']}", {"password": PASSWORD})
    assert excluded() == []


def test_a_passkey_whose_id_was_not_kept_still_signs_in(caller: Caller, ann: Caller, phone: Authenticator) -> None:
    (item,) = [one for one in all_items("identity") if one["sk"]["S"].startswith("PASSKEY#")]
    del item["credential_id"]
    cloud.client("dynamodb").put_item(TableName=settings().identity_table, Item=item)
    assert enter(caller, phone.signed(options(caller))).status == 201
    made = ann.post("/v1/me/passkeys/options", {"password": PASSWORD}).json["options"]
    assert made["excludeCredentials"] == []


def test_an_operator_does_nothing_without_a_second_factor_and_keeps_the_last_one(
    caller: Caller, clock: FrozenClock
) -> None:
    tokens = signed_up(caller)
    secret = appointed(caller, tokens, "admin")
    user = service.profile(tokens["user"]["id"])
    olga = caller.bearing(sessions.access_token(user, None, tokens["session_id"], 0, 0, clock.now()))
    assert_problem(olga.get("/v1/cases"), 403, "second-factor-required")
    assert_problem(olga.post("/v1/merchants", {}), 403, "second-factor-required")
    assert_problem(olga.get("/v1/me"), 401, "invalid-token")
    olga = caller.bearing(proved(caller, secret)["access_token"])
    assert olga.get("/v1/cases").status == 200
    assert_problem(olga.request("DELETE", "/v1/me/totp", {"password": PASSWORD}), 403, "forbidden")
    device = Authenticator()
    assert register(olga, device).status == 201
    assert olga.request("DELETE", "/v1/me/totp", {"password": PASSWORD}).status == 204
    (mine,) = [one["id"] for one in olga.get("/v1/me/passkeys").json["data"]]
    refused = olga.request("DELETE", f"/v1/me/passkeys/{mine}", {"password": PASSWORD})
    assert_problem(refused, 403, "forbidden")
    by_passkey = enter(caller, device.signed(options(caller))).json
    assert caller.bearing(by_passkey["access_token"]).get("/v1/cases").status == 200


def test_an_operators_token_from_after_a_second_factor_opens_the_office(caller: Caller, clock: FrozenClock) -> None:
    welcome = signed_up(caller)
    appointed(caller, welcome, "support")
    assert caller.bearing(in_office(welcome["user"]["id"], clock.now())).get("/v1/cases").status == 200
