"""When banks work, per currency: the days of the system that clears it. Pure; `calendars/*.json`, read once.

A bank's day is counted in its own standard time: clocks that change in summer do not move it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from pathlib import Path

import msgspec

_DAY = timedelta(days=1)
_SATURDAY = 5


class Calendar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`holidays` besides Saturdays and Sundays, as the `authority` names them."""

    currency: str
    authority: str
    utc_offset_minutes: int
    holidays: frozenset[date]

    @property
    def zone(self) -> timezone:
        return timezone(timedelta(minutes=self.utc_offset_minutes))


def day_of(currency: str, at: datetime) -> date:
    """Which day it is where `currency` is cleared."""
    return at.astimezone(_calendar(currency).zone).date()


def is_bank_day(currency: str, day: date) -> bool:
    return day.weekday() < _SATURDAY and day not in _calendar(currency).holidays


def bank_day_after(currency: str, day: date) -> date:
    following = day + _DAY
    while not is_bank_day(currency, following):
        following += _DAY
    return following


def cut_off_after(currency: str, cut_off: time, at: datetime) -> datetime:
    """The first cut-off of a bank day that is later than `at`, in UTC; `cut_off` as clocks show it there."""
    day = day_of(currency, at) - _DAY
    while True:
        day = bank_day_after(currency, day)
        found = datetime.combine(day, cut_off, _calendar(currency).zone).astimezone(UTC)
        if found > at:
            return found


@cache
def _calendar(currency: str) -> Calendar:
    file = Path(__file__).parent / "calendars" / f"{currency}.json"
    return msgspec.json.decode(file.read_bytes(), type=Calendar)
