"""What the schedules do about backups: begin what is due, go on with what is under way."""

from __future__ import annotations

from datetime import datetime

from chalicelib.operations import backups, drills


def back_up(at: datetime) -> int:
    """Returns how many became whole."""
    return backups.run(at)


def restore_drill(at: datetime) -> int:
    """Returns how many ended."""
    return drills.run(at)
