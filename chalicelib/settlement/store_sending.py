"""How a withdrawal or payout ends: legs of transactions, each with the meaning of its failure."""

from __future__ import annotations

from datetime import datetime

from chalicelib.kernel import clock
from chalicelib.ledger.model import Leg
from chalicelib.processors import asked


def succeeded(movement_id: str, reference: str, at: datetime) -> Leg:
    update = asked.ended(movement_id, "succeeded").assign("reference", reference)
    return asked.leg(update.assign("ended_at", clock.written(at)))


def failed(movement_id: str, reason: str, at: datetime, *, unsent: bool) -> Leg:
    """Together with the money's return, so that it returns once. `unsent`: only if nobody has asked the processor."""
    update = asked.ended(movement_id, "failed", reason).assign("ended_at", clock.written(at))
    if unsent:
        update.require_absent("asked_at")
    return asked.leg(update)
