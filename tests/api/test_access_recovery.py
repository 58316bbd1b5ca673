"""A forgotten password: one code, one new password, and nothing of before is left."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

import app
from chalicelib.identity import (
    codes,
    model_codes,
    passwords,
    resets,
    secrets,
    service,
    sessions,
    store,
    store_pushes,
    store_sessions,
)
from chalicelib.identity.model_resets import COOLING
from chalicelib.ledger import service as ledger
from chalicelib.notices import service as notices
from tests.api.caller import Caller, Reply, assert_problem
from tests.conftest import FrozenClock
from tests.people import (
    CHEAP,
    PASSWORD,
    all_items,
    code_for,
    outbox,
    refresh,
    sign_in,
    signed_in,
    signed_up,
    told,
    wrong,
)

pytestmark = pytest.mark.many_requests

ANN, PHONE = "ann@example.com", "+8613900139000"
NEW = "new horse, new battery"
Calls = list[tuple[str, str]]


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


def ask(caller: Caller, identifier: str = ANN, **more: Any) -> Reply:
    return caller.post("/v1/password-resets", {"identifier": identifier, **more})


def confirm(caller: Caller, code: str, identifier: str = ANN, password: str = NEW, **more: Any) -> Reply:
    body = {"identifier": identifier, "code": code, "new_password": password, **more}
    return caller.post("/v1/password-resets/confirm", body)


def asked(caller: Caller, clock: FrozenClock, **more: Any) -> str:
    """The code that was sent: the newest message."""
    clock.advance(1)
    assert ask(caller, **more).status == 202
    return code_for(ANN)


def sweep() -> None:
    event: dict[str, Any] = dict.fromkeys(("version", "account", "region", "detail-type", "source", "time", "id"), "")
    app.sweep(event | {"detail": {}, "resources": []}, None)


def can_pay(access_token: str, clock: FrozenClock) -> bool:
    customer = service.customer_of(access_token, clock.now())
    return ledger.head(customer.wallet_ids[0]).epoch == customer.epoch


def test_the_new_password_opens_and_the_old_one_does_not(caller: Caller, clock: FrozenClock) -> None:
    signed_up(caller)
    reply = confirm(caller, asked(caller, clock))
    assert (reply.status, reply.raw) == (204, b"")
    assert sign_in(caller, ANN, PASSWORD).status == 401
    assert sign_in(caller, ANN, NEW).status == 201


def test_every_session_ends_and_payments_stop_at_once(caller: Caller, clock: FrozenClock) -> None:
    first, second = signed_up(caller), signed_in(caller)
    confirm(caller, asked(caller, clock))
    for tokens in (first, second):
        assert refresh(caller, tokens["refresh_token"]).status == 401
        assert not can_pay(tokens["access_token"], clock)
    assert can_pay(sign_in(caller, ANN, NEW).json["access_token"], clock)


@pytest.mark.parametrize("known", [True, False], ids=["on a known device", "on a new one"])
def test_a_sign_in_under_way_with_the_old_password_begins_no_session(
    caller: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    """It has compared already; the reset comes, whole; then it would write its session."""
    welcome = signed_up(caller)
    user_id, code = welcome["user"]["id"], asked(caller, clock)
    begun = sessions.begun

    def overtaken(*given: Any) -> Any:
        assert confirm(caller, code).status == 204
        return begun(*given)

    with monkeypatch.context() as patch:
        patch.setattr(sessions, "begun", overtaken)
        assert sign_in(caller, ANN, PASSWORD, welcome["device_token"] if known else "").status == 401
    assert store_sessions.sessions(user_id, None, 10) == ([], None)


def test_a_code_is_good_once(caller: Caller, clock: FrozenClock) -> None:
    signed_up(caller)
    code = asked(caller, clock)
    assert confirm(caller, code).status == 204
    assert_problem(confirm(caller, code, password="another horse entirely"), 400, "invalid-or-expired", "code")
    assert sign_in(caller, ANN, NEW).status == 201


def test_after_five_wrong_codes_the_right_one_is_dead(
    caller: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_up(caller)
    code, compared = asked(caller, clock), []
    same = codes.same
    monkeypatch.setattr(codes, "same", lambda *given: compared.append(1) or same(*given))
    for _ in range(8):
        assert confirm(caller, wrong(code)).status == 400
    assert confirm(caller, code).status == 400
    assert len(compared) == model_codes.TRIES


def test_a_code_is_dead_after_ten_minutes(caller: Caller, clock: FrozenClock) -> None:
    signed_up(caller)
    code = asked(caller, clock)
    clock.advance(600)
    assert confirm(caller, code).status == 400


def test_a_code_is_no_good_for_anybody_else(caller: Caller, clock: FrozenClock) -> None:
    signed_up(caller)
    signed_up(caller, "bob@example.com")
    code = asked(caller, clock)
    clock.advance(1)
    ask(caller, "bob@example.com")
    assert code != code_for("bob@example.com")
    assert confirm(caller, code, "bob@example.com").status == 400
    assert confirm(caller, code).status == 204


def test_a_reset_makes_every_other_code_worthless(caller: Caller, clock: FrozenClock) -> None:
    user_id = signed_up(caller)["user"]["id"]
    secret = {"reset_secret": "chance of my own phone"}
    theirs = asked(caller, clock)
    mine = asked(caller, clock, **secret)
    waiting = {purpose: codes.made(purpose, user_id, clock.now()) for purpose in ("old-identifier", "second-factor")}
    assert confirm(caller, mine, **secret).status == 204
    assert confirm(caller, theirs).status == 400
    for purpose, code in waiting.items():
        with pytest.raises(codes.InvalidOrExpired):
            codes.proved(purpose, user_id, code, clock.now())


def test_a_code_of_before_a_reset_is_worthless_though_nothing_has_ended_it(
    caller: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_up(caller)
    secret = {"reset_secret": "chance of my own phone"}
    theirs = asked(caller, clock)
    mine = asked(caller, clock, **secret)
    monkeypatch.setattr(resets, "_finish", lambda *_: 1 / 0)
    assert confirm(caller, mine, **secret).status == 500
    assert confirm(caller, theirs).status == 400


def test_with_a_secret_of_the_client_strangers_neither_replace_the_code_nor_use_up_its_tries(
    caller: Caller, clock: FrozenClock
) -> None:
    signed_up(caller)
    secret = {"reset_secret": "chance of my own phone"}
    code = asked(caller, clock, **secret)
    ask(Caller(source_ip="203.0.113.9"))
    for _ in range(6):
        assert confirm(caller, wrong(code)).status == 400
    assert confirm(caller, code).status == 400
    assert confirm(caller, code, **secret).status == 204


def test_a_reset_opens_a_locked_name_at_once_and_its_devices_too(caller: Caller, clock: FrozenClock) -> None:
    phone = signed_up(caller)["device_token"]
    claim = {"identifier": ANN, "device_token": phone}
    for _ in range(5):
        sign_in(caller, ANN, "wrong horse battery")
        caller.post("/v1/sessions", claim | {"password": "wrong horse battery"})
    assert sign_in(caller, ANN, PASSWORD).status == 401
    assert confirm(caller, asked(caller, clock)).status == 204
    assert sign_in(caller, ANN, NEW).status == 201
    assert caller.post("/v1/sessions", claim | {"password": NEW}).status == 201
    assert [item for item in all_items("identity") if "due_key" in item and item["sk"]["S"] != "REMINDER"] == []


def test_payouts_and_large_payments_wait_for_a_day(caller: Caller, clock: FrozenClock) -> None:
    user_id = signed_up(caller)["user"]["id"]
    before = store.user(user_id)
    assert before is not None and before.cooling_until == 0
    confirm(caller, asked(caller, clock))
    after = store.user(user_id)
    assert after is not None and after.cooling_until == int((clock.now() + COOLING).timestamp())
    assert timedelta(hours=24) == COOLING


def test_nothing_else_of_the_person_changes(caller: Caller, clock: FrozenClock) -> None:
    """The second factor among it: it is neither asked for nor touched."""
    user_id = signed_up(caller)["user"]["id"]
    before = {item["sk"]["S"]: item for item in all_items("identity") if item["pk"]["S"] == user_id}
    confirm(caller, asked(caller, clock))
    after = {item["sk"]["S"]: item for item in all_items("identity") if item["pk"]["S"] == user_id}
    changed = {
        name for name in before["USER"].keys() | after["USER"] if before["USER"].get(name) != after["USER"].get(name)
    }
    assert changed == {"password_hash", "cooling_until", "sessions_from"}
    assert set(before) - set(after) == {sk for sk in before if sk.startswith("SESSION#")}
    assert set(after) <= set(before)


@pytest.mark.parametrize(
    ("identifier", "locale", "said"),
    [(ANN, "en", "Your Coffer password is new"), ("+8613800138000", "zh", "您的 Coffer 密码已重设")],
)
def test_the_owner_is_told_on_every_channel(
    caller: Caller, clock: FrozenClock, identifier: str, locale: str, said: str
) -> None:
    phone = signed_up(caller, identifier, locale=locale)["device_token"]
    clock.advance(1)
    ask(caller, identifier)
    clock.advance(1)
    assert confirm(caller, code_for(identifier), identifier).status == 204
    assert outbox(identifier)[-1]["subject"] == said
    me = caller.bearing(sign_in(caller, identifier, NEW, phone).json["access_token"]).with_headers(
        accept_language=locale
    )
    assert me.get("/v1/me/notices").json["data"][0]["title"] == said


def test_when_the_process_dies_after_the_password_is_new_the_sweep_finishes(
    caller: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens, code = signed_up(caller), asked(caller, clock)
    with monkeypatch.context() as patch:
        patch.setattr(resets, "_finish", lambda *_: 1 / 0)
        assert confirm(caller, code).status == 500
    sweep()
    assert "Your Coffer password is new" not in [message["subject"] for message in outbox(ANN)], "not yet theirs to do"
    clock.advance(120)
    with monkeypatch.context() as patch:
        patch.setattr(secrets, "_secret", lambda: 1 / 0)
        for _ in range(2):
            sweep()
    newest = [message["subject"] for message in outbox(ANN)]
    assert newest.count("Your Coffer password is new") == 1
    assert refresh(caller, tokens["refresh_token"]).status == 401
    assert sign_in(caller, ANN, NEW).status == 201
    assert [item for item in all_items("identity") if "due_key" in item and item["sk"]["S"] != "REMINDER"] == []


def test_the_owner_is_told_though_the_account_was_deleted_before_the_sweep_came(
    caller: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has it back within thirty days must find that the password was set anew."""
    user_id, code = signed_up(caller)["user"]["id"], asked(caller, clock)
    with monkeypatch.context() as patch:
        patch.setattr(resets, "_finish", lambda *_: 1 / 0)
        assert confirm(caller, code).status == 500
    me = caller.bearing(sign_in(caller, ANN, NEW).json["access_token"])
    assert me.request("DELETE", "/v1/me", {"password": NEW}).status == 204
    clock.advance(120)
    for _ in range(2):
        sweep()
    assert [message["subject"] for message in outbox(ANN)].count("Your Coffer password is new") == 1
    assert caller.post("/v1/users/restore", {"identifier": ANN, "password": NEW}).status == 201
    assert "password_reset" in [one.kind for one in notices.inbox(user_id, None, 10)[0]]


