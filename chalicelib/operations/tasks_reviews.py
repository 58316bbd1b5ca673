"""What the schedules do about regular checks."""

from __future__ import annotations

from datetime import datetime

from chalicelib.operations import reviewing


def review(at: datetime) -> int:
    """Once a week, or asked. Returns how many reports were written."""
    return reviewing.run(at)
