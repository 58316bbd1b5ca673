"""Saved reports: a question without its dates, asked again at any time, and who is sent its answer when. Pure.

Days, weeks and months are those of UTC.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib.insight.model_query import (
    MOST_DIMENSIONS,
    MOST_FILTERS,
    MOST_MEASURES,
    MOST_ROWS,
    Dimension,
    Filter,
    Funnel,
    Grain,
    Measure,
    QueryRequest,
    Sort,
)
from chalicelib.kernel import clock, text
from chalicelib.kernel.errors import InvalidRequest

Period = Literal["today", "yesterday", "last-7-days", "last-30-days", "this-month", "last-month", "all"]
Chart = Literal["none", "bars", "lines"]
Every = Literal["day", "week", "month"]
KEPT_DELETED = timedelta(days=30)
SENT_WITHIN = timedelta(minutes=15)
"""Longer than the function that sends may take: whoever began is dead by then."""
GIVEN_UP_AFTER = timedelta(days=1)
_DAY = timedelta(days=1)
_BEGINNING = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


class SavedQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """As a question to `/v1/reports/query`, with a `period` in the place of `from` and `to`. `last-7-days` and
    `last-30-days` are whole days and end with yesterday; `today` and `this-month` end with today."""

    period: Period
    measures: Annotated[tuple[Measure, ...], Meta(max_length=MOST_MEASURES)] = ()
    dimensions: Annotated[tuple[Dimension, ...], Meta(max_length=MOST_DIMENSIONS)] = ()
    grain: Grain = "day"
    filters: Annotated[tuple[Filter, ...], Meta(max_length=MOST_FILTERS)] = ()
    compare: bool = False
    sort: Sort | None = None
    top: Annotated[int, Meta(ge=1, le=MOST_ROWS)] = 1_000
    funnel: Funnel | None = None

    def asked(self, at: datetime) -> QueryRequest:
        """The question as it is at that moment."""
        since, until = map(clock.written, span(self.period, at))
        same = {name: getattr(self, name) for name in self.__struct_fields__ if name != "period"}
        return QueryRequest(since=since, until=until, **same)


class ReportSchedule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """At the full `hour` (UTC) of every day, every Monday or every first of a month, by e-mail to these operators."""

    every: Every
    hour: Annotated[int, Meta(ge=0, le=23)]
    recipients: Annotated[tuple[Annotated[str, Meta(max_length=64)], ...], Meta(min_length=1, max_length=10)]


class NewReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=80)]
    query: SavedQuery
    chart: Chart = "none"
    schedule: ReportSchedule | None = None


class ReportChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is given is changed; `schedule` null ends the sending."""

    name: Annotated[str, Meta(min_length=1, max_length=80)] | None = None
    query: SavedQuery | None = None
    chart: Chart | None = None
    schedule: ReportSchedule | UnsetType | None = UNSET


class SavedReportView(msgspec.Struct, frozen=True):
    """`next_at`: when it is sent next. `deleted_at`: until thirty days after it, it can be restored."""

    id: str
    name: str
    query: SavedQuery
    chart: Chart
    schedule: ReportSchedule | None
    made_by: str
    created_at: str
    changed_at: str
    next_at: str | None
    deleted_at: str | None


class Saved(msgspec.Struct, frozen=True):
    """`due_at`: when somebody looks whether it is to be sent. While it is being sent, `sending_for` is when it was to
    be, and `told` is who has it."""

    id: str
    name: str
    query: SavedQuery
    chart: Chart
    schedule: ReportSchedule | None
    made_by: str
    created_at: str
    changed_at: str
    deleted_at: str | None = None
    due_at: str | None = None
    sending_for: str | None = None
    told: tuple[str, ...] = ()
    version: int = 0

    @property
    def view(self) -> SavedReportView:
        return SavedReportView(
            self.id, self.name, self.query, self.chart, self.schedule, self.made_by, self.created_at, self.changed_at,
            self.sending_for or self.due_at, self.deleted_at,
        )  # fmt: skip

    def is_gone(self, at: datetime) -> bool:
        """Whether it was deleted so long ago that it counts as never there."""
        return self.deleted_at is not None and clock.read(self.deleted_at) + KEPT_DELETED <= at

    def is_due(self, at: datetime) -> bool:
        return self.schedule is not None and self.due_at is not None and clock.read(self.due_at) <= at


def made(report_id: str, wish: NewReport, by: str, at: datetime) -> Saved:
    """Raises InvalidRequest: its question makes no sense, its name shows nothing."""
    saved, now = wish.query, clock.written(at)
    new = Saved(report_id, tidy_name(wish.name), saved, wish.chart, wish.schedule, by, now, now)
    return _scheduled(new, at)


def changed(seen: Saved, wish: ReportChange, at: datetime) -> Saved:
    """Raises InvalidRequest. What is being sent is sent to its end, unless nothing is to be sent any more."""
    given: dict[str, object] = {} if wish.name is None else {"name": tidy_name(wish.name)}
    given |= {} if wish.query is None else {"query": wish.query}
    given |= {} if wish.chart is None else {"chart": wish.chart}
    given |= {} if wish.schedule is UNSET else {"schedule": wish.schedule}
    now = msgspec.structs.replace(seen, **given)
    if now == seen:
        return seen
    now = msgspec.structs.replace(now, changed_at=clock.written(at))
    return now if now.schedule == seen.schedule else _scheduled(now, at)


def deleted(seen: Saved, at: datetime) -> Saved:
    """Once: deleted again it is as it was."""
    if seen.deleted_at:
        return seen
    return msgspec.structs.replace(seen, deleted_at=clock.written(at), due_at=None, sending_for=None, told=())


def restored(seen: Saved, at: datetime) -> Saved:
    """What was to be sent meanwhile is not."""
    return _scheduled(msgspec.structs.replace(seen, deleted_at=None), at) if seen.deleted_at else seen


def _scheduled(now: Saved, at: datetime) -> Saved:
    if now.schedule is None:
        return msgspec.structs.replace(now, due_at=None, sending_for=None, told=())
    if now.sending_for:
        return now
    return msgspec.structs.replace(now, due_at=clock.written(following(now.schedule, at)))


def following(schedule: ReportSchedule, after: datetime) -> datetime:
    """The first moment of the schedule that is later."""
    day = after.replace(hour=schedule.hour, minute=0, second=0, microsecond=0)
    while day <= after or not _falls_on(schedule.every, day):
        day += _DAY
    return day


def _falls_on(every: Every, day: datetime) -> bool:
    return {"day": True, "week": day.isoweekday() == 1, "month": day.day == 1}[every]


def span(period: Period, at: datetime) -> tuple[datetime, datetime]:
    """Of `from` ≤ time < `to`."""
    today = at.replace(hour=0, minute=0, second=0, microsecond=0)
    first, tomorrow = today.replace(day=1), today + _DAY
    spans: Mapping[Period, tuple[datetime, datetime]] = {
        "today": (today, tomorrow),
        "yesterday": (today - _DAY, today),
        "last-7-days": (today - 7 * _DAY, today),
        "last-30-days": (today - 30 * _DAY, today),
        "this-month": (first, tomorrow),
        "last-month": ((first - _DAY).replace(day=1), first),
        "all": (_BEGINNING, tomorrow),
    }
    return spans[period]


def tidy_name(typed: str) -> str:
    """NFC, no space around it, every character one that people see. Raises InvalidRequest."""
    name = unicodedata.normalize("NFC", typed).strip()
    if not name or text.hides_something(name):
        raise InvalidRequest(param="name")
    return name
