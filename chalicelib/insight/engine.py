"""DuckDB over Parquet files, in bounded memory: the one place that knows it. Loaded only where somebody asks."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from chalicelib.insight import compiling
from chalicelib.insight.model_events import COLUMNS
from chalicelib.insight.model_query import Answered, Question, Side
from chalicelib.kernel import clock
from chalicelib.kernel.errors import QuestionTooWide, Unavailable

MEMORY, THREADS = "512MB", 2
QUESTION_MEMORY = "2GB"
"""Of a function that has 3,538 MB: the rest is Python's, and what DuckDB does not count."""
SPILL = "4GB"
"""On the disk, beside the files that are asked."""
PATIENCE_SECONDS = 20.0
"""Before the gateway gives up; files have been fetched until then."""
_AGAIN_SECONDS = 0.05
_NUMBERS = count()
_FOLDERS = "{'day': DATE, 'hour': VARCHAR}"


class Engine:
    """`files`: Parquet, by glob or by name. What it has read once it keeps the footers of. What does not fit into
    `memory` goes to the disk, each one's into a folder of its own. Raises Unavailable where a file cannot be read."""

    def __init__(
        self,
        files: Sequence[str],
        memory: str = QUESTION_MEMORY,
        patience_seconds: float = PATIENCE_SECONDS,
        most_spilled: str = SPILL,
    ):
        import duckdb

        spill = f"{tempfile.gettempdir()}/coffer-spill-{os.getpid()}-{next(_NUMBERS)}"
        config: dict[str, Any] = {"memory_limit": memory, "threads": THREADS, "temp_directory": spill}
        config["max_temp_directory_size"] = most_spilled
        self.connection, self.patience_seconds = duckdb.connect(":memory:", config=config), patience_seconds
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute("SET parquet_metadata_cache = true")
        self.connection.execute("SET enable_progress_bar = false")
        if not files:
            named = ", ".join(f"{name} {kind}" for name, kind in {**COLUMNS, "day": "DATE", "hour": "VARCHAR"}.items())
            self.connection.execute(f"CREATE TABLE events ({named})")
            return
        source = ", ".join(f"'{one}'" for one in files)
        read = f"read_parquet([{source}], hive_partitioning = true, hive_types = {_FOLDERS})"
        try:
            self.connection.execute(f"CREATE VIEW events AS SELECT * FROM {read}")
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            raise Unavailable(retry_after_seconds=60) from error

    def answer(self, asked: Question) -> Answered:
        text, values = compiling.compiled(asked)
        rows = self._rows(text, values)
        top = asked.wish.top
        return Answered(asked.columns, rows[:top], len(rows) <= top)

    def behind(
        self,
        asked: Question,
        row: Mapping[str, Any],
        limit: int,
        side: Side = "now",
        after: compiling.Place | None = None,
    ) -> Answered:
        """The events that a row counts."""
        text, values = compiling.of_rows(asked, row, limit, side, after)
        with self._bounded():
            found = self.connection.execute(text, values)
            columns = tuple(one[0] for one in found.description or ())
            rows = tuple(tuple(map(_plain, one)) for one in found.fetchall())
        return Answered(columns, rows[:limit], len(rows) <= limit)

    def told(self, columns: tuple[str, ...], text: str, values: Mapping[str, Any]) -> Answered:
        """What a statement of ours says (`ready_sql`)."""
        return Answered(columns, self._rows(text, values), complete=True)

    def _rows(self, text: str, values: Mapping[str, Any]) -> tuple[tuple[str | int | None, ...], ...]:
        with self._bounded():
            return tuple(tuple(map(_plain, row)) for row in self.connection.execute(text, values).fetchall())

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        """In time and in memory, the disk's included. Raises QuestionTooWide, Unavailable."""
        import duckdb

        done = threading.Event()
        watch = threading.Thread(target=self._stop_unless, args=(done,), daemon=True)
        watch.start()
        try:
            yield
        except duckdb.InterruptException as error:
            raise QuestionTooWide(reason="time", param="from") from error
        except duckdb.OutOfMemoryException as error:
            raise QuestionTooWide(reason="memory", param="from") from error
        except duckdb.IOException as error:
            raise Unavailable(retry_after_seconds=60) from error
        finally:
            done.set()
            watch.join()

    def _stop_unless(self, done: threading.Event) -> None:
        """Again and again: an interrupt that comes before DuckDB has begun is lost."""
        done.wait(self.patience_seconds)
        while not done.is_set():
            self.connection.interrupt()
            done.wait(_AGAIN_SECONDS)


def _plain(value: Any) -> Any:
    return clock.written(value.replace(tzinfo=UTC)) if isinstance(value, datetime) else value


class Unreadable(Exception):
    """One of the files is not what it should be."""


def merge(parquet: Sequence[Path], lines: Sequence[Path], target: Path, spill: Path) -> int:
    """One Parquet file of them all, each event once, in order of time; how many. Of two the one that tells more.
    Raises Unreadable."""
    import duckdb

    settings: dict[str, Any] = {"memory_limit": MEMORY, "threads": THREADS, "temp_directory": str(spill)}
    connection = duckdb.connect(":memory:", config=settings)
    connection.execute("SET TimeZone = 'UTC'")
    names = ", ".join(COLUMNS)
    known = " + ".join(f"CAST({name} IS NOT NULL AS UTINYINT)" for name in COLUMNS)
    sources = []
    if parquet:
        files = _listed(parquet)
        sources.append(f"SELECT {names} FROM read_parquet([{files}], hive_partitioning = false, union_by_name = true)")
    if lines:
        columns = ", ".join(f"'{name}': '{kind}'" for name, kind in COLUMNS.items())
        how = f"format = 'newline_delimited', columns = {{{columns}}}"
        sources.append(f"SELECT {names} FROM read_json([{_listed(lines)}], {how})")
    merged = " UNION ALL ".join(sources)
    best = f"row_number() OVER (PARTITION BY id ORDER BY {known} DESC, happened_at) = 1"
    text = f"SELECT {names} FROM ({merged}) QUALIFY {best} ORDER BY happened_at, id"
    try:
        done = connection.execute(f"COPY ({text}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)").fetchone()
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException) as error:
        raise Unreadable from error
    finally:
        connection.close()
    return int(done[0]) if done else 0


def parquet(columns: Sequence[str], rows: Sequence[Sequence[str | int | None]]) -> bytes:
    """A table as a Parquet file: columns of numbers are BIGINT, all others VARCHAR."""
    import duckdb

    connection = duckdb.connect(":memory:", config={"memory_limit": MEMORY, "threads": THREADS})
    kinds = [
        "BIGINT" if any(isinstance(row[place], int) for row in rows) else "VARCHAR" for place in range(len(columns))
    ]
    named = ", ".join(f'"{name}" {kind}' for name, kind in zip(columns, kinds, strict=True))
    connection.execute(f"CREATE TABLE answer ({named})")
    if rows:
        text = f"INSERT INTO answer VALUES ({', '.join('?' * len(columns))})"
        connection.executemany(text, [list(row) for row in rows])
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "answer.parquet"
        connection.execute(f"COPY answer TO '{target}' (FORMAT parquet)")
        return target.read_bytes()


def _listed(files: Sequence[Path]) -> str:
    return ", ".join(f"'{one}'" for one in files)
