"""Signing in: one answer for every wrong one, after the same work."""

from __future__ import annotations

import pytest

from chalicelib.identity import passwords, vault
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
    assert seen[0][1] == [("dynamodb", "GetItem"), ("dynamodb", "GetItem")]


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


def test_a_sign_in_takes_five_calls_and_one_of_them_is_the_audit_log(caller: Caller, aws_calls: Calls) -> None:
    signed_up(caller)
    aws_calls.clear()
    signed_in(caller)
    assert aws_calls == [("dynamodb", "GetItem")] * 3 + [("dynamodb", "PutItem")] * 2
