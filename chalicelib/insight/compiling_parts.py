"""Of what each statement is made: dimensions, what is kept, and what events are joined with. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.insight.model_query import PLAIN, Filter, Question

_CALENDAR: Mapping[str, str] = {"hour_of_day": "hour({at})", "weekday": "isodow({at})", "tier": "tier"}
TIMES, NEXT = ("time", "cohort"), ",\n"


class Values(dict[str, Any]):
    """Parameters by name."""

    def add(self, value: Any) -> str:
        """What stands for it."""
        name = f"p{len(self)}"
        self[name] = value
        return f"${name}"

    def moment(self, at: datetime) -> str:
        return f"CAST({self.add(at.replace(tzinfo=None))} AS TIMESTAMP)"


@dataclass(frozen=True)
class Part:
    """A time that is measured. Of one before, times are told as if they were now: each stands beside the one that it is
    compared with."""

    name: str
    since: datetime
    until: datetime
    moved: timedelta = timedelta()

    @property
    def micro(self) -> int:
        return self.moved // timedelta(microseconds=1)

    def told(self, at: str) -> str:
        return f"({at} + to_microseconds({self.micro}))" if self.micro else at


def quoted(name: str) -> str:
    """Names have no quotes in them; they may be words of SQL."""
    return f'"{name}"'


def share(part: str, whole: str) -> str:
    """In basis points; none of nothing."""
    return f"CAST(round(10000 * {part} / nullif({whole}, 0)) AS BIGINT)"


def dimension(name: str, asked: Question, part: Part) -> str:
    if name in TIMES:
        at = "happened_at" if name == "time" else "cohort_at"
        return f"date_trunc('{asked.wish.grain}', {part.told(at)})"
    if name in PLAIN or "." in name:
        return quoted(name)
    return _CALENDAR[name].format(at=part.told("happened_at"))


def source(asked: Question) -> str:
    """Events, beside each the first one of its person and the row of an imported file, where it is asked for."""
    names = {*asked.wish.dimensions, *(one.dimension for one in asked.wish.filters)}
    joins = [_imported(asked, name) for name in sorted({name.partition(".")[0] for name in names if "." in name})]
    if "cohort" in names:
        first = "SELECT person AS cohort_person, min(happened_at) AS cohort_at FROM events "
        first += "WHERE person IS NOT NULL GROUP BY 1"
        joins.append(f"LEFT JOIN ({first}) AS cohorts ON cohort_person = person")
    return " ".join(("events", *joins))


def _imported(asked: Question, name: str) -> str:
    """Its row for each key: the first one, so that no event is counted twice."""
    dataset, key = asked.datasets[name], quoted(f"{name}.")
    columns = ", ".join(f"CAST({quoted(one)} AS VARCHAR) AS {quoted(f'{name}.{one}')}" for one in dataset.columns)
    order = ", ".join(quoted(one) for one in dataset.columns)
    file = dataset.file.replace("'", "''")
    found = f"SELECT CAST({quoted(dataset.key)} AS VARCHAR) AS {key}, {columns} FROM read_parquet('{file}') QUALIFY "
    found += f"row_number() OVER (PARTITION BY {quoted(dataset.key)} ORDER BY {order}) = 1"
    return f"LEFT JOIN ({found}) AS {quoted(name + '.rows')} ON CAST({quoted(dataset.key)} AS VARCHAR) = {key}"


def where(asked: Question, part: Part, values: Values) -> str:
    kept = [between(part.since, part.until, values), *(_kept(one, part, values) for one in asked.wish.filters)]
    return " AND ".join(kept)


def between(since: datetime, until: datetime, values: Values) -> str:
    """Days as well: files are in folders by day, and those of other days are not opened."""
    days = (values.add(at.date()) for at in (since, until))
    times = f"happened_at >= {values.moment(since)} AND happened_at < {values.moment(until)}"
    return f"{times} AND day BETWEEN {' AND '.join(days)}"


def _kept(one: Filter, part: Part, values: Values) -> str:
    spoken = quoted(one.dimension)
    if one.dimension in _CALENDAR:
        spoken = f"CAST({_CALENDAR[one.dimension].format(at=part.told('happened_at'))} AS VARCHAR)"
    held = f"{spoken} IN ({', '.join(values.add(word) for word in one.words)})"
    return f"NOT coalesce({held}, false)" if one.is_not else held
