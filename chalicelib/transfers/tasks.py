"""What is due between people by itself."""

from __future__ import annotations

from datetime import datetime

from chalicelib import queues
from chalicelib.ledger import service as ledger
from chalicelib.transfers import gifts, packets, service, splits, store, store_splits


def sweep(at: datetime) -> int:
    """What waits, and shared bills, each by itself: one kind that fails stops no other."""
    return queues.sweep("people", (carry_on, sweep_splits), lambda task: task(at))


def carry_on(at: datetime) -> int:
    """Carries on, or back, what has waited long enough; returns how many. Transfers, red packets and gift cards are
    found by the same queries."""

    def go_on(movement_id: str) -> bool:
        step = {"rpk": packets.end, "gft": gifts.go_on}.get(movement_id[:3], service.go_on)
        return step(movement_id, at)

    return queues.sweep("transfers", ledger.due(store.DUE, at), go_on)


def sweep_splits(at: datetime) -> int:
    """Tells people of bills they share, and ends those whose time is over; returns how many."""
    found = ledger.due(store_splits.DUE, at)
    return queues.sweep("bill-splits", found, lambda split_id: splits.go_on(split_id, at))
