"""Task events come in from anybody and go into the counters of the day; nothing else of them is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from chalicelib.identity import throttle
from chalicelib.identity.throttle import Limit
from chalicelib.insight import model_effort, store_effort
from chalicelib.insight.model_effort import Counts, EffortReport, Language, Mode, Task, TaskEvent
from chalicelib.kernel import origin

_FROM_AN_ADDRESS = (Limit("task-events-hour", 600, timedelta(hours=1)),)
"""Many people share one address behind a carrier's translator."""


def told(events: Sequence[TaskEvent], source_address: str, at: datetime) -> None:
    """Raises TooManyRequests."""
    throttle.check(_FROM_AN_ADDRESS, origin.network(source_address), at)
    for place, counts in model_effort.counted(events, at).items():
        store_effort.add(place, counts)


def report(since: str | None, until: str | None, at: datetime) -> EffortReport:
    """The sums of a period, by task, mode and language. Raises InvalidRequest."""
    first, last = model_effort.period(since, until, at)
    sums: dict[tuple[Task, Mode, Language], Counts] = {}
    for place, counts in store_effort.between(first, last):
        sums.setdefault((place.task, place.mode, place.language), Counts()).add(counts)
    rows = tuple(model_effort.view(*what, counts) for what, counts in sorted(sums.items()))
    return EffortReport(first, last, rows)
