"""`make bench-insight EVENTS=10000000 SEED=1`: the same reports by us, by pandas and by sqlite, and whether they agree.

Figures in build/bench-insight.json; 1 if two sides differ, or one of our reports takes a second or more after warm-up.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench.analysing import generated
from tests.bench.analysing.reports import REPORTS
from tests.bench.analysing.side import SIDES

ROOT = Path(__file__).resolve().parents[3]
MOST_SECONDS = 1.0


def measured(side: str, folder: Path) -> dict[str, Any]:
    began = time.monotonic()
    print(f"bench-insight: {side} …", end="", flush=True)
    command = [sys.executable, "-m", "tests.bench.analysing.side", side, str(folder)]
    told = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    print(f" {time.monotonic() - began:.0f} s", flush=True)
    found: dict[str, Any] = json.loads(told)
    return found


def main(count: int, seed: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        files = generated.write(Path(folder) / "events", count, seed)
        size = sum(Path(one).stat().st_size for one in files)
        found = {side: measured(side, Path(folder)) for side in SIDES}
    reports = found["ours"]["reports"]
    differ = [name for name in reports if len({_rows(one, name) for one in found.values()}) > 1]
    slow = [one.name for one in REPORTS if one.typical and reports[one.name]["warm_s"] >= MOST_SECONDS]
    print(f"\n{count:,} events, {size / 2**20:.0f} MiB of Parquet in {len(files)} files")
    print(
        "seconds: warm, the median of five (of sqlite one); (first); × ours; seconds of processor, all threads together"
    )
    print(f"load of this machine over the last minutes: {os.getloadavg()[1]:.1f} on {os.cpu_count()} cores\n")
    _told(found)
    facts = {"events": count, "seed": seed, "files": len(files), "parquet_bytes": size, "cores": os.cpu_count()}
    _keep({**facts, "load": os.getloadavg()[0], "differ": differ, "slow": slow, "sides": found})
    print("\nall sides agree" if not differ else f"\nNOT THE SAME: {differ}")
    print(f"typical reports of ours take less than {MOST_SECONDS:.0f} s" if not slow else f"TOO SLOW: {slow}")
    return 1 if differ or slow else 0


def _rows(side: dict[str, Any], name: str) -> str:
    return json.dumps(side["reports"][name]["rows"])


def _told(found: dict[str, Any]) -> None:
    """Beside the others' times, how many times ours they are."""
    print(f"{'':68}" + "".join(f"{side:>34}" for side in SIDES))
    for name, ours in found["ours"]["reports"].items():
        line = f"{name:68}"
        for side in SIDES:
            one = found[side]["reports"][name]
            times = "" if side == "ours" else f"×{one['warm_s'] / ours['warm_s']:.1f}"
            line += f"{one['warm_s']:9.3f} ({one['first_s']:6.2f}) {times:>6}{one['warm_cpu_s']:9.3f}"
        print(line)
    for what, label in (("ready_s", "until it can be asked, s"), ("peak_mebibytes", "memory at most, MiB")):
        print(f"{label:68}" + "".join(f"{found[side][what]:34.1f}" for side in SIDES))
    print("\nthe widest questions, asked of us alone")
    for name, one in found["ours"]["heavy"].items():
        print(f"{name:68}{one['seconds']:9.3f}  {one['outcome']}")


def _keep(facts: dict[str, Any]) -> None:
    for side in facts["sides"].values():
        for one in side["reports"].values():
            one["rows"] = len(one["rows"])
    target = ROOT / "build" / "bench-insight.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(facts, indent=2), encoding="utf-8")


if __name__ == "__main__":
    wanted = argparse.ArgumentParser()
    wanted.add_argument("--events", type=int, default=10_000_000)
    wanted.add_argument("--seed", type=int, default=1)
    chosen = wanted.parse_args()
    sys.exit(main(chosen.events, chosen.seed))
