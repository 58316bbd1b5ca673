"""What runs out by itself, and what a guardian has agreed to."""

from __future__ import annotations

from datetime import datetime

from chalicelib import queues
from chalicelib.ledger import consents
from chalicelib.ledger import service as ledger
from chalicelib.payments import service


def sweep(at: datetime) -> int:
    return queues.sweep("payments", (expire_due, make_due, finish_due, expire_bonuses), lambda task: task(at))


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
