"""How far people came, step by step. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.insight.compiling_parts import NEXT, Part, Values, between, share, source, where
from chalicelib.insight.compiling_people import nth_later
from chalicelib.insight.model_query import Funnel, Question, Step


def compiled(asked: Question, funnel: Funnel) -> tuple[str, Mapping[str, Any]]:
    values = Values()
    tables = _steps(asked, funnel, funnel.steps, values)
    found = " UNION ALL ".join(_counted(place) for place in range(1, len(funnel.steps) + 1))
    of_first = share("people", "first_value(people) OVER (ORDER BY step)")
    of_before = share("people", "lag(people) OVER (ORDER BY step)")
    told = f"step, people, {of_first} AS of_first, {of_before} AS of_before, median_seconds"
    return f"WITH {NEXT.join(tables)}\nSELECT {told} FROM ({found}) ORDER BY step", values


def behind(asked: Question, funnel: Funnel, step: int, values: Values) -> tuple[list[str], str]:
    """The events that brought people to a step: the tables that are needed, and the relation."""
    tables = _steps(asked, funnel, funnel.steps[:step], values)
    done = _done(funnel.steps[step - 1], values)
    if step == 1:
        kept = where(asked, Part("now", asked.since, asked.until), values)
    else:
        kept = between(asked.since, asked.until + asked.follows, values)
    events = f"{source(asked)} JOIN step_{step} AS reached ON reached.who = person AND reached.done_at = happened_at"
    return tables, f"{events} WHERE {done} AND {kept}"


def _steps(asked: Question, funnel: Funnel, steps: Sequence[Step], values: Values) -> list[str]:
    """For each step a table: who reached it, when they did the first one, the one before, and this one."""
    found = [f"step_1 AS ({_first(asked, steps[0], values)})"]
    for place, step in enumerate(steps[1:], 2):
        times = between(asked.since, asked.until + asked.follows, values)
        did = nth_later(f"{_done(step, values)} AND {times}", step.nth)
        joined = f"step_{place - 1} AS p ASOF JOIN ({did}) AS d ON p.who = d.person AND p.done_at < d.did_at"
        in_time = f"d.nth_at <= p.began_at + to_days({funnel.within_days})"
        chosen = "p.who AS who, p.began_at AS began_at, p.done_at AS before_at, d.nth_at AS done_at"
        found.append(f"step_{place} AS (SELECT {chosen} FROM {joined} WHERE {in_time})")
    return found


def _first(asked: Question, step: Step, values: Values) -> str:
    kept = where(asked, Part("now", asked.since, asked.until), values)
    each = "SELECT person, happened_at, row_number() OVER (PARTITION BY person ORDER BY happened_at) AS place "
    each += f"FROM {source(asked)} WHERE person IS NOT NULL AND {_done(step, values)} AND {kept}"
    at = "happened_at AS began_at, CAST(NULL AS TIMESTAMP) AS before_at, happened_at AS done_at"
    return f"SELECT person AS who, {at} FROM ({each}) WHERE place = {step.nth}"


def _done(step: Step, values: Values) -> str:
    ended = f" AND outcome = {values.add(step.outcome)}" if step.outcome else ""
    return f"kind = {values.add(step.kind)}{ended}"


def _counted(place: int) -> str:
    seconds = "quantile_disc((epoch_us(done_at) - epoch_us(before_at)) // 1000000, 0.5)"
    return f"SELECT {place} AS step, count(*) AS people, {seconds} AS median_seconds FROM step_{place}"
