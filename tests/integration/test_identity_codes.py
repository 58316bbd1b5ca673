"""Codes, whatever they are for: five tries, ten minutes, one use, and a fresh one replaces the one before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.cloud_tables import absent, made, writing
from chalicelib.identity import codes, store_codes
from chalicelib.identity.model_codes import Code
from chalicelib.identity.store import LoginItem
from chalicelib.kernel.errors import InvalidOrExpired

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("cloud")


def refused(typed: str, at: datetime = AT, subject: str = "ann", purpose: str = "reset") -> bool:
    try:
        codes.proved(purpose, subject, typed, at)  # type: ignore[arg-type]
    except InvalidOrExpired as error:
        return error.param == "code"
    return False


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_right_code_proves_and_is_used_up_once() -> None:
    proved = codes.proved("reset", "ann", codes.made("reset", "ann", AT), AT)
    assert [store_codes.spend(proved) for _ in range(3)] == [True, False, False]


def test_after_five_wrong_tries_the_right_one_is_dead() -> None:
    code = codes.made("reset", "ann", AT)
    assert all(refused(wrong(code)) for _ in range(5))
    assert refused(code)


def test_four_wrong_tries_leave_the_fifth() -> None:
    code = codes.made("reset", "ann", AT)
    assert all(refused(wrong(code)) for _ in range(4))
    assert not refused(code)


@pytest.mark.parametrize(("seconds", "good"), [(599, True), (600, False)])
def test_a_code_is_good_for_ten_minutes(seconds: int, good: bool) -> None:
    code = codes.made("reset", "ann", AT)
    assert refused(code, AT + timedelta(seconds=seconds)) is not good


def test_a_code_is_for_one_subject_and_one_purpose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.kernel.entropy.digits", lambda count: "123456")
    codes.made("reset", "ann", AT)
    assert refused("123456", subject="bob") and refused("123456", purpose="second-factor")
    codes.made("reset", "bob", AT)
    assert codes.marked("reset", "ann", "123456") != codes.marked("reset", "bob", "123456")


def test_a_fresh_code_takes_the_place_of_the_one_before_and_starts_anew() -> None:
    first = codes.made("reset", "ann", AT)
    old = codes.proved("reset", "ann", first, AT)
    for _ in range(4):
        refused(wrong(first))
    second = codes.made("reset", "ann", AT)
    assert not store_codes.spend(old) or first == second
    assert all(refused(wrong(second)) for _ in range(4))
    assert not refused(second)


def test_a_code_may_be_pasted_with_a_space_and_in_full_width() -> None:
    code = codes.made("reset", "ann", AT)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    assert not refused(f"{wide[:3]} {wide[3:]}")


def test_a_revoked_code_is_dead() -> None:
    code = codes.made("reset", "ann", AT)
    store_codes.revoke("reset", "ann")
    assert refused(code)


def test_a_code_is_used_up_together_with_what_it_opens_or_not_at_all() -> None:
    proved = codes.proved("reset", "ann", codes.made("reset", "ann", AT), AT)
    assert opened(proved, "one")
    assert not opened(proved, "two")
    assert LoginItem.find("LOGIN#two", "LOGIN") is None


def opened(code: Code, name: str) -> bool:
    def together() -> None:
        with writing() as transaction:
            store_codes.spending(transaction, code)
            transaction.save(LoginItem(f"LOGIN#{name}", "LOGIN", user_id="usr_ann"), absent())

    return made(together)
