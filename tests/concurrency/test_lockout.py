"""Guesses at once: however many there are, five passwords are compared, and one of fifty resets by one code wins."""

from __future__ import annotations

from collections import Counter as Tally
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.identity import identifiers, passwords, resets, secrets, signing_in, signing_up, store, store_sessions
from chalicelib.identity.model import SignInRequest, SignUpRequest, VerifyRequest
from chalicelib.identity.model_arrivals import Arrival
from chalicelib.identity.model_identifiers import ChangeProof
from chalicelib.identity.model_resets import ConfirmRequest, ResetRequest
from chalicelib.kernel.errors import CofferError
from tests.people import CHEAP, PASSWORD, code_for

ANN, HERE = "ann@example.com", "203.0.113.7"
WRONG = "wrong horse battery"


@pytest.fixture(autouse=True)
def ann(atomic: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)
    signing_up.sign_up(SignUpRequest(ANN, PASSWORD, "Ann", "en", "CN"), HERE, now())
    signing_up.verify(VerifyRequest(ANN, code_for(ANN)), "phone", now())


def now() -> datetime:
    return datetime.now(UTC)


def storm(times: int, act: Any) -> Tally[str]:
    """How often each outcome came; 32 at once."""

    def once(number: int) -> str:
        try:
            act(number)
        except CofferError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(32) as pool:
        return Tally(pool.map(once, range(times)))


def guess(password: str = WRONG, identifier: str = ANN, device_token: str | None = None) -> Any:
    arrival = Arrival("phone", device_token=device_token, source_address=HERE)
    return signing_in.sign_in(SignInRequest(identifier, password), arrival, now())


@pytest.mark.parametrize("device", [False, True])
def test_two_hundred_guesses_at_once_are_five_comparisons(monkeypatch: pytest.MonkeyPatch, device: bool) -> None:
    token = guess(PASSWORD).device_token if device else None
    compared: list[str] = []
    matches = passwords.matches

    def watched(password: str, stored: str | None) -> bool:
        if stored is not None:
            compared.append(password)
        return matches(password, stored)

    monkeypatch.setattr(passwords, "matches", watched)
    assert storm(200, lambda _: guess(device_token=token)) == {"invalid-credentials": 200}
    assert compared == [WRONG] * 5
    assert storm(1, lambda _: guess(PASSWORD, device_token=token)) == {"invalid-credentials": 1}
    assert storm(1, lambda _: guess(PASSWORD, device_token=None if token else "cdt_")) == {
        "done" if device else "invalid-credentials": 1
    }


def test_two_hundred_guesses_at_once_over_two_names_are_five_comparisons(monkeypatch: pytest.MonkeyPatch) -> None:
    user_id, phone = store.user_id_of(secrets.login(ANN)) or "", "+8613900139000"
    identifiers.ask(user_id, phone, HERE, now())
    proof = ChangeProof(phone, new_code=code_for(phone), old_code=code_for(ANN))
    assert identifiers.confirm(user_id, proof, now()).status == "changed"
    compared: list[str] = []

    def watched(password: str, stored: str | None) -> bool:
        compared.extend([password] if stored else [])
        return False

    monkeypatch.setattr(passwords, "matches", watched)
    assert storm(200, lambda number: guess(identifier=(ANN, phone)[number % 2])) == {"invalid-credentials": 200}
    assert len(compared) == 5


def test_two_hundred_names_at_once_from_one_address_are_thirty() -> None:
    outcomes = storm(200, lambda number: guess(identifier=f"p{number}@example.com"))
    assert outcomes == {"invalid-credentials": 30, "too-many-requests": 170}


def test_of_fifty_uses_of_one_reset_code_one_wins_and_no_session_of_the_old_password_is_left() -> None:
    resets.ask(ResetRequest(ANN), HERE, "en", now())
    code = code_for(ANN)

    def act(number: int) -> Any:
        if number % 2:
            return guess(PASSWORD)
        return resets.confirm(ConfirmRequest(ANN, code, f"new horse battery {number}"), HERE, now())

    outcomes = storm(100, act)
    won = outcomes["done"]
    user_id = store.user_id_of(secrets.login(ANN)) or ""
    assert store_sessions.sessions(user_id, None, 10) == ([], None)
    assert won >= 1 and outcomes["invalid-or-expired"] == 49
    assert storm(1, lambda _: guess(PASSWORD)) == {"invalid-credentials": 1}
