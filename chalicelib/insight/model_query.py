"""A question about what happened, and its answer. Pure.

Amounts of several currencies are never added: whoever asks for amounts names one currency, or asks by currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidRequest

Grain = Literal["minute", "hour", "day", "week", "month"]
Dimension = Literal[
    "time", "hour_of_day", "weekday", "kind", "channel", "processor", "method", "merchant", "category", "region",
    "tier", "device", "currency", "outcome", "reason",
]  # fmt: skip
Figure = Literal["amount", "fee", "took_ms"]
MeasureKind = Literal["count", "sum", "average", "quantile", "people", "success"]
MONEY: frozenset[Figure] = frozenset({"amount", "fee"})
MOST_MEASURES, MOST_DIMENSIONS, MOST_FILTERS, MOST_ROWS = 8, 4, 12, 10_000
Moment = Annotated[str, Meta(max_length=40)]
Word = Annotated[str, Meta(min_length=1, max_length=64)]
Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}$")]


class Measure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`of`: of sum, average and quantile. `at`: of quantile, 0.5 is the median. `success`: of those that ended, in
    basis points."""

    measure: MeasureKind
    of: Figure | None = None
    at: Annotated[float, Meta(gt=0, lt=1)] | None = None
    name: Name | None = None

    @property
    def called(self) -> str:
        """Its column."""
        if self.name:
            return self.name
        quantile = f"_{round(self.at * 1_000)}" if self.at else ""
        return self.measure + (f"_{self.of}" if self.of else "") + quantile

    @property
    def is_money(self) -> bool:
        return self.of in MONEY


class Filter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Kept is what has one of these words; with `is_not`, everything else, what has none too. `tier`: "0" and so on."""

    dimension: Dimension
    words: Annotated[tuple[Word, ...], Meta(min_length=1, max_length=100)]
    is_not: bool = False


class Sort(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`by`: a dimension, or what a measure is called."""

    by: Name
    descending: bool = True


class QueryRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of `from` ≤ time < `to`. `compare`: with as long a time right before, as `<measure>_before`. `top`: rows."""

    since: Moment = msgspec.field(name="from")
    until: Moment = msgspec.field(name="to")
    measures: Annotated[tuple[Measure, ...], Meta(min_length=1, max_length=MOST_MEASURES)]
    dimensions: Annotated[tuple[Dimension, ...], Meta(max_length=MOST_DIMENSIONS)] = ()
    grain: Grain = "day"
    filters: Annotated[tuple[Filter, ...], Meta(max_length=MOST_FILTERS)] = ()
    compare: bool = False
    sort: Sort | None = None
    top: Annotated[int, Meta(ge=1, le=MOST_ROWS)] = 1_000


class Question(msgspec.Struct, frozen=True):
    """A request that makes sense."""

    since: datetime
    until: datetime
    wish: QueryRequest

    @property
    def columns(self) -> tuple[str, ...]:
        measures = [measure.called for measure in self.wish.measures]
        before = [f"{name}_before" for name in measures] if self.wish.compare else []
        return (*self.wish.dimensions, *measures, *before)


def question(wish: QueryRequest) -> Question:
    """Raises InvalidRequest: `param` says which part makes no sense."""
    since, until = _moment(wish.since, "from"), _moment(wish.until, "to")
    if until <= since:
        raise InvalidRequest(param="to")
    _check_measures(wish)
    if len(set(wish.dimensions)) < len(wish.dimensions):
        raise InvalidRequest(param="dimensions")
    if any(one.dimension == "time" for one in wish.filters):
        raise InvalidRequest(param="filters")
    asked = Question(since, until, wish)
    if len(set(asked.columns)) < len(asked.columns):
        raise InvalidRequest(param="measures")
    if wish.sort and wish.sort.by not in asked.columns:
        raise InvalidRequest(param="sort")
    return asked


def _moment(text: str, param: str) -> datetime:
    try:
        return clock.read(text).astimezone(UTC)
    except ValueError:
        raise InvalidRequest(param=param) from None


def _check_measures(wish: QueryRequest) -> None:
    for one in wish.measures:
        if (one.of is None) != (one.measure in ("count", "people", "success")):
            raise InvalidRequest(param="measures")
        if (one.at is None) != (one.measure != "quantile"):
            raise InvalidRequest(param="measures")
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
