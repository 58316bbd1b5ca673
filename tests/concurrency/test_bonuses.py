"""Bonuses under parallel use: a budget is promised whole and no further, and what is there pays once."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from chalicelib.kernel import ids
from chalicelib.kernel.callers import Customer, Merchant, Operator
from chalicelib.kernel.errors import BonusesExhausted, Unavailable
from chalicelib.ledger import audit, chart, service
from chalicelib.ledger.model import Draft, Movement
from chalicelib.merchants import service as merchants
from chalicelib.merchants.model import NewMerchant
from chalicelib.payments import service as payments
from chalicelib.payments.model import PayRequest, RefundRequest
from chalicelib.rewards import bonus_lots, bonus_offers, store
from chalicelib.rewards.model import Words
from chalicelib.rewards.model_bonuses import available
from chalicelib.rewards.model_bonuses_views import NewBonusOffer
from chalicelib.topups import promising
from chalicelib.topups.promised import BONUS, Promised
from tests import ledger_kit
from tests.concurrency.test_access import now, storm
from tests.ledger_kit import OWNER, WALLET

ANA = Customer(OWNER, "ses_1", (WALLET,), tier=0, epoch=0, jurisdiction="CN")
OLGA = Operator(ids.derived("usr", "olga"), "ses_2", "admin", second_factor=True)
WORDS = Words("Twenty more", "多送二十")


def offer(count: int = 5, **more: Any) -> str:
    """Twenty more for a top-up of a hundred."""
    terms = {"bonus_amount": 2_000, "valid_days": 30, "most_share_percent": 50} | more
    wish = NewBonusOffer(WORDS, WORDS, "CNY", 10_000, count, 10**9, **terms)
    return bonus_offers.make(OLGA, wish, now()).id


def begin(person: Customer, of: str, name: str) -> str:
    """The top-up's id, or why there is none."""
    key = ledger_kit.key(name, caller=person.user_id)
    plain = Movement(
        key.movement_id("top"), "top-up", person.wallet_ids[0], 10_000, "CNY", "pending", now(), key.fingerprint,
        facts={"owner": person.user_id},
    )  # fmt: skip
    try:
        receipt = promising.begin(person, plain, of, (), None, key, now())
    except (BonusesExhausted, Unavailable) as refused:
        return refused.code
    return plain.id if receipt.status == 0 else str(json.loads(receipt.body)["code"])


def succeed(topup_id: str) -> None:
    promised = Promised()
    promised.learn(service.movement(topup_id))
    service.commit(lambda at, known: Draft(None, (), None, promised.coming()), now())


def stranger(number: int) -> Customer:
    user = ids.derived("usr", f"somebody {number}")
    return Customer(user, "ses_1", (chart.wallet_of(user, "CNY"),), tier=0, epoch=0, jurisdiction="CN")


def left(of: str) -> int:
    return sum(seen.count for _, seen in store.left(of))


def test_many_at_once_are_promised_all_of_a_budget_and_nothing_more(atomic: None) -> None:
    of = offer(40)
    told = Counter(storm(64, lambda number: begin(stranger(number), of, "k")))
    assert (told.pop("bonuses-exhausted"), len(told), set(told.values()), left(of)) == (24, 40, {1}, 0)


def test_of_many_top_ups_of_one_person_at_once_one_is_promised_it(atomic: None) -> None:
    of = offer(40)
    told = Counter(storm(16, lambda number: begin(ANA, of, f"k{number}")))
    assert (told["invalid-state"], len(told), left(of)) == (15, 2, 39)
    assert len(bonus_lots.every_lot(OWNER)) == 1


@pytest.fixture
def shop(atomic: None) -> str:
    ledger_kit.open_wallet(now())
    ledger_kit.put_in(100_000, now())
    for days in (20, 30):
        succeed(begin(ANA, offer(valid_days=days), f"top {days}"))
    return merchants.join(OLGA, NewMerchant("Tea", ["CNY"], 60, floor=-100_000), now()).merchant_id


def pay(shop: str, bonus: int, name: str) -> Any:
    wish = PayRequest(
        wallet_id=WALLET,
        bonus=bonus,
        merchant_id=shop,
        amount=2_000,
        currency="CNY",
        order_reference=name,
        confirm_duplicate=True,
    )
    return payments.pay(ANA, wish, ledger_kit.key(f"pay {name}"), now())


def has() -> int:
    return available(bonus_lots.lots(OWNER, "CNY", now()), now())


def test_parallel_payments_spend_what_is_there_and_nothing_more(shop: str) -> None:
    """Four thousand in two lots; seven hundred does not divide either."""
    told = Counter(storm(10, lambda number: pay(shop, 700, f"o{number}").status))
    assert (told, has()) == ({201: 5, 409: 5}, 500)
    assert service.head(WALLET).available == 100_000 - 5 * 1_300
    assert audit.trial_balance().balanced


def test_parallel_refunds_of_what_bonuses_paid_add_up_exactly(shop: str) -> None:
    """Eleven parts of 181 and one of 9, none of which the bonus divides."""
    pay(shop, 1_000, "first")
    paid = json.loads(pay(shop, 1_000, "second").body)["id"]
    pay(shop, 700, "third")
    till = Merchant(shop, "key_1", ("payments", "refunds"))

    def refund(number: int) -> tuple[int, int]:
        wish = RefundRequest(181 if number < 11 else 9)
        receipt = payments.refund(till, paid, wish, ledger_kit.key(f"ref {number}", caller=shop), now())
        return receipt.status, json.loads(receipt.body).get("bonus_back", 0)

    told = storm(12, refund)
    assert Counter(status for status, _ in told) == {201: 12}
    assert (sum(back for _, back in told), has()) == (1_000, 4_000 - 1_700)
    assert audit.trial_balance().balanced


def test_a_bonus_that_is_taken_back_while_it_is_spent_pays_whole_payments_or_nothing(shop: str) -> None:
    lots = bonus_lots.lots(OWNER, "CNY", now())

    def act(number: int) -> int:
        if number == 3:
            promised = Promised()
            promised.learn({BONUS: lots[0].key, "owner": OWNER})
            service.commit(lambda at, known: Draft(None, (), None, promised.going()), now())
            return 0
        return int(pay(shop, 900, f"o{number}").status)

    paid = Counter(storm(8, act))[201]
    spent = sum(lot.amount - lot.left for lot in bonus_lots.every_lot(OWNER))
    assert spent == 900 * paid
    assert service.head(WALLET).available == 100_000 - 1_100 * paid
    assert audit.trial_balance().balanced
