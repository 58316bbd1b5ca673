"""A payment of which a part is paid by the bonuses of somebody's top-ups, and what is given back of one, as drafts.

It is a payment like any other (`paying.draft`) but for who pays: the house's promotions the part that is wished, the
wallet the rest. The merchant gets all of it. A refund gives both back in proportion, to the last minor unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.kernel import clock
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import BonusBeyond, CofferError
from chalicelib.kernel.idempotency import RequestKey
from chalicelib.ledger import allowance, chart, crediting
from chalicelib.ledger.model import Draft, Known, Movement
from chalicelib.merchants.model import Terms
from chalicelib.payments import following, paying
from chalicelib.payments.model import PaymentView, RefundView
from chalicelib.payments.paying import Order
from chalicelib.rewards import bonus_lots as store
from chalicelib.rewards import model as rewards
from chalicelib.rewards import model_bonuses as model
from chalicelib.rewards.model_bonuses import Lot, Parts

BONUS = "bonus_used"
"""The fact of a payment's movement that bonuses paid, in minor units."""


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
    """What is known so far of what is left to refund, and which lots are good no more."""

    def __init__(self, payment: Mapping[str, Any]) -> None:
        self.refundable = int(payment["refundable"])
        self.taken = store.taken_by(payment["pk"])
        self.lapsed: set[str] = set()

    def count(self, refundable: int) -> None:
        self.refundable = refundable


def draft(plain: Draft, purse: Purse, order: Order, at: datetime) -> Draft:
    """`plain`: the same payment without. Refuses with BonusBeyond where so much may not be paid by bonuses."""
    wanted = order.request.bonus or 0
    if plain.movement is None or plain.entry is None:
        return plain
    taken = purse.take(wanted, order.amount, at)
    rest = order.amount - wanted
    paid = {
        order.wallet: -rest,
        chart.promotions(order.currency): -wanted,
        chart.settling(order.currency): order.amount,
    }
    legs = [store.spending(purse.owner, key, part, purse.learn) for key, part in taken]
    return replace(
        plain,
        movement=_movement(plain.movement, wanted),
        changes=(replace(plain.changes[0], available=-rest),),
        entry=replace(plain.entry, postings=crediting.postings(paid)),
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
    back: Return,
) -> Draft:
    """The customer's share to the wallet at once, the bonuses' to the lots that are good still."""
    plain, currency = following.refund(payment, terms, amount, reason, key, at, known), payment["currency"]
    if plain.movement is None or plain.entry is None:
        return plain
    spent, before = min(amount, back.refundable), payment["amount"] - back.refundable
    parts, returned = _returned(payment, back, before, before + spent)
    kept = [(lot, part) for lot, part in parts if lot not in back.lapsed and model.until_of(lot) > clock.written(at)]
    lapsed = returned - model.total(tuple(kept))
    change, credited = crediting.credit(payment["account"], currency, spent - returned, known)
    postings = {**credited, chart.promotions(currency): returned, chart.settling(currency): -spent}
    account = chart.merchant_account(payment["payee"], currency)
    return replace(
        plain,
        movement=_refunded(plain.movement, returned, lapsed),
        changes=(change,),
        entry=replace(plain.entry, postings=crediting.postings(postings)),
        legs=(
            following.refundable_as_seen(payment["pk"], amount, back.refundable, back.count),
            allowance.draw(account, amount),
            *(store.giving_back(payment["owner"], lot, part, _gone(back, lot)) for lot, part in kept),
        ),
    )


def _returned(payment: Mapping[str, Any], back: Return, before: int, after: int) -> tuple[Parts, int]:
    whole = rewards.given_back(payment[BONUS], payment["amount"], 0, before)
    returned = rewards.given_back(payment[BONUS], payment["amount"], before, after)
    return model.undo(back.taken, whole, whole + returned), returned


def _gone(back: Return, lot: str) -> Any:
    return lambda: back.lapsed.add(lot)


def _beyond(wanted: int, most: int, order: Order) -> CofferError | None:
    return BonusBeyond(param="bonus", maximum=most, currency=order.currency) if most < wanted else None


def _movement(plain: Movement, bonus: int) -> Movement:
    answer = msgspec.json.decode(plain.receipt.body if plain.receipt else "", type=PaymentView)
    told = msgspec.structs.replace(answer, bonus_used=bonus, discount=bonus)
    return replace(plain, receipt=paying.receipt(told), facts={**plain.facts, BONUS: bonus})


def _refunded(plain: Movement, returned: int, lapsed: int) -> Movement:
    answer = msgspec.json.decode(plain.receipt.body if plain.receipt else "", type=RefundView)
    told = msgspec.structs.replace(answer, discount=returned, bonus_back=returned - lapsed, bonus_lapsed=lapsed)
    return replace(plain, receipt=paying.receipt(told))
