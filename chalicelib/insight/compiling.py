"""From a question to SQL: every name in it is ours, whatever somebody else wrote is a parameter. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from chalicelib.insight.model_query import Dimension, Filter, Measure, Question
from chalicelib.kernel import clock

Parameters = list[Any]
_PLAIN: frozenset[Dimension] = frozenset(
    ("kind", "channel", "processor", "method", "merchant", "category", "region", "device", "currency", "outcome",
     "reason")
)  # fmt: skip
_CALENDAR: Mapping[Dimension, str] = {
    "hour_of_day": "hour({at})",
    "weekday": "isodow({at})",
    "tier": "tier",
}
_ENDED = "outcome IN ('succeeded', 'refused', 'failed')"
_SUCCEEDED = "count(*) FILTER (outcome = 'succeeded')"
Part = Literal["now", "before"]


def compiled(asked: Question) -> tuple[str, Parameters]:
    """Reads the relation `events`; one row more than is wanted tells that there are more."""
    wish = asked.wish
    parts, values = [_part(asked, "now")], _values(asked, asked.since, asked.until)
    if wish.compare:
        parts.append(_part(asked, "before"))
        values += _values(asked, asked.since - (asked.until - asked.since), asked.since)
    text = f"WITH {', '.join(parts)}\n{_joined(asked)}\nORDER BY {', '.join(_order(asked))}\nLIMIT {wish.top + 1}"
    return text, values


def of_rows(asked: Question, row: Mapping[str, str | int | None], limit: int) -> tuple[str, Parameters]:
    """The events behind one row: its dimensions, and which entries they are; newest first."""
    values = _values(asked, asked.since, asked.until)
    conditions = [_where(asked)]
    for name in asked.wish.dimensions:
        spoken, value = _dimension(name, asked, "happened_at"), row[name]
        if name == "time":
            conditions.append(f"CAST({spoken} AS TIMESTAMP) = ?")
            values.append(clock.read(str(value)).replace(tzinfo=None))
        else:
            conditions.append(f"CAST({spoken} AS VARCHAR) IS NOT DISTINCT FROM ?")
            values.append(None if value is None else str(value))
    text = "SELECT id, happened_at, kind, account, movement, currency, amount, fee, outcome, reason FROM events\n"
    return f"{text}WHERE {' AND '.join(conditions)}\nORDER BY happened_at DESC, id\nLIMIT {limit + 1}", values


def _part(asked: Question, part: Part) -> str:
    """Of the time before, times are told as if they were now: each stands beside the one it is compared with."""
    length = int((asked.until - asked.since).total_seconds() * 1_000_000)
    at = "happened_at" if part == "now" else f"(happened_at + to_microseconds({length}))"
    dimensions = [f"{_dimension(name, asked, at)} AS {name}" for name in asked.wish.dimensions]
    measures = [f"{_measure(measure)} AS {measure.called}" for measure in asked.wish.measures]
    grouped = f" GROUP BY {', '.join(map(str, range(1, len(dimensions) + 1)))}" if dimensions else ""
    return f"{part} AS (SELECT {', '.join((*dimensions, *measures))} FROM events WHERE {_where(asked)}{grouped})"


def _joined(asked: Question) -> str:
    wish = asked.wish
    names = [measure.called for measure in wish.measures]
    if not wish.compare:
        return f"SELECT {', '.join((*wish.dimensions, *names))} FROM now"
    same = " AND ".join(f"now.{name} IS NOT DISTINCT FROM before.{name}" for name in wish.dimensions) or "true"
    keys = [f"coalesce(now.{name}, before.{name}) AS {name}" for name in wish.dimensions]
    present = [f"now.{name} AS {name}" for name in names]
    past = [f"before.{name} AS {name}_before" for name in names]
    return f"SELECT {', '.join((*keys, *present, *past))} FROM now FULL JOIN before ON {same}"


def _order(asked: Question) -> list[str]:
    """By what was asked for, or in order of time, or by the first measure; dimensions decide between equals."""
    wish = asked.wish
    if wish.sort:
        first = f"{wish.sort.by} {'DESC' if wish.sort.descending else 'ASC'} NULLS LAST"
    elif "time" in wish.dimensions:
        first = "time ASC"
    else:
        first = f"{wish.measures[0].called} DESC NULLS LAST"
    return [first, *(f"{name} ASC NULLS LAST" for name in wish.dimensions)]


def _dimension(name: Dimension, asked: Question, at: str) -> str:
    if name == "time":
        return f"date_trunc('{asked.wish.grain}', {at})"
    return name if name in _PLAIN else _CALENDAR[name].format(at=at)


def _measure(one: Measure) -> str:
    """Of nothing a sum is none; an average is rounded to the unit, a quantile is a figure that occurred."""
    spoken = {
        "count": "count(*)",
        "people": "count(DISTINCT person)",
        "success": f"CAST(round(10000 * {_SUCCEEDED} / nullif(count(*) FILTER ({_ENDED}), 0)) AS BIGINT)",
        "sum": f"CAST(sum({one.of}) AS BIGINT)",
        "average": f"CAST(round(avg({one.of})) AS BIGINT)",
        "quantile": f"quantile_disc({one.of}, {one.at})",
    }
    return spoken[one.measure]


def _where(asked: Question) -> str:
    kept = ["happened_at >= ?", "happened_at < ?", "day BETWEEN ? AND ?", *(_kept(one) for one in asked.wish.filters)]
    return " AND ".join(kept)


def _kept(one: Filter) -> str:
    word = f"CAST({_CALENDAR.get(one.dimension, one.dimension).format(at='happened_at')} AS VARCHAR)"
    held = f"list_contains(?, {word})"
    return f"NOT coalesce({held}, false)" if one.is_not else held


def _values(asked: Question, since: datetime, until: datetime) -> Parameters:
    words: Sequence[list[str]] = [list(one.words) for one in asked.wish.filters]
    plain = [moment.replace(tzinfo=None) for moment in (since, until)]
    return [*plain, *(moment.date() for moment in plain), *words]
