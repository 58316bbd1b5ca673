"""What is due by itself of transfers and red packets."""

from __future__ import annotations

from datetime import datetime

from chalicelib import queues
from chalicelib.ledger import service as ledger
from chalicelib.transfers import packets, service, splits, store, store_packets, store_splits


def sweep(at: datetime) -> int:
    """Transfers, red packets and shared bills, each by itself: one kind that fails stops no other."""
    return queues.sweep("people", (carry_on, end_packets, sweep_splits), lambda task: task(at))


def end_packets(at: datetime) -> int:
    """Gives back what nobody has opened in its time; returns of how many packets."""
    due = ledger.due(store_packets.DUE, at)
    return queues.sweep("packets", due, lambda packet_id: packets.end(packet_id, at))


def carry_on(at: datetime) -> int:
    """Carries on, or back, what has waited long enough; returns how many."""
    return queues.sweep("transfers", ledger.due(store.DUE, at), lambda transfer_id: service.go_on(transfer_id, at))


def sweep_splits(at: datetime) -> int:
    """Tells people of bills they share, and ends those whose time is over; returns how many."""
    found = ledger.due(store_splits.DUE, at)
    return queues.sweep("bill-splits", found, lambda split_id: splits.go_on(split_id, at))
