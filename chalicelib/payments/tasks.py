"""What runs out by itself."""

from __future__ import annotations

from datetime import datetime

from chalicelib import queues
from chalicelib.ledger import service as ledger
from chalicelib.payments import service


def expire_due(at: datetime) -> int:
    """Releases authorisations whose time is over; returns how many."""
    return queues.sweep("expire", ledger.due("expire", at), lambda payment_id: service.expire(payment_id, at))
