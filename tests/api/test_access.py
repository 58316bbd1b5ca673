"""Signing up and signing in: what a person is told, and what nobody can find out."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib import cloud
from chalicelib.identity import passwords, secrets, store_sign_ups
from chalicelib.ledger import service as ledger
from tests.api.caller import Caller
from tests.conftest import FrozenClock
from tests.people import (
    CHEAP,
    PASSWORD,
    all_items,
    code_for,
    outbox,
    sign_in,
    signed_in,
    signed_up,
    told,
    verify,
    wish,
    wrong,
)

Calls = list[tuple[str, str]]


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


def test_a_person_signs_up_proves_the_address_and_has_an_open_wallet(caller: Caller) -> None:
    asked = caller.post("/v1/users", wish())
    assert (asked.status, asked.json) == (202, {"status": "verification_sent"})
    proved = verify(caller, code_for("ann@example.com"))
    assert proved.status == 201
    user = proved.json["user"]
    assert user["identifier"] == "a***@example.com"
    assert (user["display_name"], user["locale"], user["jurisdiction"], user["tier"]) == ("Ann", "en", "CN", 0)
    head = ledger.head(user["wallets"][0])
    assert (head.owner, head.currency, head.available) == (user["id"], "CNY", 0)
    assert proved.json["expires_in"] == 600
    large = {"currency": "CNY", "step_up_above": 500_000, "guardian_above": 100_000}
    assert caller.bearing(proved.json["access_token"]).get("/v1/me").json == user | {"large": large}


@pytest.mark.parametrize(("jurisdiction", "currency"), [("US", "USD"), ("DE", "EUR"), ("GB", "GBP")])
def test_the_wallet_is_in_the_jurisdictions_currency(caller: Caller, jurisdiction: str, currency: str) -> None:
    user = signed_up(caller, jurisdiction=jurisdiction)["user"]
    assert ledger.head(user["wallets"][0]).currency == currency


def test_a_phone_is_told_by_text_message_in_the_language_asked_for(caller: Caller) -> None:
    caller.post("/v1/users", wish("+86 138 0013 8000", locale="zh-CN"))
    (message,) = outbox("+8613800138000")
    assert (message["channel"], message["subject"]) == ("text", "您的 Coffer 验证码")
    assert verify(caller, code_for("+8613800138000"), "+86-138-0013-8000").json["user"]["locale"] == "zh"


def test_a_known_and_an_unknown_name_look_the_same_to_whoever_signs_up(
    caller: Caller, aws_calls: Calls, runs: list[str]
) -> None:
    signed_up(caller, "ann@example.com")
    seen = []
    for identifier in ("ann@example.com", "bob@example.com"):
        aws_calls.clear()
        runs.clear()
        seen.append((told(caller.post("/v1/users", wish(identifier))), list(aws_calls), list(runs)))
    assert seen[0] == seen[1]
    assert [name for _, name in seen[0][1]] == ["UpdateItem"] * 3 + ["GetItem"] * 2 + [
        "UpdateItem",
        "PutItem",
        "PutItem",
    ]
    assert seen[0][2] == ["hash"]


def test_the_owner_of_a_known_name_is_told_and_nothing_changes(caller: Caller, clock: FrozenClock) -> None:
    signed_up(caller)
    clock.advance(1)
    caller.post("/v1/users", wish("ANN@example.com", password="quite another one", display_name="Eve"))
    assert outbox("ann@example.com")[-1]["subject"] == "You already have a Coffer account"
    assert not re.search(r"\d{6}", outbox("ann@example.com")[-1]["body"])
    assert sign_in(caller, "ann@example.com", "quite another one").status == 401
    assert caller.bearing(signed_in(caller)["access_token"]).get("/v1/me").json["display_name"] == "Ann"


def test_even_the_right_code_of_a_second_sign_up_does_not_replace_an_account(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = signed_up(caller)
    monkeypatch.setattr("chalicelib.kernel.entropy.digits", lambda count: "424242")
    caller.post("/v1/users", wish(password="quite another one"))
    assert told(verify(caller, "424242")) == told(verify(caller, "000000"))
    assert sign_in(caller, "ann@example.com", "quite another one").status == 401
    assert caller.bearing(signed_in(caller)["access_token"]).get("/v1/me").json["id"] == first["user"]["id"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("identifier", "аnn@example.com"),
        ("identifier", "ann"),
        ("identifier", "ann@example.com\x00"),
        ("identifier", "ann@example.com\r\nBcc: eve@example.com"),
        ("identifier", "\u202eann@example.com"),
        ("identifier", ["ann@example.com"]),
        ("password", "seven77"),
        ("password", "x" * 129),
        ("password", "password123"),
        ("password", 12345678),
        ("display_name", ""),
        ("display_name", "   "),
        ("display_name", "x" * 65),
        ("display_name", "Ann\r\nEve"),
        ("display_name", "Ann\x1b[31m"),
        ("display_name", None),
        ("locale", "fr"),
        ("locale", "english"),
        ("jurisdiction", "ZZ"),
        ("jurisdiction", "cn"),
        ("jurisdiction", True),
        ("role", "admin"),
        ("status", "active"),
        ("balance", 100),
        ("tier", 2),
    ],
)
def test_a_sign_up_with_a_bad_field_is_refused_by_its_name_and_sends_nothing(
    caller: Caller, aws_calls: Calls, field: str, value: Any
) -> None:
    caller.post("/v1/users", wish("warm@example.com"))
    aws_calls.clear()
    refused = caller.post("/v1/users", wish(**{field: value}))
    assert (refused.status, refused.json["code"], refused.json["param"]) == (422, "invalid-request", field)
    assert aws_calls == []


@pytest.mark.parametrize("password", ["12345 78", "x" * 128, "密码密码密码密码", " spaces  ", '#n:v{"S":"x"}'])
def test_any_password_of_eight_to_128_characters_is_taken_as_typed(caller: Caller, password: str) -> None:
    signed_up(caller, password=password)
    assert sign_in(caller, "ann@example.com", password).status == 201
    assert sign_in(caller, "ann@example.com", password + " ").status == 401


def test_a_code_may_be_pasted_with_a_space_and_in_full_width(caller: Caller) -> None:
    caller.post("/v1/users", wish())
    code = code_for("ann@example.com")
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    assert verify(caller, f"{wide[:3]} {wide[3:]}").status == 201


def test_a_code_works_once(caller: Caller) -> None:
    caller.post("/v1/users", wish())
    code = code_for("ann@example.com")
    replies = [verify(caller, code).status for _ in range(50)]
    assert replies == [201] + [400] * 49


@pytest.mark.parametrize(("seconds", "status"), [(599, 201), (600, 400), (86_400, 400)])
def test_a_code_is_dead_after_ten_minutes_though_nothing_has_deleted_it(
    caller: Caller, clock: FrozenClock, seconds: int, status: int
) -> None:
    caller.post("/v1/users", wish())
    clock.advance(seconds)
    assert verify(caller, code_for("ann@example.com")).status == status


def test_after_five_wrong_codes_the_right_one_is_dead_and_nothing_more_is_compared(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller.post("/v1/users", wish())
    code = code_for("ann@example.com")
    compared: list[bool] = []

    def counted(one: str, other: str) -> bool:
        compared.append(one == other)
        return one == other

    monkeypatch.setattr("chalicelib.identity.codes.hmac.compare_digest", counted)
    replies = [verify(caller, wrong(code)) for _ in range(200)]
    assert {reply.status for reply in replies} == {400}
    assert compared == [False] * 5
    assert told(verify(caller, code)) == told(replies[0])


def test_a_try_is_counted_before_the_code_is_looked_at(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    caller.post("/v1/users", wish())
    code = code_for("ann@example.com")

    def killed(*_: Any) -> bool:
        raise RuntimeError("the function is killed while comparing")

    with monkeypatch.context() as patch:
        patch.setattr("chalicelib.identity.codes.hmac.compare_digest", killed)
        for _ in range(5):
            verify(caller, wrong(code))
    assert verify(caller, code).status == 400


def as_written(monkeypatch: pytest.MonkeyPatch, *codes: str) -> None:
    """The next codes."""
    coming = iter(codes)
    monkeypatch.setattr("chalicelib.kernel.entropy.digits", lambda count: next(coming))


def strangers(**changes: Any) -> dict[str, Any]:
    """What somebody else sends with Ann's address."""
    return wish(password="the strangers own one", display_name="Eve", **changes)


