"""Passwords: exactly as typed, at OWASP's cost, one run whether or not there is anything to compare with."""

from __future__ import annotations

from typing import Any

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from chalicelib.identity import passwords
from chalicelib.kernel.errors import InvalidRequest
from tests.people import CHEAP


class Counting:
    """A hasher that counts its runs."""

    def __init__(self) -> None:
        self.runs = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(CHEAP, name)

    def verify(self, stored: str, password: str) -> bool:
        self.runs += 1
        return CHEAP.verify(stored, password)


def test_the_cost_is_owasps() -> None:
    assert passwords.hashed("correct horse").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_password_matches_only_as_it_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)
    stored = passwords.hashed(" Caf\u00e9 Ⅳ ")
    assert passwords.matches(" Caf\u00e9 Ⅳ ", stored)
    for other in (" Cafe\u0301 Ⅳ ", "Caf\u00e9 Ⅳ", " caf\u00e9 Ⅳ ", " Caf\u00e9 IV "):
        assert not passwords.matches(other, stored)


def test_two_hashes_of_one_password_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)
    assert passwords.hashed("correct horse") != passwords.hashed("correct horse")


@pytest.mark.parametrize("known", [True, False])
def test_argon2_runs_once_whether_there_is_a_hash_or_not(known: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting()
    monkeypatch.setattr(passwords, "hasher", counting)
    assert not passwords.matches("wrong horse", CHEAP.hash("correct horse") if known else None)
    assert counting.runs == 1


@pytest.mark.parametrize("common", ["password123", "PassWord123", "1234567890", "woaini1314"])
def test_the_commonest_passwords_are_refused(common: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        passwords.check(common)
    assert refusal.value.param == "password"


def test_three_thousand_of_the_commonest_are_known() -> None:
    """As ASVS 5.0 asks, 6.2.4: of those that are long enough to be taken otherwise, by the list that zxcvbn brings."""
    ranked = [one for one in FREQUENCY_LISTS["passwords"] if len(one) >= passwords.MIN_LENGTH and one.isascii()]
    assert [one for one in ranked[:3_000] if not passwords.is_common(one)] == []


def test_a_long_plain_sentence_is_a_fine_password() -> None:
    passwords.check("my cat sleeps on the piano")
