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
    """Few files of many; then files from outside, and whoever is sent a report has what is known by now. None of these
    stops the next one."""
    from chalicelib.insight import compacting, importing, scheduled

    tasks = (compacting.compact, compacting.tidy, importing.read_waiting, scheduled.send_due)
    done: list[int] = []
    queues.sweep("lake", tasks, lambda task: done.append(task(at)))
    return sum(done)
