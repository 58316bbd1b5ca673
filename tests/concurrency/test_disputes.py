"""Disputes under parallel use: refunds and a dispute of one payment never exceed it, and a dispute ends once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.disputes import deciding, service, store
from chalicelib.disputes.model import DecideRequest, DisputeRequest
from chalicelib.kernel import ids
from chalicelib.kernel.callers import Customer, Merchant, Operator
from chalicelib.ledger import allowance, audit
from chalicelib.ledger import service as ledger
from chalicelib.merchants import service as merchants
from chalicelib.merchants.model import NewMerchant
from chalicelib.payments import service as payments
from chalicelib.payments.model import PayRequest, RefundRequest
from chalicelib.settlement import service as settlement
from tests import ledger_kit
from tests.concurrency.test_access import now, storm
from tests.ledger_kit import OWNER, WALLET

ANA = Customer(OWNER, "ses_1", (WALLET,), tier=0, epoch=0, jurisdiction="CN", name="A***")
OLGA = Operator(ids.derived("usr", "olga"), "ses_2", "admin", second_factor=True)
AMOUNT = 5_000
WISH = DisputeRequest("not_received", "It has not come")


class Stand:
    """A shop without any floor, at which Ana has paid once, settled."""

    def __init__(self) -> None:
        began = now()
        ledger_kit.open_wallet(began)
        ledger_kit.put_in(AMOUNT, now())
        terms = merchants.join(OLGA, NewMerchant("Tea House", ["CNY"], 0, 0, floor=0), began)
        self.account, self.merchant_id = terms.account["CNY"], terms.merchant_id
        self.till = Merchant(self.merchant_id, "key_1", ("payments", "refunds"))
        order = PayRequest(WALLET, merchant_id=self.merchant_id, amount=AMOUNT, currency="CNY", order_reference="o-1")
        self.payment: str = json.loads(payments.pay(ANA, order, key("pay"), now()).body)["id"]
        self.settle()

    def settle(self) -> None:
        """All that waits."""
        settlement.sweep(now() + timedelta(minutes=6))

    def begin(self, amount: int, name: str) -> int:
        return service.begin(ANA, self.payment, DisputeRequest("not_me", "no", amount), key(name), now()).status

    def refund(self, amount: int, name: str) -> int:
        return payments.refund(
            self.till, self.payment, RefundRequest(amount), key(name, self.merchant_id), now()
        ).status

    @property
    def left(self) -> dict[str, Any]:
        return ledger.movement(self.payment)


def key(text: str, caller: str = OWNER) -> Any:
    return ledger_kit.key(text, caller=caller)


@pytest.fixture
def stand(atomic: None) -> Stand:
    return Stand()


def test_refunds_and_disputes_of_one_payment_together_never_exceed_it(stand: Stand) -> None:
    def act(number: int) -> int:
        name = f"act {number}"
        return stand.begin(1_500, name) if number % 2 else stand.refund(1_000, name)

    told = Counter(storm(32, act))
    assert set(told) == {201, 409}
    found = stand.left
    refunded = ledger.head(WALLET).available
    assert refunded + found["refundable"] + found.get("disputed", 0) == AMOUNT
    assert found["refundable"] < 1_000
    assert allowance.left(stand.account) == found["refundable"], "what is disputed is neither refunds' nor payouts'"
    stand.settle()
    assert audit.trial_balance().balanced


def test_of_all_who_end_a_dispute_at_once_one_does(stand: Stand) -> None:
    begun: str = json.loads(service.begin(ANA, stand.payment, WISH, key("begin"), now()).body)["id"]
    late, open_dispute = now() + timedelta(days=8), store.found(begun)

    def act(number: int) -> Any:
        ways: list[Callable[[], Any]] = [
            lambda: service.agree(stand.till, begun, key(f"agree {number}", stand.merchant_id), now()).status,
            lambda: decided("customer", number),
            lambda: decided("merchant", number),
            lambda: service.withdraw(ANA, begun, now()).status,
            lambda: deciding.refund(open_dispute, deciding.SILENCE, late) and 201,
        ]
        return ways[number % len(ways)]()

    def decided(side: Any, number: int) -> int:
        wish = DecideRequest(side, "looked at both sides")
        return deciding.decide(OLGA, begun, wish, key(f"{side} {number}", OLGA.user_id), now()).status

    told = Counter(storm(40, act))
    ended, found = store.found(begun), stand.left
    assert ended["state"] in ("refunded", "released", "withdrawn")
    won = told[201] if ended["state"] != "withdrawn" else 1
    assert won == 1, told
    assert ledger.head(WALLET).available == (AMOUNT if ended["state"] == "refunded" else 0)
    assert found.get("disputed", 0) == 0
    assert allowance.left(stand.account) == (0 if ended["state"] == "refunded" else AMOUNT)
    stand.settle()
    assert audit.trial_balance().balanced
