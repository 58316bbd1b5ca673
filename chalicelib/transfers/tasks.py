"""What is due by itself of transfers and red packets."""

from __future__ import annotations

from datetime import datetime

from chalicelib import queues
from chalicelib.ledger import service as ledger
from chalicelib.transfers import packets, service, store, store_packets


def sweep(at: datetime) -> int:
    """Transfers and red packets, each by itself: one kind that fails stops no other."""
    return queues.sweep("people", (carry_on, end_packets), lambda task: task(at))


def end_packets(at: datetime) -> int:
    """Gives back what nobody has opened in its time; returns of how many packets."""
    due = ledger.due(store_packets.DUE, at)
    return queues.sweep("packets", due, lambda packet_id: packets.end(packet_id, at))


def carry_on(at: datetime) -> int:
    """Carries on, or back, what has waited long enough; returns how many."""
    return queues.sweep("transfers", ledger.due(store.DUE, at), lambda transfer_id: service.go_on(transfer_id, at))
