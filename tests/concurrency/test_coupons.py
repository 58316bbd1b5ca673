"""Coupons under parallel use: a budget is handed out whole and no further, and a coupon pays once."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import pytest

from chalicelib.kernel import ids
from chalicelib.kernel.callers import Customer, Merchant, Operator
from chalicelib.kernel.errors import CouponsExhausted
from chalicelib.ledger import audit, service
from chalicelib.merchants import service as merchants
from chalicelib.merchants.model import NewMerchant
from chalicelib.payments import service as payments
from chalicelib.payments.model import PayRequest, RefundRequest
from chalicelib.rewards import service as rewards
from chalicelib.rewards import templates
from chalicelib.rewards.model import Words
from chalicelib.rewards.model_views import NewTemplate
from tests import ledger_kit
from tests.concurrency.test_access import now, storm
from tests.ledger_kit import OWNER, WALLET

ANA = Customer(OWNER, "ses_1", (WALLET,), tier=0, epoch=0, jurisdiction="CN")
OLGA = Operator(ids.derived("usr", "olga"), "ses_2", "admin", second_factor=True)
WORDS = Words("Five off", "立减五元")


def template(count: int, total: int = 10**9) -> str:
    wish = NewTemplate(WORDS, WORDS, "CNY", count, total, amount_off=500, valid_days=30)
    return templates.make(OLGA, wish, now()).id


def issue(template_id: str, name: str) -> str:
    """The coupon's id, or why there is none."""
    try:
        return rewards.issue(template_id, ids.derived("usr", name), "operator", name, now()).id
    except CouponsExhausted as refused:
        return refused.code


def issue_many(template_id: str, process: int) -> list[str]:
    return [issue(template_id, f"p{process}-{number}") for number in range(16)]


@pytest.mark.parametrize(("count", "total"), [(40, 10**9), (10**6, 40 * 500 + 499)])
def test_many_at_once_get_all_of_a_budget_and_nothing_more(atomic: None, count: int, total: int) -> None:
    of = template(count, total)
    told = Counter(storm(64, lambda number: issue(of, f"p{number}")))
    assert (told.pop("coupons-exhausted"), len(told), set(told.values())) == (24, 40, {1})
    assert sum(left.count for _, left in rewards.store.left(of)) == 0


def test_four_processes_together_issue_a_budget_and_nothing_more(atomic: None) -> None:
    """Nothing in a process's memory keeps the budget."""
    of = template(50)
    with ProcessPoolExecutor(4, get_context("spawn")) as pool:
        told = [one for found in pool.map(issue_many, [of] * 4, range(4)) for one in found]
    assert (told.count("coupons-exhausted"), len(set(told))) == (4 * 16 - 50, 50 + 1)
    assert sum(left.count for _, left in rewards.store.left(of)) == 0


def test_one_person_asking_many_times_at_once_gets_one(atomic: None) -> None:
    of = template(40)
    told = storm(24, lambda number: issue(of, "ana"))
    assert len(set(told)) == 1
    assert sum(left.count for _, left in rewards.store.left(of)) == 39


@pytest.fixture
def shop(atomic: None) -> str:
    ledger_kit.open_wallet(now())
    ledger_kit.put_in(100_000, now())
    return merchants.join(OLGA, NewMerchant("Tea", ["CNY"], 60, floor=-100_000), now()).merchant_id


def pay(shop: str, coupon: str, name: str) -> Any:
    wish = PayRequest(
        wallet_id=WALLET,
        coupon_id=coupon,
        merchant_id=shop,
        amount=2_000,
        currency="CNY",
        order_reference=name,
        confirm_duplicate=True,
    )
    return payments.pay(ANA, wish, ledger_kit.key(f"pay {name}"), now())


def test_of_parallel_payments_with_one_coupon_one_goes_through(shop: str) -> None:
    coupon = rewards.issue(template(5), OWNER, "operator", "ana", now()).id
    assert Counter(storm(16, lambda number: pay(shop, coupon, f"o{number}").status)) == {201: 1, 409: 15}
    assert service.head(WALLET).available == 98_500
    assert audit.trial_balance().balanced


def test_parallel_refunds_of_what_a_coupon_paid_add_up_exactly(shop: str) -> None:
    """Eleven parts of 181 and one of 9, none of which the discount of 500 divides."""
    coupon = rewards.issue(template(5), OWNER, "operator", "ana", now()).id
    paid = json.loads(pay(shop, coupon, "o").body)["id"]
    till = Merchant(shop, "key_1", ("payments", "refunds"))

    def refund(number: int) -> tuple[int, int]:
        wish = RefundRequest(181 if number < 11 else 9)
        receipt = payments.refund(till, paid, wish, ledger_kit.key(f"ref {number}", caller=shop), now())
        return receipt.status, json.loads(receipt.body).get("discount", 0)

    told = storm(12, refund)
    assert Counter(status for status, _ in told) == {201: 12}
    assert sum(discount for _, discount in told) == 500
    found = rewards.store.coupon(coupon)
    assert found is not None
    assert (service.head(WALLET).available, found.state) == (100_000, "active")
    assert audit.trial_balance().balanced
