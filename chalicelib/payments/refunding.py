"""What gives back a part of a payment, by how it was paid: by whom a refund is asked for, it is the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from chalicelib.kernel.errors import NotFound
from chalicelib.kernel.idempotency import RequestKey
from chalicelib.ledger import cards, chart
from chalicelib.ledger.model import Draft, Known
from chalicelib.merchants.model import Terms
from chalicelib.payments import bonused, by_family, carded, couponed, credited, following, pointed
from chalicelib.payments.following import Payment

Build = Callable[[datetime, Known], Draft]


def draft_of(payment: Payment, terms: Terms, amount: int, reason: str, key: RequestKey) -> Build:
    """Raises NotFound of a prepaid card that is not there."""
    if "settles" in payment:
        return _to_card(payment, terms, amount, reason, key)
    guess = couponed.Guess.of(payment)
    lots = bonused.Return(payment) if bonused.BONUS in payment else None
    points = pointed.back(payment) if pointed.POINTS in payment else None
    plan = credited.seen(payment)

    def build(at: datetime, known: Known) -> Draft:
        if lots is not None:
            return bonused.refund(payment, terms, amount, reason, key, at, known, guess, lots)
        if points is not None:
            return pointed.refund(payment, terms, amount, reason, key, at, known, guess, points)
        if couponed.DISCOUNT in payment:
            return couponed.refund(payment, terms, amount, reason, key, at, known, guess)
        plain = following.refund(payment, terms, amount, reason, key, at, known)
        if plan is not None:
            return credited.refund(plain, payment, plan, amount, at, known)
        return by_family.back(payment, plain, amount, at) if by_family.FAMILY in payment else plain

    return build


def _to_card(payment: Payment, terms: Terms, amount: int, reason: str, key: RequestKey) -> Build:
    card = cards.found(chart.card_of(payment["owner"], payment["payee"], payment["currency"]))
    if card is None:
        raise NotFound()
    guess, taken = carded.Guess(card, following.Left.of(payment)), cards.taken_by(payment["pk"])

    def build(at: datetime, known: Known) -> Draft:
        return carded.refund(payment, taken, terms, amount, reason, key, at, known, guess)

    return build
