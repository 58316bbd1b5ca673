"""What is due by itself of transfers and red packets."""

from __future__ import annotations

from datetime import datetime

from chalicelib import queues
from chalicelib.kernel import ids
from chalicelib.ledger import service as ledger
from chalicelib.transfers import packets, service, store


def sweep(at: datetime) -> int:
    """Carries on, or back, what has waited long enough; returns how many. Both kinds are found by the same queries."""

    def go_on(movement_id: str) -> bool:
        return packets.end(movement_id, at) if ids.is_id(movement_id, "rpk") else service.go_on(movement_id, at)

    return queues.sweep("transfers", ledger.due(store.DUE, at), go_on)
