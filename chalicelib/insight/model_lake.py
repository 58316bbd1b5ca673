"""What the lake holds: files of events by day and hour. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import msgspec

ON_THE_WAY = timedelta(seconds=3)
"""About as long, what happened is in the stream or being gathered, and nowhere that anybody could see it wait."""
WHOLE = "all"
"""The hour of a file that holds a day."""
OPEN_FOR = timedelta(days=2)
"""A day is compacted into one file once it is over for so long; what comes later still finds its place in it."""
_PLACE = re.compile(r"landing/day=(?P<day>[0-9-]{10})/hour=(?P<hour>[01][0-9]|2[0-3])/[^/]+")
KNOWS_TOLD = timedelta(days=40)
"""So long it is remembered when something was told first: longer than anybody tells it again."""
MOST_LANDED = 20_000
"""Files of one turn."""


class File(msgspec.Struct, frozen=True, array_like=True):
    hour: str
    key: str
    events: int
    bytes: int


class Day(msgspec.Struct, frozen=True):
    day: str
    files: tuple[File, ...]
    version: int

    @property
    def events(self) -> int:
        return sum(one.events for one in self.files)

    def of(self, hour: str) -> File | None:
        return next((one for one in self.files if one.hour == hour), None)


class Landed(msgspec.Struct, frozen=True):
    key: str
    day: str
    hour: str
    bytes: int


class Landing(msgspec.Struct, frozen=True):
    """`strays`: keys that name no day and hour."""

    files: tuple[Landed, ...]
    strays: tuple[str, ...]


class Replaced(msgspec.Struct, frozen=True):
    """Files of a day that count no more since `by` was made."""

    day: str
    at: datetime
    by: str
    keys: tuple[str, ...]


class Job(msgspec.Struct, frozen=True):
    """One file to make: of those that are there, and of what has landed."""

    day: str
    hour: str
    old: tuple[File, ...]
    landed: tuple[Landed, ...]

    @property
    def key(self) -> str:
        """Follows from what goes into it: the same job again writes the same file."""
        named = "\n".join(sorted([*(one.key for one in self.old), *(one.key for one in self.landed)]))
        return f"events/day={self.day}/hour={self.hour}/{hashlib.sha256(named.encode()).hexdigest()[:32]}.parquet"


def landing(found: Iterable[tuple[str, int]]) -> Landing:
    """Of keys with their sizes."""
    files, strays = [], []
    for key, size in found:
        if (named := _PLACE.fullmatch(key)) and _is_day(named["day"]):
            files.append(Landed(key, named["day"], named["hour"], size))
        else:
            strays.append(key)
    return Landing(tuple(files), tuple(strays))


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def is_over(day: str, at: datetime) -> bool:
    return datetime.fromisoformat(day + "T00:00+00:00") + timedelta(days=1) + OPEN_FOR <= at


def through(at: datetime, behind_seconds: float) -> datetime:
    """Up to when all that happened is known, of what had landed at that time."""
    return at - max(ON_THE_WAY, timedelta(seconds=behind_seconds))


def jobs(known: Day, landed: Sequence[Landed], at: datetime) -> list[Job]:
    """Of a day that is over one, if anything is to do; of another one for each hour that something landed of."""
    if is_over(known.day, at):
        hours = {one.hour for one in known.files}
        done = not landed and hours <= {WHOLE}
        return [] if done else [Job(known.day, WHOLE, known.files, tuple(landed))]
    if whole := known.of(WHOLE):
        return [Job(known.day, WHOLE, (whole,), tuple(landed))] if landed else []
    return [_hour(known, hour, landed) for hour in sorted({one.hour for one in landed})]


def _hour(known: Day, hour: str, landed: Iterable[Landed]) -> Job:
    old = known.of(hour)
    return Job(known.day, hour, (old,) if old else (), tuple(one for one in landed if one.hour == hour))


def between(first: date, last: date) -> int:
    return (last - first).days + 1
