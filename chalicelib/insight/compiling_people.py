"""Measures of what people did after they were first seen in a group: conversion and retention. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.insight.compiling_parts import Part, Values, between, dimension, quoted, share, source, where
from chalicelib.insight.model_query import Measure, Question


def follows(one: Measure) -> bool:
    return one.measure in ("conversion", "retention")


def tables(asked: Question, part: Part, values: Values) -> list[str]:
    """Who was in which group, since when; then a table for each measure, `<part>_<its place>`."""
    dimensions = [f"{dimension(name, asked, part)} AS {quoted(name)}" for name in asked.wish.dimensions]
    chosen = ", ".join((*dimensions, "person", "min(happened_at) AS first_at"))
    people = f"SELECT {chosen} FROM {source(asked)} WHERE {where(asked, part, values)} AND person IS NOT NULL"
    found = [f"{part.name}_people AS ({people} GROUP BY {', '.join(map(str, range(1, len(dimensions) + 2)))})"]
    for place, one in enumerate(asked.wish.measures):
        if follows(one):
            text = _conversion if one.measure == "conversion" else _retention
            found.append(f"{part.name}_{place} AS ({text(one, asked, part, values)})")
    return found


def nth_later(condition: str, nth: int) -> str:
    """When people did something, and when they had done it `nth` times from then on, that time included. All events of
    one instant come together."""
    later = f"lead(happened_at, {nth - 1}) OVER (PARTITION BY person ORDER BY happened_at)"
    each = f"SELECT person, happened_at, {later} AS nth_at FROM events WHERE person IS NOT NULL AND {condition}"
    return f"SELECT person, happened_at AS did_at, min(nth_at) AS nth_at FROM ({each}) GROUP BY 1, 2"


def _conversion(one: Measure, asked: Question, part: Part, values: Values) -> str:
    times = between(part.since, part.until + asked.follows, values)
    did = nth_later(f"kind = {values.add(one.to)} AND outcome = 'succeeded' AND {times}", one.nth or 1)
    in_time = f"count(*) FILTER (nth_at <= first_at + to_days({one.within_days}))"
    joined = f"{part.name}_people AS p ASOF LEFT JOIN ({did}) AS d ON p.person = d.person AND first_at < did_at"
    return _by_group(asked.wish.dimensions, f"{share(in_time, 'count(*)')} AS {quoted(one.called)}", joined)


def _retention(one: Measure, asked: Question, part: Part, values: Values) -> str:
    grain, times = asked.wish.grain, between(part.since, part.until + asked.follows, values)
    told = f"date_trunc('{grain}', {part.told('happened_at')})"
    active = f"SELECT DISTINCT person, {told} AS period FROM events WHERE person IS NOT NULL AND {times}"
    joined = f"{part.name}_people AS p LEFT JOIN ({active}) AS a ON p.person = a.person"
    joined += f" AND a.period = p.time + to_{grain}s({one.after})"
    kept = share("count(a.person)", "count(*)")
    if asked.through:
        ended = f"p.time + to_{grain}s({(one.after or 0) + 1}) <= {part.told(values.moment(asked.through))}"
        kept = f"CASE WHEN {ended} THEN {kept} END"
    return _by_group(asked.wish.dimensions, f"{kept} AS {quoted(one.called)}", joined)


def _by_group(names: Sequence[str], measure: str, joined: str) -> str:
    dimensions = [f"p.{quoted(name)}" for name in names]
    grouped = f" GROUP BY {', '.join(map(str, range(1, len(dimensions) + 1)))}" if dimensions else ""
    return f"SELECT {', '.join((*dimensions, measure))} FROM {joined}{grouped}"
