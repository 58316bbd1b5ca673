"""The sweep's part: top-ups that have been silent for too long."""

from __future__ import annotations

from datetime import datetime

from chalicelib import queues
from chalicelib.kernel.errors import Unavailable
from chalicelib.ledger import service as ledger
from chalicelib.topups import service

MOST_SILENCES = 5
"""A processor that is away costs seconds a question: the rest of the sweep must have its turn."""


def ask_again(at: datetime) -> int:
    """Asks the processors about every top-up that is due; returns how many are known now."""
    silences = 0

    def ask(topup_id: str) -> bool:
        nonlocal silences
        if silences >= MOST_SILENCES:
            return False
        try:
            return service.ask_again(topup_id, at)
        except Unavailable:
            silences += 1
            return False

    return queues.sweep("topup", ledger.due("topup", at), ask)
