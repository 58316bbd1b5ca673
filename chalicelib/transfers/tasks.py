"""What is due of transfers by itself."""

from __future__ import annotations

from datetime import datetime

from chalicelib import queues
from chalicelib.ledger import service as ledger
from chalicelib.transfers import service, store


def sweep(at: datetime) -> int:
    """Carries on, or back, what has waited long enough; returns how many."""
    return queues.sweep("transfers", ledger.due(store.DUE, at), lambda transfer_id: service.go_on(transfer_id, at))
