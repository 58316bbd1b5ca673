"""Prepaid cards under parallel use: exactly what is on one is spent, and nothing is lost whatever happens at once."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from chalicelib.kernel import ids
from chalicelib.kernel.callers import Customer, Operator
from chalicelib.ledger import audit, cards, chart, lots, service
from chalicelib.merchants import cards as plans
from chalicelib.merchants import service as merchants
from chalicelib.merchants.model import NewMerchant
from chalicelib.merchants.model_cards import NewPlan, Plan
from chalicelib.payments import card_ending, carding
from chalicelib.payments import service as payments
from chalicelib.payments.model import PayRequest
from chalicelib.payments.model_cards import BuyRequest, CardTerms
from tests import ledger_kit
from tests.concurrency.test_access import now, storm
from tests.ledger_kit import OWNER, WALLET

ANA = Customer(OWNER, "ses_1", (WALLET,), tier=0, epoch=0, jurisdiction="CN")
OLGA = Operator(ids.derived("usr", "olga"), "ses_2", "admin", second_factor=True)
PRICE, BONUS = 5_000, 2_000


@pytest.fixture
def plan(atomic: None) -> Plan:
    began = now()
    ledger_kit.open_wallet(began)
    ledger_kit.put_in(100_000, now())
    shop = merchants.join(OLGA, NewMerchant("Tea", ["CNY"], 60), now())
    return plans.offer(OLGA, shop.merchant_id, NewPlan("Teas", "CNY", PRICE, BONUS, 90), now())


def buy(plan: Plan, name: str) -> int:
    until = plan.until(now())
    agreed = CardTerms(PRICE, BONUS, 0, cards.ends_at(until) if until else None)
    return carding.buy(ANA, BuyRequest(WALLET, plan.id, agreed), key("cards", name), now()).status


def pay(plan: Plan, amount: int, name: str) -> int:
    wish = PayRequest(
        wallet_id=WALLET,
        card_id=card_of(plan),
        merchant_id=plan.merchant_id,
        amount=amount,
        currency="CNY",
        order_reference=name,
        confirm_duplicate=True,
    )
    return payments.pay(ANA, wish, key("pay", name), now()).status


def key(route: str, name: str) -> Any:
    return ledger_kit.key(f"{route} {name}")


def card_of(plan: Plan) -> str:
    return chart.card_of(OWNER, plan.merchant_id, "CNY")


def held(plan: Plan) -> tuple[int, int]:
    """Principal and bonus; the bonus's head is what its lots say."""
    card = cards.found(card_of(plan))
    assert card is not None
    bonus = service.head(card.bonus).available
    assert bonus == lots.total(card.seen)
    return service.head(card.id).available, bonus


def test_of_parallel_payments_from_one_card_exactly_as_many_go_through_as_it_holds(plan: Plan) -> None:
    assert buy(plan, "first") == 201
    told = Counter(storm(24, lambda number: pay(plan, 900, f"p{number}")))
    assert told == {201: (PRICE + BONUS) // 900, 409: 24 - (PRICE + BONUS) // 900}
    assert held(plan) == ((PRICE + BONUS) % 900, 0)
    assert audit.trial_balance().balanced


def test_a_first_card_bought_by_many_at_once_is_one_card_with_all_of_it(plan: Plan) -> None:
    told = Counter(storm(6, lambda number: buy(plan, f"b{number}")))
    assert told == {201: 6}
    assert (held(plan), cards.listed(OWNER).ids) == ((6 * PRICE, 6 * BONUS), (card_of(plan),))
    assert service.head(WALLET).available == 100_000 - 6 * PRICE
    assert audit.trial_balance().balanced


@pytest.mark.parametrize("turn", range(3))
def test_buying_spending_and_taking_back_at_once_lose_nothing(plan: Plan, turn: int) -> None:
    buy(plan, "first")

    def act(number: int) -> Any:
        if number % 4 == 0:
            return ("bought", buy(plan, f"b{turn}-{number}"))
        if number % 4 == 1:
            receipt = card_ending.cash_out(ANA, card_of(plan), key("out", f"{turn}-{number}"), now())
            return ("back", receipt.status, json.loads(receipt.body).get("bonus_reversed", 0))
        return ("paid", pay(plan, 700, f"p{turn}-{number}"))

    told = storm(16, act)
    bought = 1 + sum(one == ("bought", 201) for one in told)
    spent = 700 * sum(one == ("paid", 201) for one in told)
    reversed_ = sum(one[2] for one in told if one[0] == "back")
    principal, bonus = held(plan)
    assert bought == 5 and all(one[1] in (201, 409) for one in told)
    assert principal + bonus + service.head(WALLET).available + spent + reversed_ == 100_000 + bought * BONUS
    assert audit.trial_balance().balanced


def test_a_bonus_that_is_over_is_taken_off_once_however_many_sweeps_find_it(plan: Plan) -> None:
    buy(plan, "first")
    later = now().replace(year=now().year + 1)
    assert Counter(storm(8, lambda number: expire(plan, later))) == {True: 1, False: 7}
    assert held(plan) == (PRICE, 0)


def expire(plan: Plan, at: datetime) -> bool:
    return card_ending.expire(card_of(plan), at)
