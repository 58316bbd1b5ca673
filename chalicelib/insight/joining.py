"""Tables that reports join: made by DuckDB, on disk where there is more than fits into memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from chalicelib.insight.engine import MEMORY, THREADS
from chalicelib.insight.model_imports import MOST_NAMED
from chalicelib.insight.model_table import Row

_NUMBER, _KEY = "number", "key_of"


def write(rows: Iterable[Row], target: Path) -> None:
    """As lines of JSON, which no cell can break."""
    encoder = msgspec.json.Encoder()
    with target.open("wb") as file:
        for number, key, cells in rows:
            told = {f"c{place}": cell for place, cell in enumerate(cells) if cell is not None}
            file.write(encoder.encode({_NUMBER: number, _KEY: key, **told}) + b"\n")


def table(lines: Path, key: str, columns: Sequence[str], target: Path, spill: Path) -> int:
    """Of each key the first row, in order of keys; how many. Names are words of ours or of a known pattern."""
    places = {_NUMBER: "BIGINT", _KEY: "VARCHAR", **{f"c{place}": "VARCHAR" for place in range(len(columns))}}
    kinds = ", ".join(f"{name}: '{kind}'" for name, kind in places.items())
    named = ", ".join([f'{_KEY} AS "{key}"', *(f'c{place} AS "{name}"' for place, name in enumerate(columns))])
    read = f"read_json('{lines}', format = 'newline_delimited', columns = {{{kinds}}})"
    first = f"QUALIFY row_number() OVER (PARTITION BY {_KEY} ORDER BY {_NUMBER}) = 1"
    text = f"COPY (SELECT {named} FROM {read} {first} ORDER BY {_KEY}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)"
    connection = _connection(spill)
    try:
        done = connection.execute(text).fetchone()
    finally:
        connection.close()
    return int(done[0]) if done else 0


def unmatched(table: Path, key: str, events: Iterable[Path], spill: Path) -> tuple[int, tuple[str, ...]]:
    """How many keys no event has, and the first of them; no more files are asked for than it takes to know."""
    connection = _connection(spill)
    try:
        connection.execute(f"CREATE TABLE missing AS SELECT \"{key}\" AS key FROM read_parquet('{table}')")
        for file in events:
            if not _count(connection):
                break
            seen = f"SELECT CAST(\"{key}\" AS VARCHAR) FROM read_parquet('{file}', hive_partitioning = false)"
            connection.execute(f"DELETE FROM missing WHERE key IN ({seen})")
        some = connection.execute(f"SELECT key FROM missing ORDER BY key LIMIT {MOST_NAMED}").fetchall()
        return _count(connection), tuple(str(one) for (one,) in some)
    finally:
        connection.close()


def _count(connection: Any) -> int:
    (count,) = connection.execute("SELECT count(*) FROM missing").fetchone()
    return int(count)


def _connection(spill: Path) -> Any:
    """Its tables are on disk too."""
    import duckdb

    config: dict[str, Any] = {"memory_limit": MEMORY, "threads": THREADS, "temp_directory": str(spill)}
    file = spill / "joining.db"
    file.unlink(missing_ok=True)
    connection = duckdb.connect(str(file), config=config)
    connection.execute("SET preserve_insertion_order = false")
    return connection
