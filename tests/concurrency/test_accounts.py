"""An account's end and what it leaves, under parallel use: no money is lost in it, and what comes back comes once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from chalicelib.identity import deletion, passwords, profile, service, trash
from chalicelib.identity.model import ProfileRequest, TokensView
from chalicelib.identity.model_arrivals import Arrival
from chalicelib.identity.model_deletion import RestoreRequest
from chalicelib.kernel import ids
from chalicelib.ledger import audit, chart, crediting
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Draft, Entry, Known, Movement
from tests.concurrency.test_access import ANN, asked, now, prove, storm, tally
from tests.people import CHEAP, PASSWORD


@pytest.fixture(autouse=True)
def cheap(atomic: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


def credit(wallet: str, user_id: str, name: str) -> Any:
    """100 more, as a top-up brings them."""

    def build(at: datetime, known: Known) -> Draft:
        top_up = ids.derived("top", name)
        change, credited = crediting.credit(wallet, "CNY", 100, known)
        postings = credited | {chart.clearing("sandbox", "CNY"): -100}
        movement = Movement(top_up, "top-up", wallet, 100, "CNY", "succeeded", at)
        return Draft(movement, (change,), Entry(top_up, "top-up", "CNY", at, postings, owner=user_id))

    return ledger.commit(build, now())


@pytest.mark.parametrize("turn", range(5))
def test_credits_and_deletions_at_once_never_end_an_account_with_money(turn: int) -> None:
    user = prove(asked()).user
    (wallet,) = user.wallets

    def act(number: int) -> Any:
        if number % 4 == turn % 4:
            return deletion.delete(user.id, PASSWORD, "", now())
        return credit(wallet, user.id, f"{turn}-{number}")

    outcomes = storm(16, act)
    assert set(tally(outcomes)) <= {"done", "balance-left", "invalid-state"}
    head, credits = ledger.head(wallet), 12 * 100
    if head.status == "closed":
        assert (head.available, head.held, head.debt) == (0, 0, 0)
    else:
        assert (head.status, head.available) == ("active", credits)
    assert audit.trial_balance().balanced


def test_of_five_restores_at_once_one_wins() -> None:
    user = prove(asked()).user
    deletion.delete(user.id, PASSWORD, "", now())
    claim = RestoreRequest(ANN, PASSWORD)
    outcomes = storm(5, lambda _: deletion.restore(claim, Arrival("phone", source_address="203.0.113.7"), now()))
    assert tally(outcomes) == {"done": 1, "invalid-credentials": 4}
    (tokens,) = [one for one in outcomes if isinstance(one, TokensView)]
    customer = service.customer_of(tokens.access_token, now())
    head = ledger.head(user.wallets[0])
    assert (head.status, head.epoch) == ("active", customer.epoch)


def test_of_fifty_who_put_one_thing_back_one_wins() -> None:
    user = prove(asked()).user
    profile.change(user.id, ProfileRequest(display_name="Bea"), now())
    ((kept,), _) = trash.listed(user.id, None, 10, now())
    assert tally(storm(50, lambda _: trash.restore(user.id, kept.id, now()))) == {"done": 1, "not-found": 49}
    assert service.profile(user.id).display_name == "Ann"
    assert len(trash.listed(user.id, None, 10, now())[0]) == 1


def test_ten_who_overwrite_one_name_keep_every_name_there_was() -> None:
    user = prove(asked()).user
    wishes = [ProfileRequest(display_name=f"Name {number}") for number in range(10)]
    outcomes = storm(10, lambda number: profile.change(user.id, wishes[number], now()))
    changed = [wishes[number].display_name for number, one in enumerate(outcomes) if not isinstance(one, str)]
    kept = [one.fields["display_name"] for one in trash.listed(user.id, None, 50, now())[0]]
    assert set(tally(outcomes)) <= {"done", "unavailable"}
    assert sorted([*kept, service.profile(user.id).display_name]) == sorted(["Ann", *map(str, changed)])