@pytest.mark.parametrize(("typed", "password", "name"), [("111111", PASSWORD, "Ann"), ("222222", PASSWORD, "Ann B.")])
def test_of_two_sign_ups_each_code_completes_the_one_it_was_sent_for(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, typed: str, password: str, name: str
) -> None:
    as_written(monkeypatch, "111111", "222222")
    caller.post("/v1/users", wish())
    caller.post("/v1/users", wish(display_name="Ann B."))
    assert verify(caller, typed).json["user"]["display_name"] == name
    assert sign_in(caller, "ann@example.com", password).status == 201
    assert {verify(caller, code).status for code in ("111111", "222222")} == {400}


@pytest.mark.parametrize("order", ["before", "after"])
def test_a_stranger_who_signs_up_with_my_address_changes_nothing_of_mine(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    mine, theirs = ("222222", "111111") if order == "before" else ("111111", "222222")
    as_written(monkeypatch, "111111", "222222")
    for sent in (strangers(), wish()) if order == "before" else (wish(), strangers()):
        caller.post("/v1/users", sent)
    assert verify(caller, mine).json["user"]["display_name"] == "Ann"
    assert sign_in(caller, "ann@example.com", PASSWORD).status == 201
    assert sign_in(caller, "ann@example.com", strangers()["password"]).status == 401
    assert verify(caller, theirs).status == 400


def test_with_a_secret_of_the_client_not_even_a_strangers_code_completes_a_strangers_sign_up(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_written(monkeypatch, "111111", "222222", "333333")
    secret = {"sign_up_secret": "chance-of-my-own-phone"}
    caller.post("/v1/users", wish(**secret))
    caller.post("/v1/users", strangers())
    caller.post("/v1/users", strangers(sign_up_secret="chance-of-a-stranger"))
    proof = {"identifier": "ann@example.com", **secret}
    tries = [caller.post("/v1/users/verify", proof | {"code": code}).status for code in ("222222", "333333", "111111")]
    assert tries == [400, 400, 201]
    assert sign_in(caller, "ann@example.com", PASSWORD).status == 201


def test_a_sign_up_with_a_secret_is_not_completed_without_it(caller: Caller) -> None:
    caller.post("/v1/users", wish(sign_up_secret="chance-of-my-own-phone"))
    assert verify(caller, code_for("ann@example.com")).status == 400


def test_three_sign_ups_wait_for_one_name_at_most(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    as_written(monkeypatch, "111111", "222222", "333333", "444444")
    for _ in range(4):
        caller.post("/v1/users", wish())
    waiting = [item for item in all_items("identity") if item["sk"]["S"].startswith("WAITING#")]
    assert len(waiting) == 3
    assert [verify(caller, code).status for code in ("111111", "222222")] == [400, 201]


def test_a_fresh_code_is_alive_though_the_one_before_was_guessed_at(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_written(monkeypatch, "111111", "222222")
    caller.post("/v1/users", wish())
    for _ in range(5):
        verify(caller, "000000")
    caller.post("/v1/users", wish())
    assert [verify(caller, code).status for code in ("111111", "222222")] == [400, 201]


def test_the_message_names_the_account_without_a_link_or_a_code_of_a_strangers_making(caller: Caller) -> None:
    caller.post("/v1/users", wish(display_name="Ann O'Neill 安"))
    assert "for the account of Ann O'Neill 安." in outbox("ann@example.com")[-1]["body"]
    caller.post("/v1/users", wish("bob@example.com", display_name="https://evil.test 123456 is your code"))
    assert "for the account of https•••evil•test •••••…." in outbox("bob@example.com")[-1]["body"]


def test_a_code_is_no_good_for_anybody_else(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = iter(["111111", "222222"])
    monkeypatch.setattr("chalicelib.kernel.entropy.digits", lambda count: next(codes))
    caller.post("/v1/users", wish("ann@example.com"))
    caller.post("/v1/users", wish("bob@example.com"))
    assert verify(caller, "222222", "ann@example.com").status == 400


@pytest.mark.parametrize("code", ["", "x" * 33, None, 123456])
def test_a_code_of_the_wrong_form_is_refused_by_its_field(caller: Caller, code: Any) -> None:
    refused = caller.post("/v1/users/verify", {"identifier": "ann@example.com", "code": code})
    assert (refused.status, refused.json["param"]) == (422, "code")


@pytest.mark.parametrize("code", ["abcdef", "1", '{"S":"1"}', "١٢٣٤٥٦", "💰"])
def test_a_code_that_is_none_is_as_wrong_as_any_other(caller: Caller, code: str) -> None:
    caller.post("/v1/users", wish())
    assert told(verify(caller, code)) == told(verify(caller, "000000", "nobody@example.com"))


def test_when_the_process_dies_before_the_user_is_written_the_same_code_still_works(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller.post("/v1/users", wish())

    def killed(*_: Any) -> bool:
        raise RuntimeError("the function is killed")

    with monkeypatch.context() as patch:
        patch.setattr(store_sign_ups, "welcome", killed)
        assert verify(caller, code_for("ann@example.com")).status == 500
    user = verify(caller, code_for("ann@example.com")).json["user"]
    assert ledger.head(user["wallets"][0]).owner == user["id"]


def test_a_verification_takes_seven_calls_and_one_of_them_is_the_audit_log(caller: Caller, aws_calls: Calls) -> None:
    caller.post("/v1/users", wish())
    code = code_for("ann@example.com")
    aws_calls.clear()
    verify(caller, code)
    names = [name for _, name in aws_calls]
    assert names == ["UpdateItem", "Query", "PutItem", "GetItem", "PutItem", "TransactWriteItems", "SendMessageBatch"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/users", wish(owner="usr_1")),
        ("POST", "/v1/users/verify", {"identifier": "ann@example.com", "code": "1", "role": "admin"}),
        ("POST", "/v1/sessions", {"identifier": "ann@example.com", "password": "x", "tier": 2}),
        ("POST", "/v1/sessions/refresh", {"refresh_token": "crt_", "epoch": 9}),
        ("PATCH", "/v1/me", {"display_name": "Eve", "role": "admin"}),
        ("PATCH", "/v1/me", {"tier": 2}),
        ("PATCH", "/v1/me", {"wallets": []}),
        ("PATCH", "/v1/me", {"identifier": "eve@example.com"}),
    ],
)
def test_nobody_can_assign_what_is_not_theirs_to_set(caller: Caller, method: str, path: str, body: Any) -> None:
    welcome = signed_up(caller)
    me = caller.bearing(welcome["access_token"])
    before = me.get("/v1/me").json
    refused = me.request(method, path, body)
    assert (refused.status, refused.json["code"]) == (422, "invalid-request")
    assert me.get("/v1/me").json == before


def test_a_poisoned_host_reaches_no_answer_and_no_message(caller: Caller) -> None:
    poisoned = caller.with_headers(host="evil.test", x_forwarded_host="evil.test", origin="https://evil.test")
    welcome = signed_up(poisoned)
    replies = [poisoned.post("/v1/users", wish()), sign_in(poisoned, "ann@example.com", "wrong")]
    said = repr([welcome, outbox("ann@example.com"), [(reply.raw, reply.headers) for reply in replies]])
    assert "evil.test" not in said


def test_the_profile_can_be_changed_and_says_nothing_else(caller: Caller) -> None:
    me = caller.bearing(signed_up(caller)["access_token"])
    changed = me.patch("/v1/me", {"display_name": "  Anne-Ma\u0301rie  ", "locale": "zh-CN"})
    assert changed.status == 200
    assert (changed.json["display_name"], changed.json["locale"]) == ("Anne-M\u00e1rie", "zh")
    assert me.get("/v1/me").json == changed.json
    assert me.patch("/v1/me", {}).json == changed.json


def test_strings_that_look_like_expressions_are_stored_as_they_are(caller: Caller) -> None:
    me = caller.bearing(signed_up(caller)["access_token"])
    for name in ("#n", ":v", '{"S": "x"}', "${jndi:ldap://x}", "=1+1"):
        assert me.patch("/v1/me", {"display_name": name}).json["display_name"] == name


def test_while_the_tables_are_away_the_answer_is_to_come_back(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="https://dynamodb.test")

    secrets.mark("warm")
    monkeypatch.setattr(cloud.client("dynamodb"), "_make_api_call", away)
    for reply in (caller.post("/v1/users", wish()), sign_in(caller, "ann@example.com", PASSWORD)):
        assert (reply.status, reply.json["code"]) == (503, "unavailable")
        assert int(reply.headers["retry-after"]) > 0


def test_codes_last_ten_minutes_by_the_clock_of_the_request(caller: Caller, clock: FrozenClock) -> None:
    caller.post("/v1/users", wish())
    clock.moment -= timedelta(minutes=5)
    assert verify(caller, code_for("ann@example.com")).status == 201
