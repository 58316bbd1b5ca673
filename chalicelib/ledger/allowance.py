"""How much a merchant's refunds may still draw, kept beside its head so that no refund writes the head itself.

allowance = what settlement credited − what refunds and payouts drew ± corrections + the agreed floor; it stays ≥ 0,
and therefore the head, which follows later, stays ≥ its floor.
"""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.kernel.errors import MerchantFundsInsufficient
from chalicelib.ledger import items, store
from chalicelib.ledger.model import Changed, Leg, Verdict
from chalicelib.ledger.wire import Item, plain_item
from chalicelib.ledger.write import Update
from chalicelib.settings import settings


def draw(account: str, amount: int) -> Leg:
    """For a refund or a correcting debit: refused with MerchantFundsInsufficient beyond the floor."""
    update = Update(settings().ledger_table, account, items.ALLOWANCE)
    update.add("allowance", -amount).require("allowance", ">=", amount)
    return Leg(update.written(), lambda wired: MerchantFundsInsufficient())


def put_aside(account: str, amount: int, learn: Callable[[int], None]) -> Leg:
    """For a dispute: neither refunds nor payouts have it meanwhile. `learn`: what there is, where that is less."""
    update = Update(settings().ledger_table, account, items.ALLOWANCE)
    update.add("allowance", -amount).require("allowance", ">=", amount)

    def explain(wired: Item | None) -> Verdict:
        learn(plain_item(wired or {})["allowance"])
        return Changed()

    return Leg(update.written(), explain)


def left(account: str) -> int:
    """To guess by: a condition decides."""
    return int(plain_item(store.movements([account], items.ALLOWANCE)[0])["allowance"])


def pay_out(account: str, amount: int, leaves: int, learn: Callable[[int], None]) -> Leg:
    """For a payout, which leaves at least `leaves` to refunds. `learn`: what there is, where that is less."""
    update = Update(settings().ledger_table, account, items.ALLOWANCE)
    update.add("allowance", -amount).require("allowance", ">=", amount + leaves)

    def explain(wired: Item | None) -> Verdict:
        learn(plain_item(wired or {})["allowance"])
        return Changed()

    return Leg(update.written(), explain)


def give(account: str, amount: int) -> Leg:
    """For settled payments, net of fees, correcting credits, payouts that come back, and what no dispute holds now."""
    update = Update(settings().ledger_table, account, items.ALLOWANCE).add("allowance", amount)
    return Leg(update.written(), lambda wired: MerchantFundsInsufficient())
