"""A payment of which a part is paid by the bonuses of somebody's top-ups, and what is given back of one, as drafts.

It is a payment like any other (`paying.draft`) but for who pays: the house's promotions the part that is wished, the
wallet the rest. The merchant gets all of it. A refund gives both back in proportion, to the last minor unit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.kernel import clock
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import BonusBeyond, CofferError
from chalicelib.kernel.idempotency import RequestKey
from chalicelib.ledger.model import Draft, Known
from chalicelib.merchants.model import Terms
from chalicelib.payments import couponed
from chalicelib.payments.paying import Order
from chalicelib.rewards import bonus_lots as store
from chalicelib.rewards import model as rewards
from chalicelib.rewards import model_bonuses as model
from chalicelib.rewards.model_bonuses import Lot, Parts

BONUS = "bonus_used"
"""The fact of a payment's movement that bonuses paid, in minor units: all of its discount."""


class Purse:
    """The lots of whoever pays, as last seen: where a condition proves them wrong, they are read once more."""

    def __init__(self, customer: Customer, order: Order) -> None:
        self.owner, self._currency = customer.user_id, order.currency
        self._lots: list[Lot] = []
        self._stale = True

    def learn(self) -> None:
        self._stale = True

    def take(self, wanted: int, amount: int, at: datetime) -> Parts:
        if self._stale:
            self._lots, self._stale = store.lots(self.owner, self._currency, at), False
        return model.take(self._lots, wanted, amount, at)


class Return:
    """Which lots a payment took, and which of them are good no more, as far as is known."""

    def __init__(self, payment: Mapping[str, Any]) -> None:
        self.taken = store.taken_by(payment["pk"])
        self.lapsed: set[str] = set()


def draft(plain: Draft, purse: Purse, order: Order, at: datetime) -> Draft:
    """`plain`: the same payment without. Refuses with BonusBeyond where so much may not be paid by bonuses."""
    wanted = order.request.bonus or 0
    if plain.movement is None or plain.entry is None:
        return plain
    taken = purse.take(wanted, order.amount, at)
    legs = [store.spending(purse.owner, key, part, purse.learn) for key, part in taken]
    return replace(
        couponed.discounted(plain, order, wanted, {BONUS: wanted}, bonus_used=wanted),
        legs=(*plain.legs, *legs, store.took(plain.movement.id, purse.owner, taken)),
        refusal=_beyond(wanted, model.total(taken), order) or plain.refusal,
    )


def refund(
    payment: Mapping[str, Any],
    terms: Terms,
    amount: int,
    reason: str,
    key: RequestKey,
    at: datetime,
    known: Known,
    guess: couponed.Guess,
    back: Return,
) -> Draft:
    """The customer's share to the wallet at once, the bonuses' to the lots that are good still."""
    returned = guess.discount(payment, amount)
    before = rewards.given_back(payment[BONUS], payment["amount"], 0, payment["amount"] - guess.refundable)
    parts = model.undo(back.taken, before, before + returned)
    kept = [(lot, part) for lot, part in parts if lot not in back.lapsed and model.until_of(lot) > clock.written(at)]
    there = model.total(tuple(kept))
    told = {"bonus_back": there, "bonus_lapsed": returned - there}
    plain = couponed.shared(payment, terms, amount, reason, key, at, known, guess, **told)
    if plain.movement is None:
        return plain
    given = (store.giving_back(payment["owner"], lot, part, _gone(back, lot)) for lot, part in kept)
    return replace(plain, legs=(*plain.legs, *given))


def _gone(back: Return, lot: str) -> Callable[[], None]:
    return lambda: back.lapsed.add(lot)


def _beyond(wanted: int, most: int, order: Order) -> CofferError | None:
    return BonusBeyond(param="bonus", maximum=most, currency=order.currency) if most < wanted else None
