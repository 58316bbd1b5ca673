"""Points under parallel use: nobody spends one twice, and each movement counts once, in any order."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import pytest

from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Customer, Merchant, Operator
from chalicelib.ledger import audit, chart, lots, points, service, store
from chalicelib.ledger.wire import plain_item
from chalicelib.merchants import categorising
from chalicelib.merchants import service as merchants
from chalicelib.merchants.model import NewMerchant
from chalicelib.payments import service as payments
from chalicelib.payments.model import PayRequest, PointsPart, RefundRequest
from chalicelib.rewards import earning, programmes, templates
from chalicelib.rewards import points as rewards
from chalicelib.rewards.model import Words
from chalicelib.rewards.model_points import PointsWorth
from chalicelib.rewards.model_points_views import NewProgramme, NewReward, NewRule, RedemptionRequest
from chalicelib.rewards.model_views import NewTemplate
from chalicelib.settings import settings
from tests import ledger_kit
from tests.concurrency.test_access import now, storm
from tests.ledger_kit import OWNER, WALLET

ANA = Customer(OWNER, "ses_1", (WALLET,), tier=0, epoch=0, jurisdiction="CN")
OLGA = Operator(ids.derived("usr", "olga"), "ses_2", "admin", second_factor=True)
WORDS = Words("Leaves", "茶叶积分")


@pytest.fixture
def shop(atomic: None) -> str:
    ledger_kit.open_wallet(now())
    ledger_kit.put_in(1_000_000, now())
    return merchants.join(OLGA, NewMerchant("Tea", ["CNY"], 60, floor=-100_000), now()).merchant_id


@pytest.fixture
def of(shop: str) -> str:
    """A programme in which everything paid brings a point for each minor unit."""
    wish = NewProgramme(WORDS, WORDS, "CNY", PointsWorth(1, 1), 1, 12)
    made = programmes.make(OLGA, wish, now()).id
    programmes.add_rule(OLGA, made, NewRule("payment", 1, 1, WORDS), now())
    return made


def account(of: str) -> points.Account:
    return points.found(OWNER, of)


def has(of: str) -> int:
    """On the head and in the lots alike."""
    held = service.head(chart.points_of(OWNER, of)).available
    assert held == lots.total(account(of).seen)
    return held


def pay(shop: str, name: str, amount: int = 1_000, part: PointsPart | None = None) -> Any:
    wish = PayRequest(
        wallet_id=WALLET,
        points=part,
        merchant_id=shop,
        amount=amount,
        currency="CNY",
        order_reference=name,
        confirm_duplicate=True,
    )
    return payments.pay(ANA, wish, ledger_kit.key(f"pay {name}"), now())


def refund(shop: str, paid: str, amount: int, name: str) -> Any:
    key = ledger_kit.key(f"ref {name}", caller=shop)
    return payments.refund(Merchant(shop, "key_1", ("payments", "refunds")), paid, RefundRequest(amount), key, now())


def told() -> list[dict[str, Any]]:
    """Every entry of money that the stream may tell."""
    found = [plain_item(one) for one in store.everything(settings().journal_table)]
    return [one for one in found if one["currency"] == "CNY" and one["kind"] in ("payment", "refund")]


def hear(entry: dict[str, Any]) -> int:
    return earning.hear([entry], categorising.category)


def earned(shop: str, of: str, amount: int) -> None:
    assert pay(shop, f"earn {amount}", amount).status == 201
    for entry in told():
        hear(entry)
    assert has(of) == amount


def test_a_movement_that_many_consumers_hear_at_once_counts_once(shop: str, of: str) -> None:
    for number in range(3):
        assert pay(shop, f"o{number}", 700).status == 201
    entries = told()
    heard = storm(24, lambda number: hear(entries[number % 3]))
    assert (sum(heard), has(of)) == (3, 2_100)
    assert audit.trial_balance().balanced


def test_refunds_and_their_purchase_heard_at_once_in_any_order_leave_what_is_right(shop: str, of: str) -> None:
    """Seven parts of 143 of a purchase of 1,003: of each minor unit that stays a point stays."""
    paid = json.loads(pay(shop, "o", 1_003).body)["id"]
    for number in range(7):
        assert refund(shop, paid, 143, str(number)).status == 201
    entries = told()
    storm(24, lambda number: hear(entries[number % len(entries)]))
    assert has(of) == 2
    assert audit.trial_balance().balanced


def test_of_parallel_redemptions_and_payments_no_point_is_spent_twice(shop: str, of: str) -> None:
    wish = NewTemplate(WORDS, WORDS, "CNY", 100, 10**9, amount_off=500, valid_days=30)
    template = templates.make(OLGA, wish, now()).id
    programmes.add_reward(OLGA, of, NewReward(template, 300), now())
    earned(shop, of, 1_000)

    def spend(number: int) -> int:
        if number % 2:
            return int(pay(shop, f"p{number}", 400, PointsPart(of, 300)).status)
        asked = RedemptionRequest(of, template)
        return int(rewards.redeem(ANA, asked, ledger_kit.key(f"red {number}"), now()).status)

    assert Counter(storm(16, spend)) == {201: 3, 409: 13}
    assert has(of) == 100
    assert audit.trial_balance().balanced


def redeem_many(of: str, template: str, process: int) -> list[int]:
    asked = RedemptionRequest(of, template)
    return [rewards.redeem(ANA, asked, ledger_kit.key(f"red {process} {n}"), clock.now()).status for n in range(4)]


def test_four_processes_together_redeem_what_there_is_and_nothing_more(shop: str, of: str) -> None:
    wish = NewTemplate(WORDS, WORDS, "CNY", 5, 10**9, amount_off=500, valid_days=30)
    template = templates.make(OLGA, wish, now()).id
    programmes.add_reward(OLGA, of, NewReward(template, 10), now())
    earned(shop, of, 1_000)
    with ProcessPoolExecutor(4, get_context("spawn")) as pool:
        statuses = [one for found in pool.map(redeem_many, [of] * 4, [template] * 4, range(4)) for one in found]
    assert Counter(statuses) == {201: 5, 409: 11}
    assert has(of) == 950


def test_parallel_refunds_of_what_points_paid_give_them_back_exactly(shop: str, of: str) -> None:
    """Eleven parts of 181 and one of 9, none of which 497 points divide."""
    earned(shop, of, 1_000)
    paid = json.loads(pay(shop, "o", 2_000, PointsPart(of, 497)).body)["id"]
    assert has(of) == 503

    def part(number: int) -> tuple[int, int]:
        receipt = refund(shop, paid, 181 if number < 11 else 9, f"part {number}")
        return receipt.status, json.loads(receipt.body).get("points", 0)

    found = storm(12, part)
    assert Counter(status for status, _ in found) == {201: 12}
    assert (sum(back for _, back in found), has(of)) == (497, 1_000)
    assert service.head(WALLET).available == 1_000_000 - 1_000
    assert audit.trial_balance().balanced
