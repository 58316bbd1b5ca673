"""Identity's part of the sweep."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from chalicelib import queues
from chalicelib.identity import lockout, recovery

Task = Callable[[datetime], int]

TASKS: tuple[Task, ...] = (lockout.tell_and_unlock, recovery.finish_due)
"""Each finds what is due by its kind (`store_due.due`) and hands it to `queues.sweep`."""


def sweep(at: datetime) -> int:
    """Each task has its turn, whatever became of the others; returns how many had something to do."""
    return queues.sweep("identity", TASKS, lambda task: task(at))
