"""Authenticators and recovery codes: set up, used once, guessed at in vain, removed by their owner only."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.identity import passwords
from tests.api.caller import Caller, Reply, assert_problem
from tests.conftest import FrozenClock
from tests.people import (
    CHEAP,
    PASSWORD,
    at_rest,
    code_now,
    enrolled,
    outbox,
    refresh,
    sign_in,
    signed_in,
    signed_up,
    wrong,
)

pytestmark = pytest.mark.many_requests

ANN = "ann@example.com"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


@pytest.fixture
def ann(caller: Caller) -> Caller:
    return caller.bearing(signed_up(caller)["access_token"])


def answer(caller: Caller, code: str, method: str = "totp", challenge: str = "") -> Reply:
    """The second half of a sign-in; a fresh challenge unless one is given."""
    asked = challenge or sign_in(caller, ANN, PASSWORD).json["challenge"]
    return caller.post("/v1/sessions/second-factor", {"challenge": asked, "method": method, "code": code})


def remove(me: Caller, **proof: str) -> Reply:
    return me.request("DELETE", "/v1/me/totp", proof)


def test_an_authenticator_is_in_force_once_a_code_has_shown_that_it_is_there(
    caller: Caller, ann: Caller, clock: FrozenClock
) -> None:
    proposed = ann.post("/v1/me/totp", {"password": PASSWORD}).json
    assert proposed["uri"].startswith("otpauth://totp/Coffer:a%2A%2A%2A%40example.com?secret=" + proposed["secret"])
    assert sign_in(caller, ANN, PASSWORD).status == 201
    confirm = {"code": wrong(code_now(proposed["secret"]))}
    assert_problem(ann.post("/v1/me/totp/confirm", confirm), 400, "invalid-or-expired", "code")
    assert ann.post("/v1/me/totp/confirm", {"code": code_now(proposed["secret"])}).status == 204
    asked = sign_in(caller, ANN, PASSWORD)
    assert (asked.status, asked.json["methods"], asked.json["expires_in"]) == (202, ["totp", "recovery-code"], 300)
    assert "access_token" not in asked.json
    clock.advance(30)
    tokens = answer(caller, code_now(proposed["secret"]), challenge=asked.json["challenge"])
    assert tokens.status == 201
    assert caller.bearing(tokens.json["access_token"]).get("/v1/me").json["display_name"] == "Ann"


def test_a_proposal_is_no_good_after_a_quarter_of_an_hour_and_only_the_last_one_counts(
    caller: Caller, ann: Caller, clock: FrozenClock
) -> None:
    first, second = (
        ann.post("/v1/me/totp", {"password": PASSWORD}).json["secret"],
        ann.post("/v1/me/totp", {"password": PASSWORD}).json["secret"],
    )
    assert ann.post("/v1/me/totp/confirm", {"code": code_now(first)}).status == 400
    clock.advance(900)
    later = caller.bearing(signed_in(caller)["access_token"])
    assert later.post("/v1/me/totp/confirm", {"code": code_now(second)}).status == 400


def test_what_is_on_cannot_be_replaced_without_being_removed(ann: Caller) -> None:
    enrolled(ann)
    assert_problem(ann.post("/v1/me/totp", {"password": PASSWORD}), 409, "invalid-state")


def test_a_step_is_used_once(caller: Caller, ann: Caller, clock: FrozenClock) -> None:
    secret = enrolled(ann)
    assert_problem(answer(caller, code_now(secret)), 400, "invalid-or-expired", "code")
    clock.advance(30)
    assert answer(caller, code_now(secret)).status == 201
    again = [answer(caller, code_now(secret)).status for _ in range(4)]
    earlier = answer(caller, code_now(secret, -1)).status
    assert [*again, earlier] == [400] * 5


def test_a_code_of_a_step_ahead_uses_up_those_before_it(caller: Caller, ann: Caller) -> None:
    secret = enrolled(ann)
    assert answer(caller, code_now(secret, 1)).status == 201
    assert answer(caller, code_now(secret, 0)).status == 400


def test_after_five_wrong_codes_nothing_is_compared_until_a_pause_is_over_and_pauses_grow(
    caller: Caller, ann: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.identity import totp

    secret, compared, step_of = enrolled(ann), [], totp.step_of
    monkeypatch.setattr(totp, "step_of", lambda *given: compared.append(given) or step_of(*given))
    waits = []
    for minutes in (1, 5, 15):
        clock.advance(30)
        for _ in range(5):
            assert answer(caller, wrong(code_now(secret))).status == 400
        late = answer(caller, code_now(secret))
        assert_problem(late, 429, "too-many-requests")
        waits.append(int(late.headers["retry-after"]))
        clock.advance(minutes * 60)
    assert waits == [60, 300, 900]
    assert len(compared) == 15
    assert answer(caller, code_now(secret)).status == 201
    clock.advance(30)
    assert [answer(caller, wrong(code_now(secret))).status for _ in range(5)] == [400] * 5, "a right one forgives"


def test_a_challenge_takes_five_answers_one_success_and_five_minutes(
    caller: Caller, ann: Caller, clock: FrozenClock
) -> None:
    secret = enrolled(ann)
    clock.advance(30)
    asked = sign_in(caller, ANN, PASSWORD).json["challenge"]
    assert answer(caller, code_now(secret), challenge=asked).status == 201
    assert answer(caller, code_now(secret, 1), challenge=asked).status == 400, "used"
    asked = sign_in(caller, ANN, PASSWORD).json["challenge"]
    clock.advance(300)
    assert answer(caller, code_now(secret), challenge=asked).status == 400, "too late"
    asked = sign_in(caller, ANN, PASSWORD).json["challenge"]
    for _ in range(4):
        answer(caller, wrong(code_now(secret)), challenge=asked)
    fresh = sign_in(caller, ANN, PASSWORD).json["challenge"]
    assert answer(caller, code_now(secret), challenge=fresh).status == 201
    clock.advance(30)
    answer(caller, wrong(code_now(secret)), challenge=asked)
    assert answer(caller, code_now(secret), challenge=asked).status == 400, "five answers were given"


def test_a_challenge_belongs_to_whom_it_was_given(caller: Caller, ann: Caller, clock: FrozenClock) -> None:
    bob = caller.bearing(signed_up(caller, "bob@example.com")["access_token"])
    secret, other = enrolled(ann), enrolled(bob)
    clock.advance(30)
    asked = sign_in(caller, ANN, PASSWORD).json["challenge"]
    assert answer(caller, code_now(other), challenge=asked).status == 400
    assert answer(caller, code_now(secret), challenge="made-up").status == 400
    assert answer(caller, code_now(secret), challenge=asked).status == 201


def test_a_wrong_password_says_nothing_of_a_second_factor(caller: Caller, ann: Caller) -> None:
    before = sign_in(caller, ANN, "wrong horse battery")
    enrolled(ann)
    after = sign_in(caller, ANN, "wrong horse battery")
    assert (before.status, before.json["code"]) == (after.status, after.json["code"]) == (401, "invalid-credentials")


def test_recovery_codes_work_once_each_and_new_ones_kill_the_old(
    caller: Caller, ann: Caller, clock: FrozenClock
) -> None:
    assert_problem(ann.post("/v1/me/recovery-codes", {"password": PASSWORD}), 409, "invalid-state")
    enrolled(ann)
    codes = ann.post("/v1/me/recovery-codes", {"password": PASSWORD}).json["codes"]
    assert len(set(codes)) == 10
    assert answer(caller, codes[3], "recovery-code").status == 201
    assert answer(caller, codes[3], "recovery-code").status == 400
    assert answer(caller, f" {codes[4].lower().replace('-', ' ')} ", "recovery-code").status == 201
    fresh = ann.post("/v1/me/recovery-codes", {"password": PASSWORD}).json["codes"]
    assert answer(caller, codes[5], "recovery-code").status == 400
    assert answer(caller, fresh[5], "recovery-code").status == 201
    assert [code for code in (*codes, *fresh) if code in at_rest() or code.replace("-", "") in at_rest()] == []


def test_its_owner_sees_how_they_can_step_up_and_how_many_recovery_codes_are_left(caller: Caller, ann: Caller) -> None:
    assert (ann.get("/v1/me").json["ways"], ann.get("/v1/me/recovery-codes").json) == ([], {"left": 0})
    enrolled(ann)
    ann.request("PUT", "/v1/me/payment-pin", {"pin": "428571", "password": PASSWORD})
    codes = ann.post("/v1/me/recovery-codes", {"password": PASSWORD}).json["codes"]
    answer(caller, codes[0], "recovery-code")
    assert (ann.get("/v1/me").json["ways"], ann.get("/v1/me/recovery-codes").json) == (["pin", "totp"], {"left": 9})


def test_a_recovery_code_of_somebody_else_is_no_good(caller: Caller, ann: Caller) -> None:
    bob = caller.bearing(signed_up(caller, "bob@example.com")["access_token"])
    enrolled(ann)
    enrolled(bob)
    codes = bob.post("/v1/me/recovery-codes", {"password": PASSWORD}).json["codes"]
    ann.post("/v1/me/recovery-codes", {"password": PASSWORD})
    assert answer(caller, codes[0], "recovery-code").status == 400


def test_guesses_at_authenticator_and_recovery_codes_are_counted_together(caller: Caller, ann: Caller) -> None:
    enrolled(ann)
    methods = ("totp", "recovery-code", "totp", "recovery-code", "totp")
    assert [answer(caller, "000000", method).status for method in methods] == [400] * 5
    assert [answer(caller, "000000", method).status for method in ("totp", "recovery-code")] == [429, 429]


@pytest.mark.parametrize("proof", [{}, {"password": PASSWORD, "code": "123456"}])
def test_one_proof_is_needed_to_change_a_second_factor(ann: Caller, proof: dict[str, str]) -> None:
    enrolled(ann)
    assert_problem(remove(ann, **proof), 422, "invalid-request", "password")
    assert_problem(ann.post("/v1/me/recovery-codes", proof), 422, "invalid-request", "password")


def test_an_authenticator_is_removed_with_a_code_or_the_password_and_with_nothing_else(
    caller: Caller, ann: Caller, clock: FrozenClock
) -> None:
    secret = enrolled(ann)
    assert_problem(remove(ann, password="wrong horse battery"), 400, "invalid-or-expired", "password")
    assert_problem(remove(ann, code=wrong(code_now(secret))), 400, "invalid-or-expired", "code")
    clock.advance(30)
    assert remove(ann, code=code_now(secret)).status == 204
    assert sign_in(caller, ANN, PASSWORD).status == 201
    assert_problem(remove(ann, password=PASSWORD), 404, "not-found")


def test_five_wrong_passwords_as_a_proof_are_the_last_for_a_while(ann: Caller) -> None:
    enrolled(ann)
    assert [remove(ann, password="wrong horse battery").status for _ in range(5)] == [400] * 5
    assert remove(ann, password=PASSWORD).status == 429


def test_the_owner_learns_of_every_change_in_the_inbox_and_by_post(ann: Caller) -> None:
    enrolled(ann)
    ann.post("/v1/me/recovery-codes", {"password": PASSWORD})
    remove(ann, password=PASSWORD)
    kinds = [notice["kind"] for notice in ann.get("/v1/me/notices").json["data"]]
    assert sorted(kinds) == ["recovery_codes", "totp_off", "totp_on"]
    changes = {"An authenticator was set up", "New recovery codes were made", "Your authenticator was removed"}
    assert changes <= {message["subject"] for message in outbox(ANN)}


def test_no_secret_is_at_rest_in_clear_or_in_a_log(
    caller: Caller, ann: Caller, clock: FrozenClock, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = enrolled(ann)
    clock.advance(30)
    code = code_now(secret)
    assert answer(caller, code).status == 201
    out = "".join(capfd.readouterr())
    assert secret not in at_rest() + out
    assert code not in out


def test_a_session_that_was_ended_sets_up_nothing(caller: Caller, ann: Caller) -> None:
    secret = ann.post("/v1/me/totp", {"password": PASSWORD}).json["secret"]
    assert ann.delete("/v1/sessions/current").status == 204
    assert ann.post("/v1/me/totp/confirm", {"code": code_now(secret)}).status == 401
    assert sign_in(caller, ANN, PASSWORD).status == 201


def claims_of(token: str) -> dict[str, Any]:
    import base64
    import json

    part = token.split(".")[1]
    read: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return read


def test_a_session_keeps_what_it_has_proved_when_it_is_refreshed(
    caller: Caller, ann: Caller, clock: FrozenClock
) -> None:
    plain = sign_in(caller, ANN, PASSWORD).json
    secret = enrolled(ann)
    clock.advance(30)
    tokens = answer(caller, code_now(secret)).json
    renewed = refresh(caller, tokens["refresh_token"]).json
    assert claims_of(tokens["access_token"])["mfa"] is claims_of(renewed["access_token"])["mfa"] is True
    assert refresh(caller, plain["refresh_token"]).status == 401, "what a password alone opened is closed"
