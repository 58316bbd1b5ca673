"""The sweep's part: top-ups that have been silent for too long."""

from __future__ import annotations

from datetime import datetime

from chalicelib import queues
from chalicelib.ledger import service as ledger
from chalicelib.topups import service


def ask_again(at: datetime) -> int:
    """Asks the processors about every top-up that is due; returns how many are known now."""
    return queues.sweep("topup", ledger.due("topup", at), lambda topup_id: service.ask_again(topup_id, at))
