"""What is due of transfers by itself."""

from __future__ import annotations

from datetime import datetime

from chalicelib import queues
from chalicelib.ledger import service as ledger
from chalicelib.transfers import service, splits, store, store_splits


def sweep(at: datetime) -> int:
    """Carries on, or back, what has waited long enough; returns how many."""
    return queues.sweep("transfers", ledger.due(store.DUE, at), lambda transfer_id: service.go_on(transfer_id, at))


def sweep_splits(at: datetime) -> int:
    """Tells people of bills they share, and ends those whose time is over; returns how many."""
    found = ledger.due(store_splits.DUE, at)
    return queues.sweep("bill-splits", found, lambda split_id: splits.go_on(split_id, at))
