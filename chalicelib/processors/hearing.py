"""Who is told what a webhook says about a withdrawal or payout: the room that sends them, which lends its ear here.

Webhooks come in through the room of top-ups, which does not know that one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from chalicelib.processors.model import ProcessorEvent

Hear = Callable[[ProcessorEvent, datetime], bool]
"""Whether the event had an effect. Raises CofferError where it contradicts what we know."""
PAYOUTS = ("payout_succeeded", "payout_failed")

_lent: list[Hear] = []


def lend(hear: Hear) -> None:
    """What hears of payouts from now on."""
    _lent[:] = [hear]


def hear(event: ProcessorEvent, at: datetime) -> bool:
    """False where nobody in this process listens."""
    return bool(_lent) and _lent[0](event, at)
