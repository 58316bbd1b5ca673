"""What is due between people by itself."""

from __future__ import annotations

from datetime import datetime

from chalicelib import queues
from chalicelib.kernel import ids
from chalicelib.ledger import service as ledger
from chalicelib.transfers import packets, service, splits, store, store_splits


def sweep(at: datetime) -> int:
    """What waits, and shared bills, each by itself: one kind that fails stops no other."""
    return queues.sweep("people", (carry_on, sweep_splits), lambda task: task(at))


def carry_on(at: datetime) -> int:
    """Carries on, or back, what has waited long enough; returns how many. Transfers and red packets are found by the
    same queries."""

    def go_on(movement_id: str) -> bool:
        return packets.end(movement_id, at) if ids.is_id(movement_id, "rpk") else service.go_on(movement_id, at)

    return queues.sweep("transfers", ledger.due(store.DUE, at), go_on)


def sweep_splits(at: datetime) -> int:
    """Tells people of bills they share, and ends those whose time is over; returns how many."""
    found = ledger.due(store_splits.DUE, at)
    return queues.sweep("bill-splits", found, lambda split_id: splits.go_on(split_id, at))
