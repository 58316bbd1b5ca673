"""Credit under parallel use: no more than the line is ever lent, and nothing is taken twice."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.credit import collecting, lines, quoting, service, store
from chalicelib.credit import plan as plans
from chalicelib.credit.model_views import InstalmentQuoteRequest, RepaymentRequest
from chalicelib.kernel import ids
from chalicelib.kernel.callers import Customer, Merchant, Operator
from chalicelib.ledger import audit, chart
from chalicelib.ledger import service as ledger
from chalicelib.merchants import service as merchants
from chalicelib.merchants.model import NewMerchant
from chalicelib.payments import instalments
from chalicelib.payments import service as payments
from chalicelib.payments.model import RefundRequest
from chalicelib.payments.model_instalments import InstalmentPlanRequest
from tests import ledger_kit
from tests.concurrency.test_access import now, storm
from tests.ledger_kit import OWNER, WALLET

ANA = Customer(OWNER, "ses_1", (WALLET,), tier=2, epoch=0, jurisdiction="CN")
OLGA = Operator(ids.derived("usr", "olga"), "ses_2", "admin", second_factor=True)
ACCOUNT = chart.credit_of(OWNER, "CNY")
LIMIT = 200_000


@pytest.fixture
def shop(atomic: None) -> str:
    """Where she buys; she has a line."""
    ledger.open_wallet(WALLET, OWNER, "CNY", 2, now())
    ledger_kit.put_in(3_000_000, now())
    assert lines.ask(ANA, now() + timedelta(seconds=1)).limit == LIMIT
    return merchants.join(OLGA, NewMerchant("Tea", ["CNY"], 60, floor=-100_000), now()).merchant_id


def quoted(amount: int, kind: Any = "cash", plan: Any = "three") -> dict[str, str]:
    told = quoting.quote(ANA, InstalmentQuoteRequest(kind, plan, amount, "CNY"), "en", now())
    return {"quote_id": told.quote.id, "quote_hash": told.hash}


def agree(part: dict[str, str], name: str, **what: Any) -> Any:
    wish = InstalmentPlanRequest(wallet_id=WALLET, **part, **what)
    return instalments.agree(ANA, wish, ledger_kit.key(f"agree {name}"), now())


def bought(shop: str, amount: int = 60_000) -> str:
    what = {"merchant_id": shop, "amount": amount, "currency": "CNY", "order_reference": "a"}
    return str(json.loads(agree(quoted(amount, "purchase"), "one", **what).body)["id"])


def lent() -> int:
    return -ledger.head(ACCOUNT).available


def owed() -> int:
    return sum(one.plan.principal_owed for one in store.plans(ACCOUNT) if one.plan.state == "active")


def test_loans_at_once_come_to_the_limit_and_no_further(shop: str) -> None:
    parts = [quoted(30_000) for _ in range(12)]
    told = Counter(storm(12, lambda number: agree(parts[number], str(number)).status))
    assert told == {201: 6, 409: 6}
    assert (lent(), owed(), ledger.head(WALLET).available) == (180_000, 180_000, 3_180_000)
    assert audit.trial_balance().balanced


def test_one_quote_under_many_keys_is_one_plan(shop: str) -> None:
    part = quoted(30_000)
    told = Counter(storm(16, lambda number: agree(part, str(number)).status))
    assert (told, lent(), len(store.plans(ACCOUNT))) == ({201: 1, 409: 15}, 30_000, 1)


def test_many_sweeps_at_once_take_an_instalment_once(shop: str) -> None:
    plan = bought(shop)
    (kept,) = store.plans(ACCOUNT)
    first = kept.plan.parts[0]
    on_its_day = midday(first.due_on)
    storm(16, lambda number: collecting.collect(ACCOUNT, on_its_day))
    assert (lent(), ledger.head(WALLET).available) == (60_000 - first.principal, 3_000_000 - first.amount)
    assert service.view(ANA, plan, on_its_day).due == 0
    assert audit.trial_balance().balanced


def test_sweeps_and_its_owner_who_pays_all_take_what_was_owed_and_no_more(shop: str) -> None:
    plan = bought(shop)
    (kept,) = store.plans(ACCOUNT)
    at = midday(kept.plan.parts[0].due_on)

    def act(number: int) -> Any:
        if number % 2:
            return collecting.collect(ACCOUNT, at)
        return service.repay(ANA, plan, RepaymentRequest(), ledger_kit.key(f"all {number}"), at).status

    storm(16, act)
    (after,) = store.plans(ACCOUNT)
    paid = plans.paid(after.plan)
    assert (after.plan.state, lent(), paid.principal) == ("repaid", 0, 60_000)
    assert ledger.head(WALLET).available == 3_000_000 - paid.amount
    assert audit.trial_balance().balanced


def test_refunds_and_repayments_at_once_add_up(shop: str) -> None:
    plan = bought(shop)
    (kept,) = store.plans(ACCOUNT)
    till = Merchant(shop, "key_1", ("payments", "refunds"))

    def act(number: int) -> int:
        if number % 2:
            wish = RefundRequest(5_000)
            return payments.refund(till, kept.payment, wish, ledger_kit.key(f"r{number}", caller=shop), now()).status
        return service.repay(ANA, plan, RepaymentRequest(4_000), ledger_kit.key(f"p{number}"), now()).status

    told = Counter(storm(12, act))
    assert told == {201: 12}
    assert (lent(), owed()) == (60_000 - 6 * 9_000, 60_000 - 6 * 9_000)
    assert ledger.head(WALLET).available == 3_000_000 - 6 * 4_000
    assert audit.trial_balance().balanced


def midday(day: Any) -> datetime:
    return now().replace(year=day.year, month=day.month, day=day.day, hour=12)
