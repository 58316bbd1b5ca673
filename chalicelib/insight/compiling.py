"""From a question to SQL: every name in it is ours, whatever somebody else wrote is a parameter. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.insight import compiling_funnel, compiling_people
from chalicelib.insight.compiling_parts import NEXT, TIMES, Part, Values, dimension, quoted, source, where
from chalicelib.insight.model_query import Measure, Question, Side
from chalicelib.kernel import clock

Place = tuple[str, str]
"""Of an event in its list: its time and its id."""
Compiled = tuple[str, Mapping[str, Any]]
_ENDED = "outcome IN ('succeeded', 'refused', 'failed')"
_SUCCEEDED = "count(*) FILTER (outcome = 'succeeded')"
_SHOWN = "id, happened_at, kind, account, movement, currency, amount, fee, outcome, reason"


def compiled(asked: Question) -> Compiled:
    """Reads the relation `events`; one row more than is wanted tells that there are more."""
    if asked.wish.funnel:
        return compiling_funnel.compiled(asked, asked.wish.funnel)
    values = Values()
    tables = _part(asked, _side(asked, "now"), values)
    if asked.wish.compare:
        tables += _part(asked, _side(asked, "before"), values)
    order = ", ".join(_order(asked))
    text = f"WITH {NEXT.join(tables)}\n{_joined(asked)}\nORDER BY {order}\nLIMIT {asked.wish.top + 1}"
    return text, values


def of_rows(
    asked: Question, row: Mapping[str, str | int | None], limit: int, side: Side = "now", after: Place | None = None
) -> Compiled:
    """The events behind one row, or behind what it is compared with: which entries they are; newest first, from behind
    that place on."""
    values, part = Values(), _side(asked, side)
    rest = f" AND {_behind(after, values)}" if after else ""
    ordered = f"ORDER BY happened_at DESC, id\nLIMIT {limit + 1}"
    if asked.wish.funnel:
        tables, found = compiling_funnel.behind(asked, asked.wish.funnel, int(row["step"] or 0), values)
        return f"WITH {NEXT.join(tables)}\nSELECT {_SHOWN} FROM {found}{rest}\n{ordered}", values
    conditions = [where(asked, part, values)]
    conditions += [_same(name, row[name], asked, part, values) for name in asked.wish.dimensions]
    return f"SELECT {_SHOWN} FROM {source(asked)}\nWHERE {' AND '.join(conditions)}{rest}\n{ordered}", values


def _side(asked: Question, side: Side) -> Part:
    if side == "before":
        return Part(side, asked.since - asked.length, asked.since, asked.length)
    return Part(side, asked.since, asked.until)


def _behind(after: Place, values: Values) -> str:
    at, event = values.moment(clock.read(after[0])), values.add(after[1])
    return f"(happened_at < {at} OR (happened_at = {at} AND id > {event}))"


def _same(name: str, value: str | int | None, asked: Question, part: Part, values: Values) -> str:
    """Times are compared as times: DuckDB writes them in another way than we do."""
    spoken = dimension(name, asked, part)
    if name in TIMES and value is not None:
        return f"{spoken} = {values.moment(clock.read(str(value)))}"
    return f"CAST({spoken} AS VARCHAR) IS NOT DISTINCT FROM {values.add(None if value is None else str(value))}"


def _part(asked: Question, part: Part, values: Values) -> list[str]:
    """What a time measures, as a table of its name, and the tables that it is made of."""
    measures = asked.wish.measures
    plain = [f"{_measure(one)} AS {quoted(one.called)}" for one in measures if not compiling_people.follows(one)]
    dimensions = [f"{dimension(name, asked, part)} AS {quoted(name)}" for name in asked.wish.dimensions]
    chosen = ", ".join((*dimensions, *plain)) or 'count(*) AS "#"'
    grouped = f" GROUP BY {', '.join(map(str, range(1, len(dimensions) + 1)))}" if dimensions else ""
    text = f"SELECT {chosen} FROM {source(asked)} WHERE {where(asked, part, values)}{grouped}"
    if len(plain) == len(measures):
        return [f"{part.name} AS ({text})"]
    followed = compiling_people.tables(asked, part, values)
    return [f"{part.name}_plain AS ({text})", *followed, f"{part.name} AS ({_beside(asked, part)})"]


def _beside(asked: Question, part: Part) -> str:
    """Each measure of what people did later, beside what is counted at once."""
    plain, names, joins = f"{part.name}_plain", [], []
    for place, one in enumerate(asked.wish.measures):
        table = plain
        if compiling_people.follows(one):
            table = f"{part.name}_{place}"
            joins.append(f" LEFT JOIN {table} ON {_equal(plain, table, asked.wish.dimensions)}")
        names.append(f"{table}.{quoted(one.called)}")
    dimensions = [f"{plain}.{quoted(name)}" for name in asked.wish.dimensions]
    return f"SELECT {', '.join((*dimensions, *names))} FROM {plain}{''.join(joins)}"


def _joined(asked: Question) -> str:
    wish = asked.wish
    names = [quoted(measure.called) for measure in wish.measures]
    if not wish.compare:
        return f"SELECT {', '.join((*map(quoted, wish.dimensions), *names))} FROM now"
    keys = [f"coalesce(now.{name}, before.{name}) AS {name}" for name in map(quoted, wish.dimensions)]
    present = [f"now.{name} AS {name}" for name in names]
    past = [f"before.{quoted(one.called)} AS {quoted(one.called + '_before')}" for one in wish.measures]
    same = _equal("now", "before", wish.dimensions)
    return f"SELECT {', '.join((*keys, *present, *past))} FROM now FULL JOIN before ON {same}"


def _equal(one: str, other: str, names: Sequence[str]) -> str:
    """Two rows without any word for a dimension have that in common."""
    same = [f"{one}.{quoted(name)} IS NOT DISTINCT FROM {other}.{quoted(name)}" for name in names]
    return " AND ".join(same) or "true"


def _order(asked: Question) -> list[str]:
    """By what was asked for, or in order of time, or by the first measure; dimensions decide between equals."""
    wish = asked.wish
    if wish.sort:
        first = f"{quoted(wish.sort.by)} {'DESC' if wish.sort.descending else 'ASC'} NULLS LAST"
    elif "time" in wish.dimensions:
        first = "time ASC"
    else:
        first = f"{quoted(wish.measures[0].called)} DESC NULLS LAST"
    return [first, *(f"{quoted(name)} ASC NULLS LAST" for name in wish.dimensions)]


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
