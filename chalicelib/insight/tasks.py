"""Bodies of the consumer that gathers what happens, and of the schedule that compacts it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from chalicelib import queues
from chalicelib.insight import gathering


def gather(event: dict[str, Any]) -> dict[str, Any]:
    """Messages: {"entries": [an item of the journal]}, {"happened": [a happening]}."""
    return queues.consume(event, lambda body: gathering.gather(json.loads(body)))


def compact(at: datetime) -> int:
    """Few files of many; then whoever is sent a report has what is known by now."""
    from chalicelib.insight import compacting, scheduled

    return compacting.compact(at) + compacting.tidy(at) + scheduled.send_due(at)
