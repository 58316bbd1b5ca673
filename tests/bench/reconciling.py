"""`make reconcile LINES=1000000 DIFFERENCES=500 SEED=1`: two books with planted differences; exactly those are found.

The books are written first; a process of its own reads and matches them, and tells its time and its peak of memory.
With `TOLD=2` the other book is told twice, as a file that comes again is.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from chalicelib.kernel import ids
from chalicelib.settlement import matching, statements, telling
from chalicelib.settlement.model_reconciliation import OUTCOMES, WINDOWS, StatementLine
from chalicelib.settlement.model_reports import Statement
from chalicelib.settlement.telling import Telling

PLANTED = tuple(outcome for outcome in OUTCOMES if outcome != "matched")
MOST_MEBIBYTES = 64
"""Of the process that reconciles, its interpreter and libraries included; the same for any number of lines."""
_HEADER = "our_id,reference,kind,amount,fee,currency,booked_at\n"
_DAY = datetime(2026, 11, 22, tzinfo=UTC)
_WINDOW = WINDOWS["processor"]


@dataclass(frozen=True)
class Wish:
    lines: int
    differences: int
    seed: int


def books(wish: Wish, folder: Path) -> dict[str, str]:
    """Writes `ours.csv` in order and `theirs.csv` in another; returns our id → the difference planted there."""
    chosen = random.Random(wish.seed).sample(range(wish.lines), wish.differences)
    planted = {place: PLANTED[number % len(PLANTED)] for number, place in enumerate(sorted(chosen))}
    with (folder / "ours.csv").open("w") as ours, (folder / "theirs.csv").open("w") as theirs:
        ours.write(_HEADER)
        theirs.write(_HEADER)
        for place in range(wish.lines):
            if planted.get(place) != "missing_here":
                ours.write(_row(_line(wish, place), f"ent-{place}"))
        for place in _shuffled(wish.lines):
            for line in _stated(_line(wish, place), planted.get(place, "matched")):
                theirs.write(_row(line, f"ch-{place}"))
    return {_line(wish, place).our_id: difference for place, difference in planted.items()}


def reconciled(folder: Path, told: int = 1) -> dict[str, Any]:
    """In a process of its own: what was found, in how long, in how much memory; theirs was `told` so often."""
    command = [sys.executable, "-m", "tests.bench.reconciling", "--of", str(folder), "--told", str(told)]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def verdict(planted: dict[str, str], told: dict[str, Any]) -> list[str]:
    """What is wrong with it; nothing if exactly the planted differences were found, within the bound."""
    found = Counter((outcome, our_id) for outcome, our_id in told["found"])
    wanted = Counter((outcome, our_id) for our_id, outcome in planted.items())
    wrong = [f"missed: {one}" for one in (wanted - found).elements()]
    wrong += [f"invented: {one}" for one in (found - wanted).elements()]
    wrong += [f"{book}: lines or sums were lost" for book in ("ours", "theirs") if told[book] != told[f"{book}_found"]]
    if told["mebibytes"] > MOST_MEBIBYTES:
        wrong.append(f"memory: {told['mebibytes']} MiB, at most {MOST_MEBIBYTES}")
    return wrong


def _line(wish: Wish, place: int) -> StatementLine:
    our_id = ids.derived("top", str(wish.seed), str(place))
    amount = 100 + (place * 7_919 + wish.seed) % 99_991
    booked_at = _DAY + timedelta(seconds=place * 80_000 // wish.lines)
    return StatementLine(our_id, "", "top-up", amount, amount * 6 // 1_000, "CNY", booked_at)


def _stated(line: StatementLine, difference: str) -> list[StatementLine]:
    changed = {
        "over": {"amount": line.amount + 7},
        "under": {"amount": line.amount - 7},
        "wrong_currency": {"currency": "HKD"},
        "late": {"booked_at": line.booked_at + _WINDOW + timedelta(seconds=1)},
    }
    if difference == "missing_there":
        return []
    stated = msgspec.structs.replace(line, **changed.get(difference, {}))
    return [stated, stated] if difference == "duplicate" else [stated]


def _row(line: StatementLine, reference: str) -> str:
    cells = (line.our_id, reference, line.kind, line.amount, line.fee, line.currency, line.booked_at.isoformat())
    return ",".join(map(str, cells)) + "\n"


def _shuffled(count: int) -> Iterator[int]:
    """Every place once, far from its neighbours."""
    step = next(step for step in range(count * 61 // 100 + 1, 2 * count + 2) if math.gcd(step, count) == 1)
    return (number * step % count for number in range(count))


def _child(folder: Path, told: int) -> dict[str, Any]:
    started = time.perf_counter()
    tallies: dict[str, Counter[str]] = {name: Counter() for name in ("ours", "theirs", "ours_found", "theirs_found")}
    found, outcomes = [], Counter[str]()
    theirs = _told(folder / "theirs.csv", tallies["theirs"], told)
    for one in matching.reconciled(_read(folder / "ours.csv", tallies["ours"]), theirs, _WINDOW):
        outcomes[one.outcome] += 1
        for side, line in (("ours", one.ours), ("theirs", one.theirs)):
            if line:
                _count(tallies[f"{side}_found"], line)
        if one.outcome != "matched":
            found.append([one.outcome, one.our_id])
    seconds = time.perf_counter() - started
    return {**tallies, "found": found, "outcomes": outcomes, "seconds": round(seconds, 1), "mebibytes": _peak()}


def _told(path: Path, tally: Counter[str], times: int) -> Iterator[StatementLine]:
    """As a day that is told so often is read."""
    tellings = [Telling(Statement(str(number), "processor", "", "csv", "", 0, _DAY, "")) for number in range(times)]
    if times == 1:
        return telling.first(_read(path, tally), tellings[0])
    return telling.once((one, _read(path, Counter() if number else tally)) for number, one in enumerate(tellings))


def _peak() -> int:
    """Of this process alone: what `getrusage` tells on Linux begins with the size of whoever started it."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 // (1024 if sys.platform == "darwin" else 1)


def _read(path: Path, tally: Counter[str]) -> Iterator[StatementLine]:
    with path.open("rb") as file:
        for one in statements.read("csv", file):
            if isinstance(one, StatementLine):
                _count(tally, one)
                yield one


def _count(tally: Counter[str], line: StatementLine) -> None:
    tally["lines"] += 1
    tally[line.currency] += line.amount


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    for name, usual in (("lines", 1_000_000), ("differences", 500), ("seed", 1), ("told", 1)):
        asked.add_argument(f"--{name}", type=int, default=usual)
    asked.add_argument("--of", type=Path, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.of:
        print(json.dumps(_child(given.of, given.told)))
        return 0
    with tempfile.TemporaryDirectory(prefix="coffer-books-") as folder:
        planted = books(Wish(given.lines, given.differences, given.seed), Path(folder))
        told = reconciled(Path(folder), given.told)
    wrong = verdict(planted, told)
    print(f"lines        {told['ours']['lines']:>12,} ours, {told['theirs']['lines']:,} theirs")
    for outcome in OUTCOMES:
        print(f"{outcome:<16} {told['outcomes'].get(outcome, 0):>8,}")
    print(f"differences  {len(planted):>12,} planted, {len(told['found']):,} found")
    print(f"time         {told['seconds']:>12} s")
    print(f"peak memory  {told['mebibytes']:>12} MiB, at most {MOST_MEBIBYTES}")
    print("\n".join(wrong[:20]) or "exactly the planted differences were found")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
