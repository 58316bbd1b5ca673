"""A question about what happened, and its answer. Pure.

Amounts of several currencies are never added: whoever asks for amounts names one currency, or asks by currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidRequest

Grain = Literal["minute", "hour", "day", "week", "month"]
Figure = Literal["amount", "fee", "owed", "settling", "took_ms"]
Side = Literal["now", "before"]
MeasureKind = Literal["count", "sum", "average", "quantile", "people", "success", "conversion", "retention"]
PLAIN: Final = (
    "kind", "channel", "processor", "method", "merchant", "category", "region", "device", "currency", "outcome",
    "reason",
)  # fmt: skip
"""Dimensions that are a column of text."""
DIMENSIONS: Final = ("time", "cohort", "hour_of_day", "weekday", "tier", *PLAIN)
MONEY: frozenset[Figure] = frozenset({"amount", "fee", "owed", "settling"})
MOST_MEASURES, MOST_DIMENSIONS, MOST_FILTERS, MOST_ROWS, MOST_STEPS = 8, 4, 12, 10_000, 8
_IMPORTED = r"[a-z][a-z0-9_]{0,31}\.[a-z][a-z0-9_]{0,31}"
Moment = Annotated[str, Meta(max_length=40)]
Word = Annotated[str, Meta(min_length=1, max_length=64)]
Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Dimension = Annotated[str, Meta(pattern=f"^({'|'.join(DIMENSIONS)}|{_IMPORTED})$")]
Column = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,38}(\.[a-z][a-z0-9_]{0,31})?$")]
Nth = Annotated[int, Meta(ge=1, le=100)]
Days = Annotated[int, Meta(ge=1, le=366)]
_NEEDS: Mapping[MeasureKind, frozenset[str]] = {
    "count": frozenset(), "people": frozenset(), "success": frozenset(), "sum": frozenset({"of"}),
    "average": frozenset({"of"}), "quantile": frozenset({"of", "at"}), "retention": frozenset({"after"}),
    "conversion": frozenset({"to", "within_days"}),
}  # fmt: skip
_MAY_HAVE: Mapping[MeasureKind, frozenset[str]] = {"conversion": frozenset({"nth"})}
_LONGEST: Mapping[Grain, timedelta] = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=31),
}
_FIRST_YEAR, _LAST_YEAR = 2000, 2200


class Measure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`of`: of sum, average and quantile. `at`: of quantile, 0.5 is the median. In basis points are `success`: of those
    that ended; `conversion`: of the group's people, who after their first event in it did `to` with success, `nth`
    times, within so many days; `retention`: of them, who did anything exactly `after` grains later."""

    measure: MeasureKind
    of: Figure | None = None
    at: Annotated[float, Meta(gt=0, lt=1)] | None = None
    to: Word | None = None
    nth: Nth | None = None
    within_days: Days | None = None
    after: Annotated[int, Meta(ge=1, le=60)] | None = None
    name: Name | None = None

    @property
    def called(self) -> str:
        """Its column."""
        if self.name:
            return self.name
        quantile = f"_{round(self.at * 1_000)}" if self.at else ""
        after = f"_{self.after}" if self.after else ""
        return self.measure + (f"_{self.of}" if self.of else "") + quantile + after

    @property
    def is_money(self) -> bool:
        return self.of in MONEY

    @property
    def is_whole(self) -> bool:
        """Whether it has what its kind needs, and nothing else."""
        named = ("of", "at", "to", "nth", "within_days", "after")
        given = {name for name in named if getattr(self, name) is not None}
        needed = _NEEDS[self.measure]
        return needed <= given <= needed | _MAY_HAVE.get(self.measure, frozenset())


class Filter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Kept is what has one of these words; with `is_not`, everything else, what has none too. `tier`: "0" and so on."""

    dimension: Dimension
    words: Annotated[tuple[Word, ...], Meta(min_length=1, max_length=100)]
    is_not: bool = False


class Sort(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`by`: a dimension, or what a measure is called."""

    by: Column
    descending: bool = True


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Done by the `nth` event of a kind after the step before; without `outcome`, however it ended."""

    kind: Word
    outcome: Word | None = None
    nth: Nth = 1


class Funnel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far people came: who did the first step in the time asked about, and passes the filters, did the others one
    after another, all within so many days of it. `median_seconds`: from the step before."""

    steps: Annotated[tuple[Step, ...], Meta(min_length=2, max_length=MOST_STEPS)]
    within_days: Days


FUNNEL_COLUMNS: Final = ("step", "people", "of_first", "of_before", "median_seconds")


class QueryRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Of `from` ≤ time < `to`. `compare`: with as long a time right before, as `<measure>_before`. `top`: rows. Asked
    is for `measures` or for a `funnel`. A dimension `<dataset>.<column>` is a column of an imported file."""

    since: Moment = msgspec.field(name="from")
    until: Moment = msgspec.field(name="to")
    measures: Annotated[tuple[Measure, ...], Meta(max_length=MOST_MEASURES)] = ()
    dimensions: Annotated[tuple[Dimension, ...], Meta(max_length=MOST_DIMENSIONS)] = ()
    grain: Grain = "day"
    filters: Annotated[tuple[Filter, ...], Meta(max_length=MOST_FILTERS)] = ()
    compare: bool = False
    sort: Sort | None = None
    top: Annotated[int, Meta(ge=1, le=MOST_ROWS)] = 1_000
    funnel: Funnel | None = None


class Dataset(msgspec.Struct, frozen=True):
    """An imported file: `key` is the dimension that its rows are found by, and its column of that name; `file`: Parquet
    on this machine."""

    key: str
    columns: tuple[str, ...]
    file: str


Datasets = Mapping[str, Dataset]


class Question(msgspec.Struct, frozen=True):
    """A request that makes sense. `through`: up to when everything is known; what goes on then has no retention yet."""

    since: datetime
    until: datetime
    wish: QueryRequest
    datasets: Datasets = {}
    through: datetime | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        if self.wish.funnel:
            return FUNNEL_COLUMNS
        measures = [measure.called for measure in self.wish.measures]
        before = [f"{name}_before" for name in measures] if self.wish.compare else []
        return (*self.wish.dimensions, *measures, *before)

    @property
    def length(self) -> timedelta:
        return self.until - self.since

    @property
    def ongoing(self) -> tuple[str, ...]:
        """Which time goes on, where that makes a difference to the answer: once it is over there is another one."""
        if self.through is None or not any(one.after for one in self.wish.measures):
            return ()
        return (clock.written(self.through)[: {"minute": 16, "hour": 13}.get(self.wish.grain, 10)],)

    @property
    def days(self) -> tuple[date, date]:
        """First and last day of which anything has to be read: before for a cohort, after for what people did then."""
        since = self.since - self.length if self.wish.compare else self.since
        first = date.min if "cohort" in self.wish.dimensions else since.date()
        return first, (self.until + self.follows - clock.MICROSECOND).date()

    @property
    def follows(self) -> timedelta:
        """How long after its end somebody may still do what counts."""
        within = [self.wish.funnel.within_days] if self.wish.funnel else []
        within += [one.within_days for one in self.wish.measures if one.within_days]
        known = [timedelta(days=days) + clock.MICROSECOND for days in within]
        known += [(one.after + 1) * _LONGEST[self.wish.grain] for one in self.wish.measures if one.after]
        return max(known, default=timedelta())


def question(wish: QueryRequest, datasets: Datasets | None = None, through: datetime | None = None) -> Question:
    """Raises InvalidRequest: `param` says which part makes no sense."""
    since, until = _moment(wish.since, "from"), _moment(wish.until, "to")
    if until <= since:
        raise InvalidRequest(param="to")
    _check_dimensions(wish, datasets or {})
    if wish.funnel:
        return _funnel(Question(since, until, wish, datasets or {}, through))
    _check_measures(wish)
    asked = Question(since, until, wish, datasets or {}, through)
    if len(set(asked.columns)) < len(asked.columns):
        raise InvalidRequest(param="measures")
    if wish.sort and wish.sort.by not in asked.columns:
        raise InvalidRequest(param="sort")
    return asked


def _moment(text: str, param: str) -> datetime:
    try:
        at = clock.read(text)
    except (ValueError, OverflowError):
        raise InvalidRequest(param=param) from None
    if not _FIRST_YEAR <= at.year < _LAST_YEAR:
        raise InvalidRequest(param=param)
    return at


def _funnel(asked: Question) -> Question:
    wish = asked.wish
    if wish.measures or wish.dimensions or wish.compare or wish.sort:
        raise InvalidRequest(param="funnel")
    return asked


def _check_dimensions(wish: QueryRequest, datasets: Datasets) -> None:
    if len(set(wish.dimensions)) < len(wish.dimensions) or not _all_known(wish.dimensions, datasets):
        raise InvalidRequest(param="dimensions")
    filtered = [one.dimension for one in wish.filters]
    if {"time", "cohort"} & set(filtered) or not _all_known(filtered, datasets):
        raise InvalidRequest(param="filters")


def _all_known(names: Iterable[str], datasets: Datasets) -> bool:
    imported = {f"{name}.{column}" for name, one in datasets.items() for column in one.columns}
    return all(name in DIMENSIONS or name in imported for name in names)


def _check_measures(wish: QueryRequest) -> None:
    if not wish.measures or not all(one.is_whole for one in wish.measures):
        raise InvalidRequest(param="measures")
    if any(one.after for one in wish.measures) and "time" not in wish.dimensions:
        raise InvalidRequest(param="dimensions")
    if any(one.is_money for one in wish.measures) and not _one_currency(wish):
        raise InvalidRequest(param="filters", reason="one-currency")


def _one_currency(wish: QueryRequest) -> bool:
    named = (one for one in wish.filters if one.dimension == "currency" and not one.is_not)
    return "currency" in wish.dimensions or any(len(one.words) == 1 for one in named)


class Answered(msgspec.Struct, frozen=True):
    """`rows`: in the order of `columns`. `complete`: whether there are no more than these."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | None, ...], ...]
    complete: bool

    def named(self) -> tuple[Mapping[str, str | int | None], ...]:
        return tuple(dict(zip(self.columns, row, strict=True)) for row in self.rows)
