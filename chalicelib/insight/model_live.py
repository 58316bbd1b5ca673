"""The live report: what happened in the last minutes, hours and days, what is held, what waits. Nothing is a guess."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

import msgspec

from chalicelib.kernel import clock

_JUST_NOW = timedelta(minutes=1)
_ON_THE_WAY_SECONDS = 3
"""About as long, an entry is in the stream and nowhere else: nothing that waits tells of it."""
WINDOW_MINUTES = 60
WINDOW_HOURS = 48
WINDOW_DAYS = 31


class CountView(msgspec.Struct, frozen=True):
    """Entries of one kind in one minute (UTC); `amount` is what they moved together, in minor units."""

    minute: str
    kind: str
    processor: str
    currency: str
    entries: int
    amount: int


class HourView(msgspec.Struct, frozen=True):
    """The same of one hour (UTC), `2026-11-22T08`."""

    hour: str
    kind: str
    processor: str
    currency: str
    entries: int
    amount: int


class DayView(msgspec.Struct, frozen=True):
    """The same of one day (UTC), `2026-11-22`."""

    day: str
    kind: str
    processor: str
    currency: str
    entries: int
    amount: int


class CountedView(msgspec.Struct, frozen=True):
    """How far the counts are: as far as is measured, every entry up to `through_at` is in them, but for what died or
    was parked (`queues`). That is at most `behind_seconds` ago, null if nobody can say. The newest one counted is of
    `newest_at`, null if there is none in all the days."""

    newest_at: str | None
    counted_at: str | None
    waiting: int
    """Messages with entries that wait to be counted or are being counted, about: SQS counts them so."""
    waiting_seconds: float | None
    """How long the oldest of them has waited; null where nobody measured it."""
    stream_seconds: float | None
    """How late the journal's stream was last read; null where nobody measured it."""
    behind_seconds: int | None
    through_at: str | None


class RequestsView(msgspec.Struct, frozen=True):
    """What the API answered in one minute; a latency is null where nobody measured it."""

    minute: str
    requests: int
    client_errors: int
    server_errors: int
    latency_ms_p50: float | None
    latency_ms_p99: float | None


class HeldView(msgspec.Struct, frozen=True):
    """In minor units. `held` is all that customers and merchants own, `settling` what is on its way to merchants,
    `promotions` minus what coupons paid."""

    currency: str
    held: int
    settling: int
    fees: int
    unclaimed: int
    promotions: int


class ProcessorView(msgspec.Struct, frozen=True):
    """`holds`: what it has taken in for us and not paid out, in minor units."""

    name: str
    currency: str
    holds: int


class QueueView(msgspec.Struct, frozen=True):
    """Messages, about: SQS counts them so. `dead` is null where messages never die."""

    name: str
    waiting: int
    in_flight: int
    dead: int | None


class LiveView(msgspec.Struct, frozen=True):
    """`counts` (of minutes), `hours` and `days` lack those in which nothing happened, and each has the running one;
    `requests` is null where nobody counts them."""

    at: str
    window_minutes: int
    window_hours: int
    window_days: int
    counted: CountedView
    counts: list[CountView]
    hours: list[HourView]
    days: list[DayView]
    requests: list[RequestsView] | None
    held: list[HeldView]
    processors: list[ProcessorView]
    queues: list[QueueView]


def counted(
    at: datetime, newest: tuple[str, str], waiting: int, waiting_seconds: float | None, stream_seconds: float | None
) -> CountedView:
    """`newest`: the time of the newest entry counted and when it was counted, empty if there is none."""
    newest_at, counted_at = newest
    behind = _behind(at, newest, waiting_seconds if waiting else 0.0, stream_seconds or 0.0)
    through = None if behind is None else clock.written(at - timedelta(seconds=behind))
    return CountedView(newest_at or None, counted_at or None, waiting, waiting_seconds, stream_seconds, behind, through)


def _behind(at: datetime, newest: tuple[str, str], waiting_seconds: float | None, stream_seconds: float) -> int | None:
    """Where something waits and nobody knows since when, it may have since the newest that is counted. What the newest
    took on its way is told as long as that was just now: later, it says nothing of what comes."""
    newest_at, counted_at = (clock.read(time) if time else None for time in newest)
    if waiting_seconds is None:
        waiting_seconds = (at - newest_at).total_seconds() if newest_at else None
    if waiting_seconds is None:
        return None
    took = 0.0
    if newest_at and counted_at and at - counted_at <= _JUST_NOW:
        took = (counted_at - newest_at).total_seconds()
    return ceil(max(_ON_THE_WAY_SECONDS, took, waiting_seconds, stream_seconds))
