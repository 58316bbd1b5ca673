"""Gift cards under parallel use: one of many has the money, whoever claims, cancels or ends it."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from typing import Any

import pytest

from chalicelib.kernel import ids
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import CofferError, TooManyRequests, Unavailable
from chalicelib.ledger import audit, chart, service
from chalicelib.transfers import gifts
from chalicelib.transfers.model_gifts import GiftCardRequest, GiftClaimRequest, LookRequest
from tests import ledger_kit
from tests.concurrency.test_access import now, storm
from tests.ledger_kit import OWNER, WALLET

PEOPLE, PROCESSES, AMOUNT = 48, 4, 5_000
ANA = Customer(OWNER, "ses_1", (WALLET,), tier=0, epoch=0, jurisdiction="CN", name="A***")


def person(number: int) -> Customer:
    user = ids.derived("usr", f"claimer {number}")
    return Customer(user, "ses_1", (chart.wallet_of(user, "CNY"),), tier=0, epoch=0, jurisdiction="CN", name="B***")


def claim(number: int, code: str) -> tuple[int, str]:
    """(status, code); asked again under the same key where somebody was too busy, as a phone does."""
    one = person(number)
    for _ in range(20):
        try:
            wish = GiftClaimRequest(code, one.wallet_ids[0])
            receipt = gifts.claim(one, wish, ledger_kit.key(f"claim {number}", caller=one.user_id), now())
        except Unavailable:
            continue
        told = json.loads(receipt.body)
        return receipt.status, told.get("code", "")
    return 503, ""


def crowd(first: int, code: str) -> list[tuple[int, str]]:
    return [claim(number, code) for number in range(first, PEOPLE, PROCESSES)]


@pytest.fixture
def card(atomic: None) -> dict[str, Any]:
    began = now()
    ledger_kit.open_wallet(began)
    ledger_kit.put_in(AMOUNT, now())
    for number in range(PEOPLE):
        one = person(number)
        service.open_wallet(one.wallet_ids[0], one.user_id, "CNY", 0, began)
    bought = gifts.buy(ANA, GiftCardRequest(WALLET, AMOUNT, "CNY"), ledger_kit.key("gift"), now())
    assert bought.status == 201, bought.body
    made: dict[str, Any] = json.loads(bought.body)
    return made


def worth() -> int:
    return sum(service.head(person(number).wallet_ids[0]).available for number in range(PEOPLE))


def test_of_many_who_bring_one_code_in_four_processes_one_has_the_money(card: dict[str, Any]) -> None:
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        told = [one for found in pool.map(crowd, range(PROCESSES), [card["code"]] * PROCESSES) for one in found]
    assert Counter(told) == {(201, ""): 1, (409, "invalid-state"): PEOPLE - 1}
    assert (worth(), service.head(WALLET).available) == (AMOUNT, 0)
    assert audit.trial_balance().balanced


def test_of_claiming_cancelling_and_the_end_of_its_year_one_has_it(card: dict[str, Any]) -> None:
    late = now() + timedelta(days=366)

    def act(number: int) -> int:
        if number % 3 == 0:
            return claim(number, card["code"])[0]
        if number % 3 == 1:
            return gifts.cancel(ANA, card["id"], ledger_kit.key(f"cancel {number}"), now()).status
        return 201 if gifts.go_on(card["id"], late) else 409

    told = Counter(storm(24, act))
    assert told[201] == 1, told
    assert worth() + service.head(WALLET).available == AMOUNT
    assert audit.trial_balance().balanced


def test_whoever_looks_at_many_codes_at_once_is_held_back_at_the_limit(card: dict[str, Any]) -> None:
    at = now().replace(minute=30)

    def look(number: int) -> str:
        try:
            gifts.look(person(0), LookRequest("0" * 20), at)
        except TooManyRequests:
            return "held back"
        except CofferError as refused:
            return refused.code
        return "found"

    assert Counter(storm(32, look)) == {"not-found": 20, "held back": 12}
