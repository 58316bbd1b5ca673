"""Counters of tasks, in the table `cases`: one item for each day, task, mode and language, only ever added to.

An addition whose answer was lost is made again, so it may count twice: these are numbers for people, not books.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from pynamodb.attributes import NumberAttribute
from pynamodb.expressions.update import Action

from chalicelib.cloud_tables import Table
from chalicelib.insight.model_effort import BUCKETS, SCORES, Counts, Language, Mode, Place, Task

_TASKS = "TASKS"


class _EffortItem(Table):
    setting = "cases_table"
    completed = NumberAttribute(null=True)
    abandoned = NumberAttribute(null=True)
    seconds = NumberAttribute(null=True)
    at_most_5 = NumberAttribute(null=True)
    at_most_10 = NumberAttribute(null=True)
    at_most_20 = NumberAttribute(null=True)
    at_most_30 = NumberAttribute(null=True)
    at_most_60 = NumberAttribute(null=True)
    at_most_120 = NumberAttribute(null=True)
    at_most_300 = NumberAttribute(null=True)
    at_most_600 = NumberAttribute(null=True)
    at_most_3600 = NumberAttribute(null=True)
    score_1 = NumberAttribute(null=True)
    score_2 = NumberAttribute(null=True)
    score_3 = NumberAttribute(null=True)
    score_4 = NumberAttribute(null=True)
    score_5 = NumberAttribute(null=True)


def add(place: Place, counts: Counts) -> None:
    item = _EffortItem(_TASKS, "#".join(place))
    actions: list[Action] = [getattr(_EffortItem, name).add(count) for name, count in _named(counts).items() if count]
    item.update(actions)


def between(first_day: str, last_day: str) -> Iterator[tuple[Place, Counts]]:
    """Of every day from the first to the last."""
    found = _EffortItem.query(_TASKS, _EffortItem.sk.between(first_day, last_day + "$"))
    yield from ((_place(item.sk), _counts(item)) for item in found)


def _named(counts: Counts) -> dict[str, int]:
    plain = {"completed": counts.completed, "abandoned": counts.abandoned, "seconds": counts.seconds}
    at_most = {f"at_most_{bound}": count for bound, count in counts.at_most.items()}
    return {**plain, **at_most, **{f"score_{score}": count for score, count in counts.scores.items()}}


def _counts(item: _EffortItem) -> Counts:
    return Counts(
        int(item.completed or 0),
        int(item.abandoned or 0),
        int(item.seconds or 0),
        {bound: int(getattr(item, f"at_most_{bound}") or 0) for bound in BUCKETS},
        {score: int(getattr(item, f"score_{score}") or 0) for score in SCORES},
    )


def _place(key: str) -> Place:
    day, task, mode, language = key.split("#")
    return Place(day, msgspec.convert(task, Task), msgspec.convert(mode, Mode), msgspec.convert(language, Language))
