"""What runs out by itself, what somebody has agreed to, and what both sides of a family card are told."""

from __future__ import annotations

from datetime import datetime

from chalicelib import queues
from chalicelib.ledger import consents
from chalicelib.ledger import service as ledger
from chalicelib.payments import service


def sweep(at: datetime) -> int:
    """Lends identity's part, which comes after it, what ends the family cards of people who are erased."""
    from chalicelib.identity import above
    from chalicelib.payments import leaving

    above.lend("payments", leaving.forget, leaving.told)
    parts = (expire_due, make_due, finish_due, expire_bonuses, tell_of_cards)
    return queues.sweep("payments", parts, lambda task: task(at))


def finish_due(at: datetime) -> int:
    """Looks after checkouts that several people pay; returns of how many something was taken or given back."""
    from chalicelib.merchants import shares
    from chalicelib.payments import sharing

    return queues.sweep("shares", shares.due(at), lambda checkout_id: sharing.finish(checkout_id, at))


def make_due(at: datetime) -> int:
    """Makes the payments that a guardian has agreed to meanwhile; returns how many."""
    from chalicelib.payments import agreed

    return queues.sweep("agreed", consents.given(at), lambda approval_id: agreed.make(approval_id, at))


def expire_due(at: datetime) -> int:
    """Releases authorisations whose time is over; returns how many."""
    return queues.sweep("expire", ledger.due("expire", at), lambda payment_id: service.expire(payment_id, at))


def expire_bonuses(at: datetime) -> int:
    """Takes off the cards what is over of their bonuses, and reminds of what soon is; returns of how many."""
    from chalicelib.payments import card_ending

    return card_ending.end_due(at)


def tell_of_cards(at: datetime) -> int:
    """Tells both sides of family cards what became of them; returns of how many."""
    from chalicelib.payments import family, store_family

    return queues.sweep("family", ledger.due(store_family.DUE, at), lambda card_id: family.go_on(card_id, at))
