"""Why an adjustment was proposed, sealed, in the table `reconciliations`; the adjustment itself is a movement.

<adjustment>          REASON                  why
ADJUSTMENTS           <time>#<adjustment>     the list of all of them
"""

from __future__ import annotations

from datetime import datetime

from pynamodb.attributes import UnicodeAttribute

from chalicelib.cloud_tables import Table, absent, made, writing
from chalicelib.kernel import clock

_ADJUSTMENTS, _REASON = "ADJUSTMENTS", "REASON"


class _AdjustmentItem(Table):
    setting = "reconciliations_table"
    reason = UnicodeAttribute()


def keep(adjustment_id: str, sealed: str, at: datetime) -> None:
    """Once; a repetition changes nothing."""

    def write() -> None:
        with writing() as together:
            together.save(_AdjustmentItem(adjustment_id, _REASON, reason=sealed), condition=absent())
            together.save(_AdjustmentItem(_ADJUSTMENTS, f"{clock.written(at)}#{adjustment_id}", reason=sealed))

    made(write)


def reason(adjustment_id: str) -> str:
    found = _AdjustmentItem.find(adjustment_id, _REASON)
    return found.reason if found else ""


def newest(position: str | None, limit: int) -> tuple[list[tuple[str, str]], str | None]:
    """Id and sealed reason, newest first; and the position of the next page."""
    found, following = _AdjustmentItem.newest(_ADJUSTMENTS, "2", position, limit)
    return [(item.sk.partition("#")[2], item.reason) for item in found], following
