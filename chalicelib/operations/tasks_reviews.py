"""What the schedules do about regular checks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.operations import rehearsing, reviewing


def review(at: datetime) -> int:
    """Once a week, or asked. Returns how many reports were written."""
    return reviewing.run(at)


def rehearsal(at: datetime, event: Mapping[str, Any]) -> int:
    """Once a week on a probe stage, or at once if whoever calls says `asked`. Returns how many were written."""
    return rehearsing.run(at, asked=event.get("asked") is True)
