"""Events, filed as the lake files them, and questions about them answered in plain Python."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import strategies as st

from chalicelib.insight.model_events import COLUMNS
from chalicelib.insight.model_query import Dataset, Filter, Funnel, Measure, QueryRequest, Question
from chalicelib.kernel import clock

BEGIN = datetime(2026, 11, 28, 22, tzinfo=UTC)
Event = dict[str, Any]
Row = tuple[Any, ...]
WORDS: dict[str, tuple[str | None, ...]] = {
    "kind": ("payment", "top-up", "it's \"odd\"; --"), "channel": ("app", "merchant-api", None),
    "processor": ("stripe", "alipay", None), "method": ("card", None), "merchant": ("mer_a", "mer_b", None),
    "category": ("food", None), "region": ("CN-31", None), "device": ("ios", "android", None),
    "currency": ("CNY", "EUR"), "outcome": ("succeeded", "refused", "failed", "begun"), "reason": ("limit", None),
}  # fmt: skip
SHOPS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "mer_a": ({"size": 3, "region": "north"}, {"size": 9, "region": "south"}),
    "mer_c": ({"size": 4, "region": "east"},),
}
"""An imported file, one merchant in it twice."""


def events(seed: int, count: int, step: timedelta, steps: int, people: int) -> list[Event]:
    """At so many different times; several may be at one instant."""
    dice = random.Random(seed)
    found = []
    for number in range(count):
        one: Event = {"id": f"ent_{number:05}", "schema": 1, "account": "wal_1", "movement": f"pay_{number}"}
        one["happened_at"] = BEGIN + dice.randrange(steps) * step
        one |= {name: dice.choice(words) for name, words in WORDS.items()}
        one |= {"person": dice.choice([None, *(f"p{place}" for place in range(people))])}
        one |= {"tier": dice.choice([0, 1, 2, None]), "took_ms": dice.choice([7, None])}
        one |= {"amount": dice.randrange(-500, 5_000), "fee": dice.choice([0, 3, None])}
        one |= {"owed": dice.randrange(-90, 90), "settling": dice.choice([-40, 0, 40])}
        one |= {"change": None, "other": None, "other_change": None}
        found.append(one)
    return found


def written(folder: Path, found: list[Event]) -> list[str]:
    """As Parquet: days that are over in one file, the last two by hour."""
    connection = duckdb.connect(":memory:")
    connection.execute(f"CREATE TABLE raw ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})")
    rows = [
        [one[name].replace(tzinfo=None) if name == "happened_at" else one[name] for name in COLUMNS] for one in found
    ]
    connection.executemany(f"INSERT INTO raw VALUES ({', '.join('?' * len(COLUMNS))})", rows)
    day = "CAST(happened_at AS DATE)"
    last = max(one["happened_at"] for one in found).date() - timedelta(days=1)
    hour = f"CASE WHEN {day} < DATE '{last}' THEN 'all' ELSE lpad(CAST(hour(happened_at) AS VARCHAR), 2, '0') END"
    by = f"SELECT *, {day} AS day, {hour} AS hour FROM raw"
    connection.execute(f"COPY ({by}) TO '{folder}/events' (FORMAT parquet, PARTITION_BY (day, hour))")
    return sorted(map(str, folder.glob("events/*/*/*.parquet")))


def shops(folder: Path) -> Dataset:
    connection = duckdb.connect(":memory:")
    connection.execute("CREATE TABLE raw (merchant VARCHAR, size INTEGER, region VARCHAR)")
    rows = [[merchant, *one.values()] for merchant, several in SHOPS.items() for one in reversed(several)]
    connection.executemany("INSERT INTO raw VALUES (?, ?, ?)", rows)
    file = folder / "it's shops.parquet"
    connection.execute("COPY raw TO '" + str(file).replace("'", "''") + "' (FORMAT parquet)")
    return Dataset("merchant", ("size", "region"), str(file))


def order(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=repr)


# --- the same, in plain Python ---

Group = list[Event]
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Plain:
    """`moved`: by how much times are told later than they were."""

    asked: Question
    events: list[Event]
    moved: timedelta = timedelta()
    born: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in sorted(self.events, key=lambda one: one["happened_at"]):
            self.born.setdefault(one["person"], one["happened_at"])

    @property
    def wish(self) -> QueryRequest:
        return self.asked.wish

    def rows(self) -> list[Row]:
        now = self.groups()
        if not self.wish.compare:
            return [(*key, *self._measured(key, group)) for key, group in now.items()]
        earlier = Plain(self.asked, self.events, self.asked.length)
        before, rows = earlier.groups(), []
        for key in now | before:
            none = [None] * len(self.wish.measures)
            sides = [
                play._measured(key, groups[key]) if key in groups else none
                for play, groups in ((self, now), (earlier, before))
            ]
            rows.append((*key, *sides[0], *sides[1]))
        return rows

    def groups(self) -> dict[Key, Group]:
        groups: dict[Key, Group] = {} if self.wish.dimensions else {(): []}
        for one in self.kept():
            groups.setdefault(tuple(self._value(name, one) for name in self.wish.dimensions), []).append(one)
        return groups

    def kept(self) -> list[Event]:
        since, until = self.asked.since - self.moved, self.asked.until - self.moved
        return [
            one
            for one in self.events
            if since <= one["happened_at"] < until and all(self._passes(kept, one) for kept in self.wish.filters)
        ]

    def _passes(self, kept: Filter, one: Event) -> bool:
        value = Plain(self.asked, [], self.moved)._value(kept.dimension, one)
        return (value is not None and str(value) in kept.words) != kept.is_not

    def _value(self, name: str, one: Event) -> Any:
        at: datetime = one["happened_at"] + self.moved
        if name == "time":
            return clock.written(TRUNCATED[self.wish.grain](at))
        if name == "cohort":
            return one["person"] and clock.written(TRUNCATED[self.wish.grain](self.born[one["person"]] + self.moved))
        if name == "hour_of_day":
            return at.hour
        if "." in name:
            found = SHOPS.get(one["merchant"])
            return str(found[0][name.partition(".")[2]]) if found else None
        return at.isoweekday() if name == "weekday" else one[name]

    def _measured(self, key: Key, group: Group) -> list[Any]:
        return [self._measure(one, key, group) for one in self.wish.measures]

    def _measure(self, one: Measure, key: Key, group: Group) -> Any:
        if one.of is not None:
            values = sorted(event[one.of] for event in group if event[one.of] is not None)
            return _of_figures(one, values) if values else None
        if one.measure == "conversion":
            return self._conversion(one, group)
        if one.measure == "retention":
            return self._retention(one, clock.read(key[self.wish.dimensions.index("time")]), group)
        ended = [event["outcome"] for event in group if event["outcome"] in ("succeeded", "refused", "failed")]
        succeeded = share(ended.count("succeeded"), len(ended))
        people = {event["person"] for event in group} - {None}
        return {"count": len(group), "people": len(people), "success": succeeded}[one.measure]

    def _conversion(self, one: Measure, group: Group) -> int | None:
        first: dict[str, datetime] = {}
        for event in group:
            if event["person"]:
                first[event["person"]] = min(event["happened_at"], first.get(event["person"], event["happened_at"]))
        done = 0
        for person, at in first.items():
            later = [
                event
                for event in self.events
                if (event["person"], event["kind"], event["outcome"]) == (person, one.to, "succeeded")
                and at < event["happened_at"] <= at + timedelta(days=one.within_days or 0)
            ]
            done += len(later) >= (one.nth or 1)
        return share(done, len(first))

    def _retention(self, one: Measure, time: datetime, group: Group) -> int | None:
        grain, after = self.wish.grain, one.after or 0
        if self.asked.through and _later(time, grain, after + 1) - self.moved > self.asked.through:
            return None
        then = _later(time, grain, after)
        people = {event["person"] for event in group} - {None}
        active = {one["person"] for one in self.events if TRUNCATED[grain](one["happened_at"] + self.moved) == then}
        return share(len(people & active), len(people))

    def came(self, funnel: Funnel) -> list[dict[str, list[datetime]]]:
        """For each step who came so far, and when each step was done."""
        reached: list[dict[str, list[datetime]]] = []
        for place, step in enumerate(funnel.steps):
            done: dict[str, list[datetime]] = {}
            for person in sorted({one["person"] for one in self.events} - {None}):
                way = reached[-1].get(person) if place else []
                if way is None:
                    continue
                at = sorted(
                    one["happened_at"]
                    for one in (self.events if place else self.kept())
                    if (one["person"], one["kind"]) == (person, step.kind)
                    and step.outcome in (None, one["outcome"])
                    and (not way or way[-1] < one["happened_at"])
                )[step.nth - 1 : step.nth]
                if at and (not way or at[0] <= way[0] + timedelta(days=funnel.within_days)):
                    done[person] = [*way, *at]
            reached.append(done)
        return reached

    def steps(self, funnel: Funnel) -> list[Row]:
        reached, rows = self.came(funnel), []
        for place, done in enumerate(reached):
            took = sorted((way[-1] - way[-2]) // timedelta(seconds=1) for way in done.values() if place)
            before = share(len(done), len(reached[place - 1])) if place else None
            median = took[(len(took) - 1) // 2] if took else None
            rows.append((place + 1, len(done), share(len(done), len(reached[0])), before, median))
        return rows


TRUNCATED: dict[str, Callable[[datetime], datetime]] = {
    "minute": lambda at: at.replace(second=0, microsecond=0),
    "hour": lambda at: at.replace(minute=0, second=0, microsecond=0),
    "day": lambda at: at.replace(hour=0, minute=0, second=0, microsecond=0),
    "week": lambda at: (at - timedelta(days=at.weekday())).replace(hour=0, minute=0, second=0, microsecond=0),
    "month": lambda at: at.replace(day=1, hour=0, minute=0, second=0, microsecond=0),
}


def _later(at: datetime, grain: str, times: int) -> datetime:
    if grain == "month":
        months = at.year * 12 + at.month - 1 + times
        return at.replace(year=months // 12, month=months % 12 + 1)
    return at + times * timedelta(**{f"{grain}s": 1})


def _of_figures(one: Measure, values: list[int]) -> int:
    if one.measure == "quantile":
        return values[max(0, math.ceil((one.at or 0) * len(values)) - 1)]
    return sum(values) if one.measure == "sum" else _rounded(Fraction(sum(values), len(values)))


def share(part: int, whole: int) -> int | None:
    """In basis points."""
    return _rounded(Fraction(10_000 * part, whole)) if whole else None


def _rounded(exact: Fraction) -> int:
    """Half away from zero."""
    return int(math.copysign(math.floor(abs(exact) + Fraction(1, 2)), exact))


# --- what may be asked ---

NAMES = ("time", "hour_of_day", "weekday", "tier", *WORDS)


@st.composite
def filters(draw: Any) -> Filter:
    name = draw(st.sampled_from([one for one in NAMES if one != "time"]))
    known = {"hour_of_day": ("0", "7", "23"), "weekday": ("1", "7"), "tier": ("0", "2")}.get(name) or WORDS[name]
    words = [one for one in known if one] + ["nobody's"]
    return Filter(name, tuple(draw(st.lists(st.sampled_from(words), min_size=1, max_size=3))), draw(st.booleans()))


def times(seconds: int) -> st.SearchStrategy[dict[str, str]]:
    """A stretch of time that begins within so many seconds, and is no longer than that."""
    both = st.tuples(st.integers(0, seconds), st.integers(1, seconds))
    return both.map(lambda one: {name: clock.written(BEGIN + timedelta(seconds=at))
                                 for name, at in (("since", one[0]), ("until", sum(one)))})  # fmt: skip
