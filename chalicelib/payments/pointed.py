"""A payment that points help to pay, and what is given back of one, as drafts.

The house's promotions pay what the points are worth, as with a coupon; the points go in the very transaction, in
the programme's own currency. A refund gives both back in proportion, each exactly in the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.kernel.callers import Customer
from chalicelib.kernel.idempotency import RequestKey
from chalicelib.ledger import lots, points
from chalicelib.ledger.lots import Lots
from chalicelib.ledger.model import Draft, Known
from chalicelib.merchants.model import Terms
from chalicelib.payments import couponed
from chalicelib.payments.model import PointsPart
from chalicelib.payments.paying import Order
from chalicelib.rewards import booking
from chalicelib.rewards import model as rewards
from chalicelib.rewards import points as service
from chalicelib.rewards.booking import Cause, Guess
from chalicelib.rewards.model_points import Programme

POINTS = "points"
"""The fact of a payment's movement that points helped to pay, and how many."""


@dataclass(frozen=True, slots=True)
class Help:
    """What shall help to pay, and what is known of it so far."""

    programme: Programme
    points: int
    guess: Guess


@dataclass(frozen=True, slots=True)
class Back:
    """What a payment took, and what is known so far of whom it goes back to."""

    taken: Lots
    guess: Guess


def found(customer: Customer, part: PointsPart) -> Help:
    """Raises NotFound."""
    programme = service.programme(part.programme_id, "points")
    return Help(programme, part.points, Guess(points.found(customer.user_id, programme.id)))


def draft(plain: Draft, help: Help, order: Order, at: datetime) -> Draft:
    """`plain`: the same payment without them. What forbids them is said before anybody proves themselves."""
    if plain.movement is None or plain.entry is None:
        return plain
    payment_id, programme = plain.movement.id, help.programme
    forbidden = programme.refusal(help.points, order.amount, order.currency)
    spent, taken = booking.going(help.guess, help.points, Cause(payment_id, "points-used", payment_id), at)
    discount = 0 if forbidden else programme.value(help.points)
    helped = couponed.discounted(plain, order, discount, {POINTS: help.points}, points_used=help.points)
    return replace(
        helped,
        legs=(*plain.legs, points.took(payment_id, programme.id, taken)),
        refusal=forbidden or spent.refusal or plain.refusal,
        also=(spent,),
    )


def back(payment: Mapping[str, Any]) -> Back:
    """Of a payment that points helped to pay."""
    programme, taken = points.taken_by(payment["pk"])
    return Back(taken, Guess(points.found(payment["owner"], programme)))


def refund(
    payment: Mapping[str, Any],
    terms: Terms,
    amount: int,
    reason: str,
    key: RequestKey,
    at: datetime,
    known: Known,
    guess: couponed.Guess,
    back: Back,
) -> Draft:
    """What was taken last comes back first, and is good for a month at least. Whoever was erased has no points."""
    used = int(payment[POINTS])
    part = 0 if back.guess.account.ended else guess.part(used, payment, amount)
    plain = couponed.shared(payment, terms, amount, reason, key, at, known, guess, points=part)
    if plain.movement is None or not part:
        return plain
    there = used - rewards.given_back(used, payment["amount"], 0, payment["amount"] - guess.refundable)
    _, returned = lots.undo(back.taken, there, part)
    why = Cause(plain.movement.id, "points-returned", payment["pk"])
    coming = booking.returning(back.guess, booking.still_good(returned, at), why, at, known)
    return replace(plain, also=(coming,))
