"""`make bench`: measure every family, print the table, write build/bench.json; 1 if a limit is broken.

python -m tests.bench.measure [family …]     some of them only, and nothing written
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests import ministack
from tests.bench.measure import rows
from tests.bench.measure.rows import Row

ROOT = Path(__file__).resolve().parents[3]
FAMILIES = ("cpu", "cold", "requests", "throughput", "growth", "parcel")
ON_AN_ENGINE = {"requests", "throughput"}
"""Families that need a DynamoDB which is more than the simulation's."""


def measured(family: str, folder: Path, engine: str) -> list[Row]:
    """Ends the run if it cannot be measured; why is on standard error."""
    file, started = folder / f"{family}.json", time.monotonic()
    command = [sys.executable, "-m", "tests.bench.measure.family", family, str(file)]
    environment = {**os.environ, "BENCH_ENGINE": engine}
    if subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=False).returncode:
        sys.exit(f"bench: {family} could not be measured")
    print(f"bench: {family}, {time.monotonic() - started:.0f} s", flush=True)
    return rows.read(file)


def main(chosen: list[str]) -> int:
    families = chosen or FAMILIES
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        needed = not ON_AN_ENGINE.isdisjoint(families)
        engine = running.enter_context(ministack.started(Path(folder))) if needed else ""
        found = [row for family in families for row in measured(family, Path(folder), engine)]
    if not chosen:
        target = ROOT / "build" / "bench.json"
        target.parent.mkdir(exist_ok=True)
        target.write_text(rows.written(found), encoding="utf-8")
    return told(found)


def told(found: list[Row]) -> int:
    """The table, and what is over its limit; 1 if anything is."""
    print(rows.table(found))
    for row in rows.broken(found):
        print(f"over: {row.operation}, {row.figure}: {rows.shown(row.ours)} {row.unit}, at most {row.limit}")
    return 1 if rows.broken(found) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
