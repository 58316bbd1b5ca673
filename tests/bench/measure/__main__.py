"""`make bench`: measure every family, print the table, write build/bench.json; 1 if a limit is broken.

python -m tests.bench.measure [family …]     some of them only, and nothing written
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.measure import rows
from tests.bench.measure.rows import Row

ROOT = Path(__file__).resolve().parents[3]
FAMILIES = ("cpu", "cold")


def measured(family: str, folder: Path) -> list[Row]:
    """Ends the run if it cannot be measured; why is on standard error."""
    file, started = folder / f"{family}.json", time.monotonic()
    command = [sys.executable, "-m", "tests.bench.measure.family", family, str(file)]
    if subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode:
        sys.exit(f"bench: {family} could not be measured")
    print(f"bench: {family}, {time.monotonic() - started:.0f} s", flush=True)
    return rows.read(file)


def main(chosen: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        found = [row for family in chosen or FAMILIES for row in measured(family, Path(folder))]
    print(rows.table(found))
    if not chosen:
        target = ROOT / "build" / "bench.json"
        target.parent.mkdir(exist_ok=True)
        target.write_text(rows.written(found), encoding="utf-8")
    for row in rows.broken(found):
        print(f"over: {row.operation}, {row.figure}: {rows.shown(row.ours)} {row.unit}, at most {row.limit}")
    return 1 if rows.broken(found) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
