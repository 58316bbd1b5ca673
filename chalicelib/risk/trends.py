"""Counting what happens by the hour, and warning early where it rises beyond the same hour of earlier weeks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from chalicelib.cases import service as cases
from chalicelib.kernel import clock
from chalicelib.observability import count as counted
from chalicelib.risk import model_trends, store_trends

CASE = "risk-trend"
_LOOKED_AT_WITHIN = timedelta(hours=1)


def count(happened: Sequence[Mapping[str, Any]], at: datetime) -> int:
    """How many trends rise because of it."""
    found: Counter[tuple[str, str]] = Counter()
    for told in happened:
        if series := model_trends.series(told):
            found[series, model_trends.hour_of(clock.read(told["at"]))] += 1
    return sum(_added(series, hour, times, at) for (series, hour), times in sorted(found.items()))


def _added(series: str, hour: str, times: int, at: datetime) -> bool:
    now = store_trends.add(series, hour, times)
    if now < model_trends.LEAST:
        return False
    earlier = model_trends.weeks_before(clock.read(f"{hour}:00:00Z"))
    trend = model_trends.trend(now, store_trends.counts(series, earlier))
    return trend.rises and _warn(series, hour, trend, at)


def _warn(series: str, hour: str, trend: model_trends.Trend, at: datetime) -> bool:
    """Once an hour and series, whoever sees it first."""
    if cases.standing(cases.case_id(CASE, series, hour)):
        return False
    facts: dict[str, str | int] = {"hour": hour, "times": trend.now, "usual": trend.usual}
    cases.open_case(CASE, series, facts, at + _LOOKED_AT_WITHIN, at, key=hour)
    counted("TrendRises")
    return True
