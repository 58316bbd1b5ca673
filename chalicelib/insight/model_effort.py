"""How long the tasks of people take, which they give up and how easy they find them: counted by day, nobody named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated, Literal, NamedTuple

import msgspec

from chalicelib.kernel.errors import InvalidRequest

Task = Literal["sign-up", "sign-in", "reset", "pay", "top-up", "send", "approve", "guardian", "mode"]
Mode = Literal["standard", "easy", "social"]
Language = Literal["en", "zh"]
MOST_EVENTS = 20
LONGEST_SECONDS = 3_600
BUCKETS = (5, 10, 20, 30, 60, 120, 300, 600, LONGEST_SECONDS)
"""Completed tasks are counted by how long they took: up to so many seconds."""
SCORES = (1, 2, 3, 4, 5)
USUAL_DAYS, MOST_DAYS = 28, 92
Day = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class TaskEvent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`score`: how easy it was, 1 (very hard) to 5 (very easy), if the person said so."""

    task: Task
    outcome: Literal["completed", "abandoned"]
    seconds: Annotated[int, msgspec.Meta(ge=0, le=LONGEST_SECONDS)]
    mode: Mode
    language: Language
    score: Annotated[int, msgspec.Meta(ge=1, le=5)] | None = None


class TaskEvents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    events: Annotated[list[TaskEvent], msgspec.Meta(min_length=1, max_length=MOST_EVENTS)]


class EffortView(msgspec.Struct, frozen=True):
    """`seconds` is the sum over what was completed; `at_most` counts it by seconds, `scores` by score."""

    task: Task
    mode: Mode
    language: Language
    completed: int
    abandoned: int
    seconds: int
    at_most: dict[str, int]
    scores: dict[str, int]


class EffortReport(msgspec.Struct, frozen=True, rename={"since": "from", "until": "to"}):
    since: str
    until: str
    tasks: tuple[EffortView, ...]


class Place(NamedTuple):
    """What is counted apart."""

    day: str
    task: Task
    mode: Mode
    language: Language


@dataclass(slots=True)
class Counts:
    completed: int = 0
    abandoned: int = 0
    seconds: int = 0
    at_most: dict[int, int] = field(default_factory=dict)
    scores: dict[int, int] = field(default_factory=dict)

    def add(self, other: Counts) -> None:
        self.completed += other.completed
        self.abandoned += other.abandoned
        self.seconds += other.seconds
        for mine, more in ((self.at_most, other.at_most), (self.scores, other.scores)):
            for key, count in more.items():
                mine[key] = mine.get(key, 0) + count


def counted(events: Iterable[TaskEvent], at: datetime) -> dict[Place, Counts]:
    """What the events add to the counters of the day on which they come."""
    found: dict[Place, Counts] = {}
    day = at.date().isoformat()
    for event in events:
        place = Place(day, event.task, event.mode, event.language)
        found.setdefault(place, Counts()).add(_counts(event))
    return found


def view(task: Task, mode: Mode, language: Language, counts: Counts) -> EffortView:
    at_most = {str(bound): counts.at_most.get(bound, 0) for bound in BUCKETS}
    scores = {str(score): counts.scores.get(score, 0) for score in SCORES}
    return EffortView(task, mode, language, counts.completed, counts.abandoned, counts.seconds, at_most, scores)


def period(since: str | None, until: str | None, at: datetime) -> tuple[str, str]:
    """First and last day, both included; by default four weeks. Raises InvalidRequest."""
    last = _day(until, "to") if until else at.date()
    first = _day(since, "from") if since else last - timedelta(days=min(USUAL_DAYS - 1, last.toordinal() - 1))
    if not timedelta(0) <= last - first < timedelta(days=MOST_DAYS):
        raise InvalidRequest(param="from")
    return first.isoformat(), last.isoformat()


def _counts(event: TaskEvent) -> Counts:
    scores = {event.score: 1} if event.score else {}
    if event.outcome == "abandoned":
        return Counts(abandoned=1, scores=scores)
    bound = next(bound for bound in BUCKETS if event.seconds <= bound)
    return Counts(completed=1, seconds=event.seconds, at_most={bound: 1}, scores=scores)


def _day(typed: str, param: str) -> date:
    try:
        found = date.fromisoformat(typed)
    except ValueError:
        raise InvalidRequest(param=param) from None
    if found.isoformat() != typed:
        raise InvalidRequest(param=param)
    return found
