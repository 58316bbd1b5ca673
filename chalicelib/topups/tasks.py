"""The sweep's part: top-ups that have been silent for too long."""

from __future__ import annotations

from datetime import datetime

from chalicelib.processors import patience
from chalicelib.topups import service


def ask_again(at: datetime) -> int:
    """Asks the processors about every top-up that is due; returns how many are known now."""
    return patience.sweep("topup", at, lambda topup_id: service.ask_again(topup_id, at))
