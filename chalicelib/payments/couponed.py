"""A payment that a coupon helps to pay, and what is given back of one, as drafts.

It is a payment like any other (`paying.draft`) but for who pays: the house's promotions the discount, the wallet the
rest. The merchant gets all of it. A refund gives both back in proportion, to the last minor unit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.kernel.callers import Customer
from chalicelib.kernel.idempotency import RequestKey
from chalicelib.ledger import chart, crediting
from chalicelib.ledger.model import Draft, Known, Movement
from chalicelib.merchants.model import Terms
from chalicelib.payments import following, paying
from chalicelib.payments.model import PaymentView, RefundView
from chalicelib.payments.paying import Order
from chalicelib.rewards import model as rewards
from chalicelib.rewards import service, using
from chalicelib.rewards.model import Coupon

DISCOUNT = "discount"
"""The fact of a payment's movement that a coupon paid, in minor units."""


@dataclass(slots=True)
class Guess(following.Left):
    """What is known so far of what is left to refund, and whether the coupon is still somebody's."""

    is_owned: bool = True

    def part(self, whole: int, payment: Mapping[str, Any], amount: int) -> int:
        """Of `whole`, what goes back with `amount` of the payment, or with what is left of it: exactly in the end."""
        before = int(payment["amount"]) - self.refundable
        return rewards.given_back(whole, payment["amount"], before, before + min(amount, self.refundable))

    def discount(self, payment: Mapping[str, Any], amount: int) -> int:
        return self.part(payment[DISCOUNT], payment, amount)

    def lose(self) -> None:
        self.is_owned = False


def found(customer: Customer, order: Order) -> Coupon:
    """The customer's own. Raises NotFound."""
    return service.own(customer.user_id, order.request.coupon_id or "")


def draft(plain: Draft, coupon: Coupon, order: Order, at: datetime) -> Draft:
    """`plain`: the same payment without it. What the coupon's terms forbid is said before anybody proves themselves."""
    if plain.movement is None or plain.entry is None:
        return plain
    terms = order.terms
    forbidden = rewards.refusal(coupon, terms.merchant_id, terms.category, order.amount, order.currency, at)
    helped = discounted(plain, order, coupon.worth.discount(order.amount), {}, coupon_id=coupon.id)
    return replace(
        helped,
        legs=(*plain.legs, using.using(coupon, plain.movement.id, at)),
        refusal=forbidden or plain.refusal,
    )


def discounted(plain: Draft, order: Order, discount: int, facts: Mapping[str, str | int], **told: str | int) -> Draft:
    """The same payment, of which the house's promotions pay so much. `facts` are kept of it, `told` is answered."""
    if plain.movement is None or plain.entry is None:
        return plain
    paid = {order.wallet: discount - order.amount, chart.promotions(order.currency): -discount}
    return replace(
        plain,
        movement=_movement(plain.movement, discount, facts, told),
        changes=(replace(plain.changes[0], available=discount - order.amount),),
        entry=replace(plain.entry, postings=crediting.postings({**paid, chart.settling(order.currency): order.amount})),
    )


def refund(
    payment: Mapping[str, Any],
    terms: Terms,
    amount: int,
    reason: str,
    key: RequestKey,
    at: datetime,
    known: Known,
    guess: Guess,
) -> Draft:
    """The customer's share to the wallet at once, the discount's to the promotions; all of it frees the coupon."""
    plain = shared(payment, terms, amount, reason, key, at, known, guess)
    spent, back = min(amount, guess.refundable), guess.discount(payment, amount)
    whole = spent == guess.refundable
    coupon = json.loads(payment["answer"])["coupon_id"]
    freed = (using.giving_back(coupon, payment["pk"], back, guess.lose, whole=whole),) if guess.is_owned else ()
    return replace(plain, legs=(*plain.legs, *freed))


def shared(
    payment: Mapping[str, Any],
    terms: Terms,
    amount: int,
    reason: str,
    key: RequestKey,
    at: datetime,
    known: Known,
    guess: Guess,
    **told: int,
) -> Draft:
    """The customer's share to the wallet at once, the discount's to the promotions. `told` is answered too."""
    plain, currency = following.refund(payment, terms, amount, reason, key, at, known), payment["currency"]
    if plain.movement is None or plain.entry is None:
        return plain
    spent, back = min(amount, guess.refundable), guess.discount(payment, amount)
    change, credited = crediting.credit(payment["account"], currency, spent - back, known)
    postings = {**credited, chart.promotions(currency): back, chart.settling(currency): -spent}
    refundable = following.refundable_as_seen(payment, amount, guess)
    account = chart.merchant_account(payment["payee"], currency)
    return replace(
        plain,
        movement=_refunded(plain.movement, discount=back, **told),
        changes=(change,),
        entry=replace(plain.entry, postings=crediting.postings(postings)),
        legs=(refundable, *following.drawn(payment, account, amount)),
    )


def _movement(
    plain: Movement, discount: int, facts: Mapping[str, str | int], told: Mapping[str, str | int]
) -> Movement:
    answer = msgspec.json.decode(plain.receipt.body if plain.receipt else "", type=PaymentView)
    answer = msgspec.structs.replace(answer, discount=discount, **told)
    return replace(plain, receipt=paying.receipt(answer), facts={**plain.facts, DISCOUNT: discount, **facts})


def _refunded(plain: Movement, **told: int) -> Movement:
    answer = msgspec.json.decode(plain.receipt.body if plain.receipt else "", type=RefundView)
    return replace(plain, receipt=paying.receipt(msgspec.structs.replace(answer, **told)))
