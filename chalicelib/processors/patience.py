"""How much of a processor's silence one sweep bears."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from chalicelib import queues
from chalicelib.kernel.errors import Unavailable
from chalicelib.ledger import service as ledger

MOST_SILENCES = 5
"""A processor that is away costs seconds a question: the rest of the sweep must have its turn."""


def sweep(kind: str, at: datetime, ask: Callable[[str], bool]) -> int:
    """Asks about every movement that is due as `kind`; returns of how many `ask` says that it had an effect."""
    silences = 0

    def patiently(movement_id: str) -> bool:
        nonlocal silences
        if silences >= MOST_SILENCES:
            return False
        try:
            return ask(movement_id)
        except Unavailable:
            silences += 1
            return False

    return queues.sweep(kind, ledger.due(kind, at), patiently)
