"""Codes and refresh tokens under parallel use: one of fifty wins, and at most five guesses are looked at."""

from __future__ import annotations

import hmac
import itertools
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.identity import codes, passwords, service, sessions, signing_in, signing_up
from chalicelib.identity.model import SignInRequest, SignUpRequest, TokensView, VerifyRequest
from chalicelib.identity.model_arrivals import Arrival
from chalicelib.kernel.errors import CofferError
from chalicelib.ledger import service as ledger
from tests.people import CHEAP, PASSWORD, code_for

ANN = "ann@example.com"


@pytest.fixture(autouse=True)
def cheap(atomic: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


def now() -> datetime:
    return datetime.now(UTC)


def storm(times: int, act: Callable[[int], Any]) -> list[Any]:
    """What `act` gave each time, or the code of the error it raised; 32 at once."""

    def once(number: int) -> Any:
        try:
            return act(number)
        except CofferError as error:
            return error.code

    with ThreadPoolExecutor(32) as pool:
        return list(pool.map(once, range(times)))


def tally(outcomes: list[Any]) -> Counter[str]:
    return Counter(one if isinstance(one, str) else "done" for one in outcomes)


def asked() -> str:
    """The code sent to Ann."""
    signing_up.sign_up(SignUpRequest(ANN, PASSWORD, "Ann", "en", "CN"), "203.0.113.7", now())
    return code_for(ANN)


def prove(code: str) -> Any:
    return signing_up.verify(VerifyRequest(ANN, code), "phone", now())


def signed_in() -> TokensView:
    let_in = signing_in.sign_in(SignInRequest(ANN, PASSWORD), Arrival("phone", source_address="203.0.113.7"), now())
    assert isinstance(let_in, TokensView)
    return let_in


def test_of_fifty_uses_of_one_code_one_wins() -> None:
    code = asked()
    assert tally(storm(50, lambda _: prove(code))) == {"done": 1, "invalid-or-expired": 49}


def test_two_hundred_guesses_at_once_are_five_comparisons(monkeypatch: pytest.MonkeyPatch) -> None:
    code = asked()
    compared: list[bool] = []

    def counted(one: str, other: str) -> bool:
        compared.append(one == other)
        return hmac.compare_digest(one, other)

    monkeypatch.setattr(codes, "hmac", SimpleNamespace(compare_digest=counted))
    guess = f"{(int(code) + 1) % 1_000_000:06d}"
    assert tally(storm(200, lambda _: prove(guess))) == {"invalid-or-expired": 200}
    assert compared == [False] * 5
    assert tally(storm(1, lambda _: prove(code))) == {"invalid-or-expired": 1}


def test_fifty_refreshes_of_one_device_have_one_successor() -> None:
    prove(asked())
    token = signed_in().refresh_token
    outcomes = storm(50, lambda _: sessions.refreshed(token, "phone", now()))
    assert tally(outcomes) == {"done": 50}
    assert len({one.refresh_token for one in outcomes}) == 1


def test_of_fifty_devices_with_one_token_one_wins_and_then_nobody_has_anything() -> None:
    prove(asked())
    token = signed_in().refresh_token
    outcomes = storm(50, lambda number: sessions.refreshed(token, f"device {number}", now()))
    assert tally(outcomes) == {"done": 1, "invalid-token": 49}
    (winner,) = [one for one in outcomes if not isinstance(one, str)]
    assert tally(storm(1, lambda _: sessions.refreshed(winner.refresh_token, "device", now()))) == {"invalid-token": 1}
    customer = service.customer_of(winner.access_token, now())
    assert ledger.head(customer.wallet_ids[0]).epoch > customer.epoch


def test_sign_outs_and_refreshes_at_once_leave_the_others_able_to_pay() -> None:
    prove(asked())
    kept, leaving = signed_in(), [signed_in() for _ in range(10)]
    moves = itertools.cycle([True, False])
    plan = [(next(moves), tokens) for tokens in leaving for _ in range(2)]

    def move(number: int) -> object:
        signs_out, tokens = plan[number]
        customer = service.customer_of(tokens.access_token, now())
        if signs_out:
            return sessions.sign_out(customer.user_id, customer.session_id)
        return sessions.refreshed(tokens.refresh_token, "phone", now())

    outcomes = storm(len(plan), move)
    last = service.customer_of(sessions.refreshed(kept.refresh_token, "phone", now()).access_token, now())
    epoch = ledger.head(last.wallet_ids[0]).epoch
    assert last.epoch == epoch
    refreshed = [one for one in outcomes if isinstance(one, TokensView)]
    assert all(service.customer_of(one.access_token, now()).epoch < epoch for one in refreshed)
