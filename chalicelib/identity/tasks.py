"""Identity's part of the sweep."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from chalicelib import queues
from chalicelib.identity import (
    approvals,
    deletion,
    erasure,
    exports,
    guardians,
    identifiers,
    lockout,
    reminders,
    resets,
    trash,
)

Task = Callable[[datetime], int]

TASKS: tuple[Task, ...] = (
    lockout.tell_and_unlock,
    resets.finish_due,
    deletion.tell_due,
    erasure.erase_due,
    trash.empty_due,
    exports.make_due,
    identifiers.carry_out_due,
    guardians.go_on_due,
    approvals.tell_due,
    reminders.remind_due,
)
"""Each finds what is due by its kind (`store_due.due`) and hands it to `queues.sweep`."""


def sweep(at: datetime) -> int:
    """Each task has its turn, whatever became of the others; returns how many had something to do."""
    return queues.sweep("identity", TASKS, lambda task: task(at))
