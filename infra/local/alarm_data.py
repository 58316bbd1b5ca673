"""Metrics of the local cloud by the minute, as far back as an alarm looks, and what stands in log lines of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

KEPT_MINUTES = 6 * 60 + 5
Metric = tuple[str, str, frozenset[tuple[str, str]]]
"""Namespace, name, dimensions."""
_STATISTICS = {"Sum", "Minimum", "Maximum", "SampleCount", "Average"}


@dataclass(frozen=True, slots=True)
class Points:
    """Of one minute, or of several together."""

    count: float
    total: float
    least: float
    most: float

    def __add__(self, other: Points) -> Points:
        least, most = min(self.least, other.least), max(self.most, other.most)
        return Points(self.count + other.count, self.total + other.total, least, most)

    def statistic(self, name: str) -> float:
        if name not in _STATISTICS:
            raise ValueError(f"{name} is none of {sorted(_STATISTICS)}")
        if name == "Average":
            return self.total / self.count
        named = {"Sum": self.total, "Minimum": self.least, "Maximum": self.most, "SampleCount": self.count}
        return named[name]


class Data:
    """Metric → minute since 1970 → its points."""

    def __init__(self) -> None:
        self._minutes: dict[Metric, dict[int, Points]] = {}

    def add(self, metric: Metric, minute: int, points: Points) -> None:
        minutes = self._minutes.setdefault(metric, {})
        minutes[minute] = minutes[minute] + points if minute in minutes else points

    def put(self, metric: Metric, minute: int, points: Points) -> None:
        """In the place of what was known of that minute."""
        self._minutes.setdefault(metric, {})[minute] = points

    def over(self, metric: Metric, first: int, last: int) -> Points | None:
        """All from minute `first` to `last`, both included; None where nothing was measured."""
        minutes = self._minutes.get(metric, {})
        found = [minutes[minute] for minute in range(first, last + 1) if minute in minutes]
        return _together(found)

    def forget(self, before: int) -> None:
        for metric in list(self._minutes):
            kept = {minute: points for minute, points in self._minutes[metric].items() if minute >= before}
            if kept:
                self._minutes[metric] = kept
            else:
                del self._minutes[metric]

    def metrics(self) -> Iterator[Metric]:
        yield from self._minutes

    def written(self) -> list[Any]:
        """As JSON takes it."""
        return [
            [
                namespace,
                name,
                sorted(dimensions),
                [[minute, one.count, one.total, one.least, one.most] for minute, one in minutes.items()],
            ]
            for (namespace, name, dimensions), minutes in self._minutes.items()
        ]

    @classmethod
    def read(cls, written: Iterable[Any]) -> Data:
        data = cls()
        for namespace, name, dimensions, minutes in written:
            metric = (namespace, name, frozenset((key, value) for key, value in dimensions))
            for minute, *points in minutes:
                data.put(metric, minute, Points(*points))
        return data


def metric_of(asked: Mapping[str, Any]) -> Metric:
    """Of a template's Namespace, MetricName and Dimensions."""
    dimensions = frozenset((one["Name"], one["Value"]) for one in asked.get("Dimensions", ()))
    return asked["Namespace"], asked["MetricName"], dimensions


def embedded(line: str) -> Iterator[tuple[Metric, int, Points]]:
    """What CloudWatch makes of a line in its embedded format; nothing of any other line.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    try:
        told = json.loads(line)
        about = told["_aws"]
        minute, directives = int(about["Timestamp"]) // 60_000, about["CloudWatchMetrics"]
    except (ValueError, KeyError, TypeError):
        return
    for directive in directives:
        for members in directive["Dimensions"]:
            dimensions = frozenset((member, str(told[member])) for member in members)
            for metric in directive["Metrics"]:
                values = told[metric["Name"]]
                yield (directive["Namespace"], metric["Name"], dimensions), minute, points(values)


def points(values: Any) -> Points:
    found = [float(value) for value in (values if isinstance(values, list) else [values])]
    return Points(len(found), sum(found), min(found), max(found))


def _together(found: list[Points]) -> Points | None:
    return sum(found[1:], found[0]) if found else None
