"""The sweep's part: documents to ask about, decisions to carry out, people to screen again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from chalicelib import queues


def sweep(at: datetime) -> int:
    """First of all it lends identity's part, which comes after it, what forgets documents and what tells of them."""
    from chalicelib.identity import above
    from chalicelib.kyc import leaving, screening, service

    above.lend("kyc", leaving.forget, leaving.told)
    steps: tuple[Callable[[datetime], int], ...] = (
        screening.carry_out_due,
        service.go_on_due,
        screening.again_due,
    )
    return queues.sweep("kyc", steps, lambda step: step(at))
