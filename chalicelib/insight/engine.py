"""DuckDB over Parquet files, in bounded memory: the one place that knows it. Loaded only where somebody asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chalicelib.insight import compiling
from chalicelib.insight.model_query import Answered, Question
from chalicelib.kernel import clock

if TYPE_CHECKING:
    pass

COLUMNS: Mapping[str, str] = {
    "id": "VARCHAR", "schema": "UTINYINT", "kind": "VARCHAR", "happened_at": "TIMESTAMP", "account": "VARCHAR",
    "movement": "VARCHAR", "person": "VARCHAR", "merchant": "VARCHAR", "category": "VARCHAR", "channel": "VARCHAR",
    "processor": "VARCHAR", "method": "VARCHAR", "region": "VARCHAR", "tier": "UTINYINT", "device": "VARCHAR",
    "outcome": "VARCHAR", "reason": "VARCHAR", "currency": "VARCHAR", "amount": "BIGINT", "fee": "BIGINT",
    "took_ms": "BIGINT",
}  # fmt: skip
"""Of an event, in this order; files are in folders `day=2026-12-02/hour=19`."""
MEMORY, THREADS = "512MB", 2
_FOLDERS = "{'day': DATE, 'hour': UTINYINT}"


class Engine:
    """`files`: Parquet, by glob or by name. What it has read once it keeps the footers of."""

    def __init__(self, files: Sequence[str], memory: str = MEMORY, threads: int = THREADS):
        import duckdb

        self.connection = duckdb.connect(":memory:", config={"memory_limit": memory, "threads": threads})
        self.connection.execute("SET TimeZone = 'UTC'")
        source = ", ".join(f"'{one}'" for one in files)
        read = f"read_parquet([{source}], hive_partitioning = true, hive_types = {_FOLDERS})"
        self.connection.execute(f"CREATE VIEW events AS SELECT * FROM {read}")

    def answer(self, asked: Question) -> Answered:
        text, values = compiling.compiled(asked)
        rows = self._rows(text, values)
        top = asked.wish.top
        return Answered(asked.columns, rows[:top], len(rows) <= top)

    def behind(self, asked: Question, row: Mapping[str, Any], limit: int) -> Answered:
        """The events that a row counts."""
        text, values = compiling.of_rows(asked, row, limit)
        found = self.connection.execute(text, values)
        columns = tuple(one[0] for one in found.description or ())
        rows = tuple(tuple(map(_plain, one)) for one in found.fetchall())
        return Answered(columns, rows[:limit], len(rows) <= limit)

    def _rows(self, text: str, values: Sequence[Any]) -> tuple[tuple[str | int | None, ...], ...]:
        return tuple(tuple(map(_plain, row)) for row in self.connection.execute(text, list(values)).fetchall())


def _plain(value: Any) -> Any:
    return clock.written(value.replace(tzinfo=UTC)) if isinstance(value, datetime) else value
