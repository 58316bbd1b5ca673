"""What a webhook says of a withdrawal or payout; what acts on it is imported only once one says something."""

from __future__ import annotations

from datetime import datetime

from chalicelib.processors.model import ProcessorEvent


def hear(event: ProcessorEvent, at: datetime) -> bool:
    """Whether it had an effect. Raises CofferError where it contradicts what we know."""
    from chalicelib.settlement import sending

    return sending.hear(event, at)
