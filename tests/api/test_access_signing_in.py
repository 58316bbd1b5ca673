"""Signing in: one answer for every wrong one, after the same work."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from chalicelib.identity import passwords, store, vault
from tests.api.caller import Caller
from tests.people import (
    CHEAP,
    PASSWORD,
    sign_in,
    signed_in,
    signed_up,
    told,
    wish,
)

pytestmark = pytest.mark.many_requests

Calls = list[tuple[str, str]]


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


@pytest.mark.parametrize("typed", ["Ann@Example.COM", "ａｎｎ@example.com", " ann@example.com "])
def test_every_way_to_write_a_name_signs_in_to_the_one_account(caller: Caller, typed: str) -> None:
    signed_up(caller)
    assert sign_in(caller, typed, PASSWORD).status == 201


def test_an_unknown_name_and_a_wrong_password_are_the_same_answer_for_the_same_work(
    caller: Caller, aws_calls: Calls, runs: list[str]
) -> None:
    signed_up(caller)
    caller.post("/v1/users", wish("waiting@example.com"))
    seen = []
    for identifier in ("ann@example.com", "nobody@example.com", "waiting@example.com", "+8613800138000"):
        aws_calls.clear()
        runs.clear()
        reply = sign_in(caller, identifier, "wrong horse battery")
        seen.append((told(reply), list(aws_calls), list(runs)))
    assert all(one == seen[0] for one in seen)
    assert (seen[0][0][0], seen[0][2]) == (401, ["verify"])
    assert seen[0][1] == [("dynamodb", "GetItem")] * 2 + [("dynamodb", "UpdateItem")] * 2 + [
        ("sqs", "SendMessageBatch")
    ]


def test_a_process_that_starts_cold_asks_for_its_keys_whether_or_not_the_name_is_known(
    caller: Caller, aws_calls: Calls
) -> None:
    signed_up(caller)
    seen = []
    for identifier in ("ann@example.com", "nobody@example.com"):
        vault.forget()
        aws_calls.clear()
        sign_in(caller, identifier, "wrong horse battery")
        seen.append(list(aws_calls))
    assert seen[0] == seen[1]
    assert ("kms", "Decrypt") in seen[0]


def test_a_sign_in_takes_ten_calls_and_one_of_them_is_the_audit_log(caller: Caller, aws_calls: Calls) -> None:
    phone = signed_up(caller)["device_token"]
    aws_calls.clear()
    assert sign_in(caller, "ann@example.com", PASSWORD, phone).status == 201
    names = [name for _, name in aws_calls]
    assert names == ["GetItem"] * 2 + ["UpdateItem"] * 4 + [
        "GetItem",
        "PutItem",
        "TransactWriteItems",
        "SendMessageBatch",
    ]


def test_a_hash_of_a_lower_cost_is_made_anew_at_the_next_sign_in(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = signed_up(caller)["user"]["id"]
    monkeypatch.setattr(passwords, "hasher", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    assert sign_in(caller, "ann@example.com", "wrong horse battery").status == 401
    assert kept_hash(user_id).startswith("$argon2id$v=19$m=8,t=1,p=1$")
    signed_in(caller)
    assert kept_hash(user_id).startswith("$argon2id$v=19$m=16,t=2,p=1$")
    kept = kept_hash(user_id)
    monkeypatch.setattr(passwords, "hasher", CHEAP)
    signed_in(caller)
    assert kept_hash(user_id) == kept


def kept_hash(user_id: str) -> str:
    found = store.user(user_id)
    assert found is not None
    return found.password_hash
