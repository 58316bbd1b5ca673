"""A payment from a card, and what is given back of one, as drafts.

It is a payment like any other (`paying.draft`) but for where it comes from: the bonus that runs out soonest first,
then the principal. Only the principal is settled with the merchant. A refund undoes it backwards: principal first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import (
    CofferError,
    CurrencyMismatch,
    InsufficientFunds,
    NotFound,
)
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import cards, chart, crediting, lots, standing
from chalicelib.ledger.cards import Card
from chalicelib.ledger.lots import Lots
from chalicelib.ledger.model import Change, Draft, Known, Line, Movement, Spend
from chalicelib.merchants.model import Terms
from chalicelib.payments import following, paying
from chalicelib.payments.model import PaymentView, RefundView
from chalicelib.payments.paying import Order


@dataclass(slots=True)
class Guess:
    """What is known so far of the card, and of what is left to refund."""

    card: Card
    left: following.Left = field(default_factory=lambda: following.Left(0))

    def see(self, card: Card) -> None:
        self.card = card


def guess(customer: Customer, order: Order) -> Guess:
    """The customer's own card with that very merchant. Raises NotFound, CurrencyMismatch."""
    card_id = chart.card_of(customer.user_id, order.terms.merchant_id, order.currency)
    if order.wallet != chart.wallet_of(customer.user_id, order.currency):
        raise CurrencyMismatch(param="currency")
    found = cards.found(card_id) if order.request.card_id == card_id else None
    if found is None:
        raise NotFound(param="card_id")
    return Guess(found)


def telling(key: RequestKey) -> RequestKey:
    """It is the card that lacks money, and not the wallet."""

    def refuse(error: CofferError) -> Receipt:
        if isinstance(error, InsufficientFunds):
            error.param = "card_id"
        return key.refuse(error)

    return replace(key, refuse=refuse)


def draft(plain: Draft, customer: Customer, order: Order, at: datetime, guess: Guess) -> Draft:
    """`plain`: the same payment from the wallet."""
    spend = plain.changes[0].spend if plain.changes else None
    if plain.movement is None or plain.entry is None or spend is None:
        return plain
    taken, left = lots.take(guess.card.seen, order.amount, at)
    bonus = lots.total(taken)
    settled = paying.line(plain.movement.id, order.terms, order.amount - bonus, order.currency)
    line = settled if settled.amount else None
    payment_id = plain.movement.id
    return replace(
        plain,
        movement=_movement(plain.movement, settled, bonus, guess.card),
        changes=_spent(guess.card, spend, order.amount - bonus, bonus),
        entry=replace(plain.entry, postings=_postings(guess.card, bonus - order.amount, -bonus), line=line),
        legs=(
            standing.acting(replace(customer, tier=spend.tier), order.wallet),
            *plain.legs,
            cards.changing(guess.card, left, guess.see),
            *((cards.took(payment_id, taken),) if taken else ()),
        ),
    )


def refund(
    payment: Mapping[str, Any],
    taken: Lots,
    terms: Terms,
    amount: int,
    reason: str,
    key: RequestKey,
    at: datetime,
    known: Known,
    guess: Guess,
) -> Draft:
    """To the card at once: the principal first, then the bonus, of which what is over lapses."""
    card, closed = guess.card, _is_closed(known, guess.card.id)
    left = guess.left.refundable
    money, back = lots.undo(taken, left, min(amount, left))
    now, restored = lots.restore(card.seen, () if closed else back, at)
    lapsed = lots.total(back) - restored
    plain = following.refund(payment, terms, amount, reason, key, at, known)
    if plain.movement is None or plain.entry is None:
        return plain
    account = chart.merchant_account(payment["payee"], payment["currency"])
    line = Line(plain.movement.id, payment["payee"], account, -money, 0) if money else None
    change, credited = crediting.credit(card.id, card.currency, money, known)
    bonus = (Change(card.bonus, card.currency, restored),) if restored else ()
    promised = {card.bonus: restored, chart.promised(card.merchant_id, card.currency): -restored}
    postings = {**credited, chart.settling(card.currency): -money, **promised}
    return replace(
        plain,
        movement=_refunded(plain.movement, money, restored, lapsed),
        changes=(replace(change, settles=False, closed=closed), *bonus),
        entry=replace(plain.entry, postings=crediting.postings(postings), line=line),
        legs=(
            following.refundable_as_seen(payment, amount, guess.left),
            cards.changing(card, now, guess.see),
            *following.drawn(payment, account, money),
        ),
    )


def _is_closed(known: Known, card_id: str) -> bool:
    head = known.get(card_id)
    return head is not None and head.status == "closed"


def _movement(plain: Movement, settled: Line, bonus: int, card: Card) -> Movement:
    answer = msgspec.structs.replace(_answer(plain, PaymentView), card_id=card.id, bonus=bonus)
    facts = {**plain.facts, "settles": settled.amount, "fee": settled.fee}
    return replace(plain, receipt=paying.receipt(answer), facts=facts, due=plain.due if settled.amount else None)


def _refunded(plain: Movement, money: int, restored: int, lapsed: int) -> Movement:
    answer = msgspec.structs.replace(_answer(plain, RefundView), bonus=restored, bonus_lapsed=lapsed)
    facts = {**plain.facts, "settles": money}
    return replace(plain, receipt=paying.receipt(answer), facts=facts, due=plain.due if money else None)


def _answer(movement: Movement, kind: type[Any]) -> Any:
    return msgspec.json.decode(movement.receipt.body if movement.receipt else "", type=kind)


def _spent(card: Card, spend: Spend, money: int, bonus: int) -> tuple[Change, ...]:
    """Whose session it is stands on the wallet; what looks like it was paid a moment ago, on the card."""
    own = replace(spend, epoch=0, tier=0, counts=False)
    principal = Change(card.id, card.currency, -money, spend=own)
    return (principal, *((Change(card.bonus, card.currency, -bonus),) if bonus else ()))


def _postings(card: Card, money: int, bonus: int) -> dict[str, int]:
    return crediting.postings(
        {
            card.id: money,
            chart.settling(card.currency): -money,
            card.bonus: bonus,
            chart.promised(card.merchant_id, card.currency): -bonus,
        }
    )
