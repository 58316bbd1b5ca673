"""What the schedules do about backups: begin what is due, go on with what is under way."""

from __future__ import annotations

from datetime import datetime

from chalicelib.operations import backing_up, drilling, giving


def back_up(at: datetime) -> int:
    """Returns how many became whole."""
    return backing_up.run(at)


def restore_drill(at: datetime) -> int:
    """And what somebody is to be given back. Returns how many ended."""
    return giving.run(at) + drilling.run(at)
