"""One side in a process of its own: what it takes to be ready, then each report once and again; as JSON on stdout.

python -m tests.bench.analysing.side ours|pandas|sqlite FOLDER
"""

from __future__ import annotations

import json
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

from tests.bench.analysing.reports import HEAVY, REPORTS, USED, Report, Rows

Answer = Callable[[Report], Rows]
TIMES, TEXT = {"ours": 5, "pandas": 5, "sqlite": 1}, "TEXT"


def ours(files: Sequence[str], folder: Path) -> Answer:
    from chalicelib.insight.engine import Engine
    from chalicelib.insight.model_query import question

    engine = Engine(files)
    return lambda report: [list(row) for row in engine.answer(question(report.ours)).rows]


def heavy(files: Sequence[str]) -> dict[str, dict[str, float | str]]:
    """Each in the bounds that production has: how long it took, and what came of it."""
    from chalicelib.insight.engine import Engine
    from chalicelib.insight.model_query import question
    from chalicelib.kernel.errors import QuestionTooWide

    engine, told = Engine(files), {}
    for name, wish in HEAVY.items():
        began = time.perf_counter()
        try:
            outcome = f"{len(engine.answer(question(wish)).rows):,} rows"
        except QuestionTooWide as error:
            outcome = f"question-too-wide: {error.params['reason']}"
        told[name] = {"seconds": time.perf_counter() - began, "outcome": outcome}
    return told


def pandas(files: Sequence[str], folder: Path) -> Answer:
    """All columns that any report needs, in memory; read by pyarrow."""
    from pyarrow import parquet

    frame = parquet.read_table(files, columns=list(USED), partitioning=None).to_pandas()
    return lambda report: [[_plain(one) for one in row] for row in report.pandas(frame)]


def sqlite(files: Sequence[str], folder: Path) -> Answer:
    """One table, with an index on the time, and one on the time of each kind."""
    import duckdb

    connection = sqlite3.connect(folder / "events.sqlite")
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA cache_size = -512000")
    types = {"amount": "INTEGER", "took_ms": "INTEGER"}
    connection.execute(f"CREATE TABLE events ({', '.join(f'{name} {types.get(name, TEXT)}' for name in USED)})")
    columns = ", ".join("CAST(happened_at AS VARCHAR)" if name == "happened_at" else name for name in USED)
    source = duckdb.connect(":memory:", config={"memory_limit": "1GB", "threads": 2})
    found = source.execute(f"SELECT {columns} FROM read_parquet($files)", {"files": list(files)})
    while rows := found.fetchmany(100_000):
        connection.executemany(f"INSERT INTO events VALUES ({', '.join('?' * len(USED))})", rows)
    connection.execute("CREATE INDEX by_time ON events (happened_at)")
    connection.execute("CREATE INDEX by_kind ON events (kind, happened_at)")
    connection.commit()
    connection.execute("ANALYZE")
    return lambda report: [list(row) for row in connection.execute(report.sqlite)]


SIDES: Mapping[str, Callable[[Sequence[str], Path], Answer]] = {"ours": ours, "pandas": pandas, "sqlite": sqlite}


def main(name: str, folder: str) -> None:
    files = sorted(map(str, Path(folder).rglob("*.parquet")))
    began = time.perf_counter()
    answer = SIDES[name](files, Path(folder))
    ready, told = time.perf_counter() - began, {}
    for report in REPORTS:
        taken, busy = [], []
        for _ in range(1 + TIMES[name]):
            began, worked = time.perf_counter(), time.process_time()
            rows = answer(report)
            taken.append(time.perf_counter() - began)
            busy.append(time.process_time() - worked)
        told[report.name] = {
            "first_s": taken[0], "warm_s": median(taken[1:]), "warm_cpu_s": median(busy[1:]), "rows": rows,
        }  # fmt: skip
    wide = heavy(files) if name == "ours" else {}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1_024
    print(json.dumps({"ready_s": ready, "peak_mebibytes": peak, "reports": told, "heavy": wide}))


def _plain(value: object) -> str | int | None:
    return value if value is None or isinstance(value, str) else int(value)  # type: ignore[call-overload]


if __name__ == "__main__":
    main(*sys.argv[1:])
