"""How much a merchant's refunds may still draw, kept beside its head so that no refund writes the head itself.

allowance = what settlement credited − what refunds and payouts drew ± corrections + the agreed floor; it stays ≥ 0,
and therefore the head, which follows later, stays ≥ its floor.
"""

from __future__ import annotations

from chalicelib.kernel.errors import MerchantFundsInsufficient
from chalicelib.ledger import items
from chalicelib.ledger.model import Leg
from chalicelib.ledger.write import Update
from chalicelib.settings import settings


def draw(account: str, amount: int) -> Leg:
    """For a refund or a correcting debit: refused with MerchantFundsInsufficient beyond the floor."""
    update = Update(settings().ledger_table, account, items.ALLOWANCE)
    update.add("allowance", -amount).require("allowance", ">=", amount)
    return Leg(update.written(), lambda wired: MerchantFundsInsufficient())


def give(account: str, amount: int) -> Leg:
    """For settled payments, net of fees, and correcting credits."""
    update = Update(settings().ledger_table, account, items.ALLOWANCE).add("allowance", amount)
    return Leg(update.written(), lambda wired: MerchantFundsInsufficient())
