"""Bodies of the consumer that gathers what happens, and of the schedule that compacts it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from chalicelib import queues


def gather(event: dict[str, Any]) -> dict[str, Any]:
    """Messages: {"entries": [an item of the journal]}, {"happened": [a happening]}."""
    from chalicelib.insight import gathering

    return queues.consume(event, lambda body: gathering.gather(json.loads(body)))


def compact(at: datetime) -> int:
    from chalicelib.insight import compacting

    return compacting.compact(at) + compacting.tidy(at)
