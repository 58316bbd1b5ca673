"""What customers and merchants owe us: debts, loans, accounts of merchants whose refunds outran their sales.

BELOW#<currency>   <account>   put with whatever may take it below zero, and never removed: its journal says by how much
"""

from __future__ import annotations

from datetime import datetime

from chalicelib.ledger import history, items, store
from chalicelib.ledger.wire import plain_item


def owed(currency: str, at: datetime) -> int:
    """By all of them together at the end of that instant, as a positive amount."""
    accounts = (plain_item(found)["sk"] for found in store.all_of(items.BELOW + currency))
    balances = (history.balance_at(account, at) for account in accounts)
    return sum(balance.debt + max(0, -balance.available) for balance in balances)
