"""The typical reports: as questions of ours, and as somebody would write them with pandas and with SQL for sqlite.

All sides answer with the same rows in the same order: text, and integers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.insight.model_query import Filter, Funnel, Measure, QueryRequest, Sort, Step
from chalicelib.kernel import clock
from tests.bench.analysing.generated import BEGIN, DAYS

if TYPE_CHECKING:
    import pandas as pd

Rows = list[list[str | int | None]]
MONTH = BEGIN + timedelta(days=DAYS - 30)
END = BEGIN + timedelta(days=DAYS)
CNY = Filter("currency", ("CNY",))
USED = (
    "kind", "happened_at", "person", "merchant", "processor", "outcome", "currency", "amount", "took_ms",
)  # fmt: skip
"""Columns that the others read: none that no report needs."""


@dataclass(frozen=True)
class Report:
    """`typical`: one that has to be there within a second."""

    name: str
    ours: QueryRequest
    pandas: Callable[[pd.DataFrame], Rows]
    sqlite: str
    typical: bool = True


def wish(since: Any, until: Any, measures: Sequence[Measure], **more: Any) -> QueryRequest:
    return QueryRequest(since=clock.written(since), until=clock.written(until), measures=tuple(measures), **more)


def _daily(frame: pd.DataFrame) -> Rows:
    kept = frame[(frame.happened_at >= _naive(MONTH)) & (frame.happened_at < _naive(END)) & (frame.currency == "CNY")]
    day = kept.happened_at.dt.floor("D").rename("day")
    grouped = kept.groupby([day, "kind"], observed=True)
    found = grouped.agg(count=("amount", "size"), sum=("amount", "sum"), people=("person", "nunique"))
    rows = found.reset_index().sort_values(["day", "kind"])
    return [[f"{at:%Y-%m-%dT%H:%M:%S}.000000Z", *rest] for at, *rest in rows.itertuples(index=False)]


def _merchants(frame: pd.DataFrame) -> Rows:
    kept = frame[(frame.happened_at >= _naive(MONTH)) & (frame.happened_at < _naive(END))]
    kept = kept[(kept.currency == "CNY") & (kept.kind == "payment")]
    found = kept.groupby("merchant", observed=True).agg(sum=("amount", "sum"), count=("amount", "size"))
    rows = found.reset_index().sort_values(["sum", "merchant"], ascending=[False, True]).head(20)
    return [list(row) for row in rows.itertuples(index=False)]


def _top_ups(frame: pd.DataFrame) -> Rows:
    kept = frame[(frame.happened_at >= _naive(BEGIN)) & (frame.happened_at < _naive(END)) & (frame.kind == "top-up")]
    good = (kept.outcome == "succeeded").rename("good")
    hour = kept.happened_at.dt.hour.rename("hour")
    found = (
        kept.assign(good=good).groupby(["processor", hour], observed=True).agg(n=("good", "size"), good=("good", "sum"))
    )
    rows = found.reset_index().sort_values(["processor", "hour"])
    return [[name, at, n, (20_000 * good + n) // (2 * n)] for name, at, n, good in rows.itertuples(index=False)]


def _slow(frame: pd.DataFrame) -> Rows:
    kept = frame[(frame.happened_at >= _naive(MONTH)) & (frame.happened_at < _naive(END))]
    found = kept.groupby("kind", observed=True).took_ms.quantile(0.95, interpolation="higher").reset_index()
    return [[kind, int(value)] for kind, value in found.sort_values("kind").itertuples(index=False)]


def _came_back(frame: pd.DataFrame) -> Rows:
    days = frame.happened_at.dt.floor("D").rename("day")
    seen = frame[["person"]].assign(day=days).drop_duplicates()
    next_day = seen.assign(day=seen.day - timedelta(days=1), again=True)
    kept = seen[(seen.day >= _naive(MONTH)) & (seen.day < _naive(END))].merge(next_day, how="left")
    found = kept.assign(again=kept.again.eq(True)).groupby("day").again.agg(["size", "sum"]).reset_index()
    return [[f"{at:%Y-%m-%dT%H:%M:%S}.000000Z", n, (20_000 * again + n) // (2 * n)]
            for at, n, again in found.itertuples(index=False)]  # fmt: skip


def _naive(moment: Any) -> Any:
    return moment.replace(tzinfo=None)


_MONTH = f"happened_at >= '{MONTH:%Y-%m-%d} 00:00:00' AND happened_at < '{END:%Y-%m-%d} 00:00:00'"
_ALL = f"happened_at >= '{BEGIN:%Y-%m-%d} 00:00:00' AND happened_at < '{END:%Y-%m-%d} 00:00:00'"
REPORTS = (
    Report(
        "a month by day and kind: how many, how much, how many people",
        wish(
            MONTH, END, (Measure("count"), Measure("sum", of="amount"), Measure("people")),
            dimensions=("time", "kind"), filters=(CNY,),
        ),
        _daily,
        "SELECT substr(happened_at, 1, 10) || 'T00:00:00.000000Z', kind, count(*), sum(amount), count(DISTINCT person) "
        f"FROM events WHERE {_MONTH} AND currency = 'CNY' GROUP BY 1, 2 ORDER BY 1, 2",
    ),
    Report(
        "the twenty merchants that sold most in a month",
        wish(
            MONTH, END, (Measure("sum", of="amount"), Measure("count")), dimensions=("merchant",),
            filters=(CNY, Filter("kind", ("payment",))), sort=Sort("sum_amount"), top=20,
        ),
        _merchants,
        f"SELECT merchant, sum(amount), count(*) FROM events WHERE {_MONTH} AND currency = 'CNY' AND kind = 'payment' "
        "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20",
    ),
    Report(
        "two months of top-ups by bank and hour of day: how many succeeded",
        wish(
            BEGIN, END, (Measure("count"), Measure("success")), dimensions=("processor", "hour_of_day"),
            filters=(Filter("kind", ("top-up",)),), sort=Sort("processor", descending=False),
        ),
        _top_ups,
        "SELECT processor, CAST(substr(happened_at, 12, 2) AS INTEGER), count(*), "
        "(20000 * sum(outcome = 'succeeded') + count(*)) / (2 * count(*)) "
        f"FROM events WHERE {_ALL} AND kind = 'top-up' GROUP BY 1, 2 ORDER BY 1, 2",
    ),
    Report(
        "a month by kind: how slow the slowest twentieth was",
        wish(
            MONTH, END, (Measure("quantile", of="took_ms", at=0.95),), dimensions=("kind",),
            sort=Sort("kind", descending=False),
        ),
        _slow,
        "SELECT kind, min(took_ms) FROM (SELECT kind, took_ms, "
        "row_number() OVER (PARTITION BY kind ORDER BY took_ms) AS place, count(*) OVER (PARTITION BY kind) AS n "
        f"FROM events WHERE {_MONTH}) WHERE place >= 0.95 * n GROUP BY 1 ORDER BY 1",
    ),
    Report(
        "a month by day: how many people, and how many came back a day later",
        wish(MONTH, END, (Measure("people"), Measure("retention", after=1)), dimensions=("time",)),
        _came_back,
        "WITH seen AS MATERIALIZED (SELECT DISTINCT person, substr(happened_at, 1, 10) AS day FROM events "
        f"WHERE {_MONTH}) SELECT now.day || 'T00:00:00.000000Z', count(*), "
        "(20000 * count(later.person) + count(*)) / (2 * count(*)) FROM seen AS now LEFT JOIN seen AS later "
        "ON later.person = now.person AND later.day = date(now.day, '+1 day') GROUP BY 1 ORDER BY 1",
        typical=False,
    ),
)  # fmt: skip
_PAID, _FUNNEL = Filter("kind", ("payment",)), Funnel((Step("top-up"), Step("payment"), Step("payment", nth=4)), 30)
HEAVY = {
    "two months: who of those who topped up paid within a week": wish(
        BEGIN, END, (Measure("conversion", to="payment", within_days=7),), filters=(Filter("kind", ("top-up",)),)
    ),
    "two months: from a top-up to the fifth payment": wish(BEGIN, END, (), funnel=_FUNNEL),
    "two months by minute and merchant: how many people": wish(
        BEGIN, END, (Measure("people"),), dimensions=("time", "merchant"), grain="minute", filters=(_PAID,)
    ),
    "two months by cohort and week: how many people": wish(
        BEGIN, END, (Measure("people"),), dimensions=("cohort", "time"), grain="week"
    ),
}
"""The widest that may be asked: answered by us alone, or told to be too wide; no other side does."""
