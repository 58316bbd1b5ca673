"""Who has paid whom before: written with the first transfer that arrives, for ever, and asked as a condition.

<pair>  PAID   the two have it as their id: a hash of both wallets, in this direction
"""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.kernel import ids
from chalicelib.ledger import store
from chalicelib.ledger.items import PAID
from chalicelib.ledger.model import Changed, Leg, Verdict
from chalicelib.ledger.wire import Item, item
from chalicelib.ledger.write import Update
from chalicelib.settings import settings


def known(payer: str, payee: str) -> bool:
    """To guess by: a condition decides."""
    return store.beside(_pair(payer, payee), PAID) is not None


def required(payer: str, payee: str, learn: Callable[[], None]) -> Leg:
    """`payer` has paid `payee` before, or `learn` hears that it is not so and the draft is made once more."""
    update = Update(settings().ledger_table, _pair(payer, payee), PAID)

    def explain(wired: Item | None) -> Verdict:
        learn()
        return Changed()

    return Leg(update.checked(), explain)


def made(payer: str, payee: str) -> Leg:
    """From now on they have: once is as good as twice."""
    put = {"TableName": settings().ledger_table, "Item": item({"pk": _pair(payer, payee), "sk": PAID})}
    return Leg({"Put": put}, lambda wired: Changed())


def _pair(payer: str, payee: str) -> str:
    return ids.derived("acq", payer, payee)
