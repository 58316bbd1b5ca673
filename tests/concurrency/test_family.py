"""Family cards under parallel use: the month's cap holds, and an ended card pays nothing that was not paid before."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from typing import Any

import pytest

from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Customer, Merchant, Operator
from chalicelib.ledger import audit, chart, model, service
from chalicelib.ledger.model import Draft, Leg
from chalicelib.merchants import service as merchants
from chalicelib.merchants.model import NewMerchant
from chalicelib.payments import family, store_family
from chalicelib.payments import service as payments
from chalicelib.payments.model import PayRequest, RefundRequest
from chalicelib.payments.model_family import NEVER, FamilyCard, FamilyCardChange
from tests import ledger_kit
from tests.concurrency.test_access import now, storm
from tests.ledger_kit import OWNER

PROCESSES = 4
SON = ids.derived("usr", "son")
OLGA = Operator(ids.derived("usr", "olga"), "ses_2", "admin", second_factor=True)


def customer(user_id: str) -> Customer:
    return Customer(user_id, "ses_1", (chart.wallet_of(user_id, "CNY"),), tier=0, epoch=0, jurisdiction="CN")


def given(cap: int) -> FamilyCard:
    """Accepted, as `family.offer` writes it."""
    at = now()
    card = FamilyCard(
        id=ids.new("fam", at),
        owner=OWNER,
        owner_name="A***",
        holder=SON,
        holder_name="S***",
        jurisdiction="CN",
        tier=0,
        currency="CNY",
        created_at=clock.written(at),
        name="",
        cap=cap,
        approval_above=NEVER,
        categories="",
    )
    commit(*store_family.offering(card, at))
    commit(store_family.accepting(card, at))
    return replace(card, status="active")


def commit(*legs: Leg) -> None:
    service.commit(lambda at, known: Draft(None, (), None, legs=legs), now())


def pay(shop: str, card: str, amount: int, name: str) -> Any:
    wish = PayRequest(
        wallet_id=chart.wallet_of(SON, "CNY"),
        family_card_id=card,
        merchant_id=shop,
        amount=amount,
        currency="CNY",
        order_reference=name,
        confirm_duplicate=True,
    )
    return payments.pay(customer(SON), wish, ledger_kit.key(f"pay {name}", caller=SON), now())


def told(receipt: Any) -> int | str:
    """The status, or the code of the refusal."""
    return 201 if receipt.status == 201 else str(json.loads(receipt.body)["code"])


def pay_many(shop: str, card: str, process: int) -> list[int | str]:
    return [told(pay(shop, card, 300, f"p{process}-{number}")) for number in range(6)]


@pytest.fixture
def shop(atomic: None) -> str:
    ledger_kit.open_wallet(now())
    ledger_kit.put_in(100_000, now())
    service.open_wallet(chart.wallet_of(SON, "CNY"), SON, "CNY", 0, now())
    return merchants.join(OLGA, NewMerchant("Tea", ["CNY"], 60, floor=-100_000), now()).merchant_id


def left() -> int:
    return service.head(chart.wallet_of(OWNER, "CNY")).available


def spent(card: FamilyCard) -> int:
    found = store_family.card(card.id)
    assert found is not None
    return found.spent.get(model.month_sum(now()), 0)


def test_many_processes_at_once_pay_up_to_the_cap_and_no_further(shop: str) -> None:
    """Nothing in a process's memory keeps it."""
    card = given(4_000)
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        every = pool.map(pay_many, [shop] * PROCESSES, [card.id] * PROCESSES, range(PROCESSES))
        answers = Counter(one for found in every for one in found)
    assert answers == {201: 13, "limit-reached": PROCESSES * 6 - 13}
    assert (left(), spent(card)) == (100_000 - 3_900, 3_900)
    assert audit.trial_balance().balanced


def test_a_card_that_is_ended_while_it_pays_pays_what_was_before_and_nothing_after(shop: str) -> None:
    card = given(50_000)

    def act(number: int) -> int | str:
        if number == 8:
            return family.end(customer(OWNER), card.id, now()).status
        return told(pay(shop, card.id, 300, f"o{number}"))

    answers = Counter(storm(17, act))
    assert answers[201] + answers["invalid-state"] == 16
    assert (left(), spent(card)) == (100_000 - 300 * answers[201], 300 * answers[201])
    assert told(pay(shop, card.id, 300, "after")) == "invalid-state"


def test_a_cap_that_is_lowered_while_it_pays_holds_from_then_on(shop: str) -> None:
    card = given(6_000)

    def act(number: int) -> int | str:
        if number == 4:
            return family.change(customer(OWNER), card.id, FamilyCardChange(monthly_cap=1_000), now()).status
        return told(pay(shop, card.id, 300, f"o{number}"))

    answers = Counter(storm(25, act))
    assert spent(card) == 300 * answers[201] <= 6_000
    assert told(pay(shop, card.id, 1_001, "large")) == "limit-reached"
    assert left() == 100_000 - spent(card)


def test_refunds_and_payments_at_once_leave_the_month_exactly_what_was_kept(shop: str) -> None:
    card, till = given(50_000), Merchant(shop, "key_1", ("payments", "refunds"))
    paid = [json.loads(pay(shop, card.id, 900, f"before{number}").body)["id"] for number in range(4)]

    def act(number: int) -> int:
        if number % 2:
            return int(pay(shop, card.id, 300, f"o{number}").status)
        wish, key = RefundRequest(100), ledger_kit.key(f"ref {number}", caller=shop)
        return int(payments.refund(till, paid[number % 4], wish, key, now()).status)

    assert Counter(storm(16, act)) == {201: 16}
    assert (spent(card), left()) == (4 * 900 + 8 * 300 - 8 * 100, 100_000 - spent(card))
    assert audit.trial_balance().balanced


def test_ten_cards_are_given_at_once_and_never_eleven(shop: str) -> None:
    def act(number: int) -> int | str:
        try:
            given(100 + number)
        except Exception as refused:  # its code is what is counted
            return str(getattr(refused, "code", refused))
        return 201

    assert Counter(storm(16, act)) == {201: 10, "limit-reached": 6}
