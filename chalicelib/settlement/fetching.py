"""Statements that are fetched: of every processor that is configured, for yesterday and for days still without one.

    hourly ──▶ no statement of that day and name? ──asked for──▶ a file, a line at a time ──all of it came──┐
                                                                                                            ▼
                                                    the day is reconciled ◀── kept under its SHA-256, as an upload is

What is there is not asked for, so twice is once. One that breaks off is none: the next turn begins anew.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import BinaryIO

from chalicelib import queues
from chalicelib.cases import service as cases
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Unavailable
from chalicelib.observability import logger
from chalicelib.processors import model, wire
from chalicelib.processors import service as processors
from chalicelib.settlement import model_reports, statements
from chalicelib.settlement import store_reconciliation as store
from chalicelib.settlement.model_reports import Statement


def run_due(at: datetime) -> int:
    """How many statements came. Each day that one came of is reconciled at the next turn.

    One that takes all the time there is cannot keep the others away: every hour another is asked for first.
    """
    configured = processors.names()
    missing = [(day, name) for day in model_reports.days_fetched(at) for name in _without(day, configured, at)]
    first = at.hour % len(missing) if missing else 0
    return queues.sweep("statements", missing[first:] + missing[:first], lambda one: _fetched(*one, at))


def _without(day: date, names: Iterable[str], at: datetime) -> list[str]:
    """Those without a statement of `day`. One that somebody may still upload counts as there: it would be twice."""
    held = [one for one in store.statements(day.isoformat()) if one.side == "processor"]
    link = timedelta(seconds=store.UPLOAD_SECONDS)
    there = {one.name for one in held if at - one.imported_at < link or store.is_there(one)}
    return [name for name in names if name not in there]


def _fetched(day: date, name: str, at: datetime) -> bool:
    with tempfile.TemporaryFile() as file:
        try:
            statement, lines = _written(processors.adapter(name).statement(day), file, (name, day.isoformat()), at)
        except Unavailable:
            return _not_there(day, name, at)
        except wire.TooLarge:
            return _too_large(day, name, at)
        if not lines and not model_reports.empty_is_believed(day, at):
            return _not_there(day, name, at)
        file.seek(0)
        store.put_content(statement, file)
    return store.keep_statement(statement, clock.now())


def _written(
    lines: Iterable[model.StatementLine], file: BinaryIO, of: tuple[str, str], at: datetime
) -> tuple[Statement, int]:
    """In our own form, and how many lines it has; `of`: whose, and of which day. Raises Unavailable, TooLarge."""
    (name, day), digest, size, count = of, hashlib.sha256(), 0, -1
    for raw in statements.written(lines):
        file.write(raw)
        digest.update(raw)
        size, count = size + len(raw), count + 1
        if size > wire.MOST_BYTES:
            raise wire.TooLarge
    return Statement(digest.hexdigest(), "processor", name, "csv", day, size, at, model_reports.NOBODY), count


def _too_large(day: date, name: str, at: datetime) -> bool:
    """At once a person's: they upload it in parts, and nobody asks for it any more then."""
    facts: dict[str, str | int] = {"name": name, "day": day.isoformat(), "most_bytes": wire.MOST_BYTES}
    due_at = at + model_reports.CASE_DUE
    cases.open_case("statement-too-large", name, facts, due_at=due_at, at=at, key=day.isoformat())
    return False


def _not_there(day: date, name: str, at: datetime) -> bool:
    """Not yet, until it has been waited for long enough: then it is a person's, and is asked for all the same."""
    logger().info("a statement is not there", extra={"processor": name, "day": day.isoformat()})
    if model_reports.is_overdue(day, at):
        facts: dict[str, str | int] = {"name": name, "day": day.isoformat()}
        due_at = at + model_reports.CASE_DUE
        cases.open_case("statement-missing", name, facts, due_at=due_at, at=at, key=day.isoformat())
    return False
