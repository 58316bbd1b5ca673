"""Codes of an authenticator, against the vectors of RFC 6238, and what a PIN may not be."""

from __future__ import annotations

from base64 import b32encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cryptography_vectors
import pytest

from chalicelib.identity import model_factors, totp

AT = datetime(2026, 11, 22, 8, 0, 10, tzinfo=UTC)
SECRET = b32encode(b"12345678901234567890").decode()


def vectors() -> list[dict[str, str]]:
    """Those of SHA-1: authenticators know no other."""
    file = Path(cryptography_vectors.__file__).parent / "twofactor" / "rfc-6238.txt"
    blocks = [block for block in file.read_text(encoding="utf-8").split("\n\n") if "COUNT" in block]
    found = [dict(line.split(" = ") for line in block.splitlines() if " = " in line) for block in blocks]
    return [one for one in found if one["MODE"] == "SHA1"]


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["TIME"])
def test_every_vector_of_rfc_6238_gives_its_code(vector: dict[str, str]) -> None:
    """The RFC shows eight digits; six of them are the same number, cut shorter (RFC 4226 §5.3)."""
    secret = b32encode(vector["SECRET"].encode()).decode()
    at = datetime.fromtimestamp(int(vector["TIME"]), UTC)
    assert totp.code_of(secret, model_factors.step_at(at)) == vector["TOTP"][-6:]
    assert totp.step_of(secret, vector["TOTP"][-6:], at) == int(vector["TIME"]) // 30


def test_the_vectors_are_all_six_of_the_rfc() -> None:
    assert [vector["TIME"] for vector in vectors()] == [
        "59", "1111111109", "1111111111", "1234567890", "2000000000", "20000000000"
    ]  # fmt: skip


@pytest.mark.parametrize(("steps", "known"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off_and_no_more(steps: int, known: bool) -> None:
    now = model_factors.step_at(AT)
    found = totp.step_of(SECRET, totp.code_of(SECRET, now + steps), AT)
    assert found == (now + steps if known else None)


@pytest.mark.parametrize("typed", ["{0}", " {0} ", "{1} {2}", "{1}-{2}"])
def test_a_code_may_be_typed_as_it_is_shown(typed: str) -> None:
    code = totp.code_of(SECRET, model_factors.step_at(AT))
    assert totp.step_of(SECRET, typed.format(code, code[:3], code[3:]), AT) is not None


@pytest.mark.parametrize("typed", ["", "0", "abcdef", "１２３", "0" * 32, "٣" * 6])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert totp.step_of(SECRET, typed, AT) is None


@pytest.mark.parametrize(
    "pin",
    ["000000", "999999", "123456", "234567", "567890", "987654", "121212", "123123", "112233", "998877", "010101"],
)
def test_a_pin_that_is_guessed_first_is_weak(pin: str) -> None:
    assert model_factors.weak(pin)


@pytest.mark.parametrize("pin", ["428571", "310597", "135790", "112234"])
def test_other_pins_are_not(pin: str) -> None:
    assert not model_factors.weak(pin)


def test_a_step_is_thirty_seconds() -> None:
    assert model_factors.step_at(AT + timedelta(seconds=20)) == model_factors.step_at(AT) + 1
