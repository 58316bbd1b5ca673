"""How often what happened in which hour, in the table `cases`."""

from __future__ import annotations

from collections.abc import Sequence

from pynamodb.attributes import NumberAttribute

from chalicelib.cloud_tables import Table

_PREFIX = "RISK#TREND#"


class _HourItem(Table):
    setting = "cases_table"
    times = NumberAttribute()


def add(series: str, hour: str, times: int) -> int:
    """How many there are now. A message that comes twice counts twice: it warns, it decides nothing."""
    item = _HourItem(_PREFIX + series, hour)
    item.update([_HourItem.times.add(times)])
    return int(item.times)


def counts(series: str, hours: Sequence[str]) -> list[int]:
    """In the order asked for; 0 where nothing was counted."""
    found = (_HourItem.find(_PREFIX + series, hour) for hour in hours)
    return [int(item.times) if item else 0 for item in found]