def test_sessions_of_before_are_over_with_the_commit_though_nobody_has_finished_it(
    caller: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, aws_calls: Calls
) -> None:
    """Clocks apart too: it was begun by one that is ten minutes ahead."""
    phone = signed_up(caller)["device_token"]
    clock.advance(600)
    ahead = sign_in(caller, ANN, PASSWORD, phone).json
    clock.advance(-600)
    code = asked(caller, clock)
    with monkeypatch.context() as patch:
        patch.setattr(resets, "_finish", lambda *_: 1 / 0)
        assert confirm(caller, code).status == 500
    me = caller.bearing(ahead["access_token"])
    assert refresh(caller, ahead["refresh_token"]).status == 401
    aws_calls.clear()
    assert_problem(me.get("/v1/me"), 401, "invalid-token")
    assert [operation for _, operation in aws_calls] == ["TransactGetItems"]
    assert_problem(
        me.post("/v1/me/devices", {"push_token": "of a thief", "platform": "ios", "name": "x"}), 401, "invalid-token"
    )


def test_who_signs_in_anew_before_a_reset_is_finished_stays_signed_in(
    caller: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, code = signed_up(caller), asked(caller, clock)
    with monkeypatch.context() as patch:
        patch.setattr(resets, "_finish", lambda *_: 1 / 0)
        confirm(caller, code)
    new = sign_in(caller, ANN, NEW).json
    clock.advance(120)
    sweep()
    assert refresh(caller, old["refresh_token"]).status == 401
    assert refresh(caller, new["refresh_token"]).status == 200
    assert len(store_sessions.sessions(old["user"]["id"], None, 10)[0]) == 1


def test_pushes_end_with_the_sessions_and_bring_the_news_first(
    caller: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    welcome = signed_up(caller)
    me = caller.bearing(welcome["access_token"])
    me.post("/v1/me/devices", {"push_token": "token of a phone", "platform": "ios", "name": "phone"})
    confirm(caller, asked(caller, clock))
    assert [message["subject"] for message in outbox("token of a phone")] == ["Your Coffer password is new"]
    assert store_pushes.devices(welcome["user"]["id"]) == ()


def test_a_known_and_an_unknown_name_take_the_same_answers_and_the_same_work(
    caller: Caller, clock: FrozenClock, aws_calls: Calls, runs: list[str]
) -> None:
    signed_up(caller)
    seen = []
    for identifier in (ANN, "nobody@example.com"):
        aws_calls.clear()
        runs.clear()
        replies = [told(ask(caller, identifier)) for _ in range(6)]
        replies += [told(confirm(caller, "000000", identifier)) for _ in range(6)]
        seen.append((replies, list(aws_calls), list(runs)))
    assert seen[0] == seen[1]
    assert [reply[0] for reply in seen[0][0]] == [202] * 5 + [429] + [400] * 6
    assert seen[0][2] == []


def test_an_unknown_name_is_told_that_there_is_no_account_and_no_code(caller: Caller, clock: FrozenClock) -> None:
    ask(caller.with_headers(accept_language="zh"), "nobody@example.com")
    (message,) = outbox("nobody@example.com")
    assert message["subject"] == "此地址没有 Coffer 账户"
    assert not re.search(r"\d{6}", message["body"])


def test_strangers_use_up_their_own_resets_and_not_the_owners(caller: Caller, clock: FrozenClock) -> None:
    signed_up(caller)
    stranger = Caller(source_ip="203.0.113.9")
    assert [ask(stranger).status for _ in range(6)] == [202] * 5 + [429]
    assert ask(caller).status == 202


def test_a_known_device_is_sent_a_code_though_strangers_have_used_up_the_day(
    caller: Caller, clock: FrozenClock
) -> None:
    phone = signed_up(caller)["device_token"]
    for number in range(6):
        for _ in range(5):
            assert ask(Caller(source_ip=f"198.51.100.{number}")).status == 202
    assert ask(caller).status == 429
    assert ask(caller, device_token=phone).status == 202


@pytest.mark.parametrize("password", ["short", "x" * 129, "password123", "ann@example.com", "ann1234", "Ann 12345"])
def test_a_bad_password_is_refused_by_its_field_and_the_code_stays_good(
    caller: Caller, clock: FrozenClock, password: str
) -> None:
    signed_up(caller, display_name="Ann 1234")
    code = asked(caller, clock)
    refused = confirm(caller, code, password=password)
    assert (refused.status, refused.json["param"]) == (422, "new_password")
    assert confirm(caller, code).status == 204


def test_a_poisoned_host_reaches_no_message(caller: Caller, clock: FrozenClock) -> None:
    signed_up(caller)
    poisoned = caller.with_headers(host="evil.test", x_forwarded_host="evil.test", origin="https://evil.test")
    clock.advance(1)
    ask(poisoned)
    assert confirm(poisoned, code_for(ANN)).status == 204
    assert "evil.test" not in repr(outbox(ANN))
