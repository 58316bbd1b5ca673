"""Second factors under parallel use: one of fifty wins, and at most five guesses are looked at."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.identity import entering, passwords, pins, recovery_codes, second_factor, service, store_factors, totp
from chalicelib.identity.model import User
from chalicelib.identity.model_arrivals import Arrival
from chalicelib.identity.model_factors import ChallengeView, SecondFactorRequest, step_at
from tests.concurrency.test_access import asked, now, prove, storm, tally
from tests.people import CHEAP

AT = now()
PIN = "428571"


@pytest.fixture(autouse=True)
def cheap(atomic: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


def enrolled() -> tuple[User, str]:
    """Ann with an authenticator, whose step before this one is used up."""
    welcome = prove(asked())
    user = service.profile(welcome.user.id)
    secret = totp.propose(user, AT).secret
    totp.confirm(user, welcome.session_id, totp.code_of(secret, step_at(AT) - 1), AT)
    return service.profile(user.id), secret


def challenge(user: User) -> str:
    half = entering.with_password(user, Arrival("phone"), AT)
    assert isinstance(half, ChallengeView)
    return half.challenge


def answer(challenge: str, code: str, method: Any = "totp") -> Any:
    return second_factor.enter(SecondFactorRequest(challenge, method, code), Arrival("phone"), AT)


def test_of_fifty_uses_of_one_step_one_wins() -> None:
    user, secret = enrolled()
    code = totp.code_of(secret, step_at(AT))
    assert storm(50, lambda _: totp.used(user.id, code, AT)).count(True) == 1


def test_of_fifty_sign_ins_with_one_step_one_gets_in() -> None:
    user, secret = enrolled()
    challenges, code = [challenge(user) for _ in range(50)], totp.code_of(secret, step_at(AT))
    outcomes = tally(storm(50, lambda number: answer(challenges[number], code)))
    assert outcomes["done"] == 1
    assert set(outcomes) <= {"done", "invalid-or-expired", "too-many-requests"}


def test_of_fifty_answers_to_one_challenge_one_gets_in() -> None:
    user, _ = enrolled()
    codes = recovery_codes.renew(user, AT)
    asked_once = challenge(user)
    outcomes = tally(storm(50, lambda number: answer(asked_once, codes[number % 10], "recovery-code")))
    assert outcomes["done"] == 1


def test_of_fifty_uses_of_one_recovery_code_one_wins() -> None:
    user, _ = enrolled()
    code = recovery_codes.renew(user, AT)[0]
    assert storm(50, lambda _: recovery_codes.used(user.id, code)).count(True) == 1


def test_two_hundred_guesses_at_an_authenticator_are_five_comparisons(monkeypatch: pytest.MonkeyPatch) -> None:
    user, secret = enrolled()
    challenges, compared, step_of = [challenge(user) for _ in range(200)], [], totp.step_of

    def counted(*given: Any) -> int | None:
        compared.append(given[1])
        return step_of(*given)

    monkeypatch.setattr(totp, "step_of", counted)
    wrong = f"{(int(totp.code_of(secret, step_at(AT))) + 1) % 1_000_000:06d}"
    outcomes = tally(storm(200, lambda number: answer(challenges[number], wrong)))
    assert set(outcomes) <= {"invalid-or-expired", "too-many-requests"}
    assert len(compared) == 5


def test_two_hundred_guesses_at_a_pin_are_five_comparisons_and_after_the_pause_five_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user, _ = enrolled()
    store_factors.put_pin(user.id, passwords.hashed(PIN))
    compared, matches = [], passwords.matches

    def counted(typed: str, stored: str | None) -> bool:
        compared.append(typed)
        return matches(typed, stored)

    monkeypatch.setattr(passwords, "matches", counted)
    for pause in (0, 60):
        compared.clear()
        at = AT + timedelta(seconds=pause)
        outcomes = tally(storm(200, lambda _, at=at: pins.right(user, "310597", at) or "wrong"))
        assert outcomes == {"wrong": 5, "too-many-requests": 195}
        assert compared == ["310597"] * 5
