"""`make bench-insight EVENTS=10000000 SEED=1`: the same reports by us, by pandas and by sqlite, and whether they agree.

Figures in build/bench-insight.json; 1 if two sides differ, or one of our reports takes a second or more after warm-up.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench.analysing import generated

ROOT = Path(__file__).resolve().parents[3]
SIDES = ("ours", "pandas", "sqlite")
MOST_SECONDS = 1.0


def measured(side: str, files: str, folder: Path) -> dict[str, Any]:
    began = time.monotonic()
    command = [sys.executable, "-m", "tests.bench.analysing.side", side, files, str(folder)]
    told = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    print(f"bench-insight: {side}, {time.monotonic() - began:.0f} s", flush=True)
    found: dict[str, Any] = json.loads(told)
    return found


def main(count: int, seed: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        files = generated.write(Path(folder) / "events", count, seed)
        size = sum(one.stat().st_size for one in Path(folder).rglob("*.parquet"))
        found = {side: measured(side, files, Path(folder)) for side in SIDES}
    differ = [name for name in found["ours"]["reports"] if len({_rows(found[side], name) for side in SIDES}) > 1]
    slow = [name for name, one in found["ours"]["reports"].items() if one["warm_s"] >= MOST_SECONDS]
    _told(found, count, size)
    for side in SIDES:
        for one in found[side]["reports"].values():
            one["rows"] = len(one["rows"])
    target = ROOT / "build" / "bench-insight.json"
    target.parent.mkdir(exist_ok=True)
    facts = {"events": count, "seed": seed, "parquet_bytes": size, "sides": found, "differ": differ, "slow": slow}
    target.write_text(json.dumps(facts, indent=2), encoding="utf-8")
    print("\nall sides agree" if not differ else f"\nNOT THE SAME: {differ}", f"too slow: {slow}" if slow else "")
    return 1 if differ or slow else 0


def _rows(side: dict[str, Any], name: str) -> str:
    return json.dumps(side["reports"][name]["rows"])


def _told(found: dict[str, Any], count: int, size: int) -> None:
    print(f"\n{count:,} events, {size / 2**20:.0f} MiB of Parquet, two cores; seconds, warm (first)")
    print(f"{'':66}" + "".join(f"{side:>18}" for side in SIDES))
    for name in found["ours"]["reports"]:
        cells = [found[side]["reports"][name] for side in SIDES]
        print(f"{name:66}" + "".join(f"{one['warm_s']:9.3f} ({one['first_s']:6.2f})" for one in cells))
    for what, label in (("ready_s", "until it can be asked, s"), ("peak_mebibytes", "memory at most, MiB")):
        print(f"{label:66}" + "".join(f"{found[side][what]:18.0f}" for side in SIDES))


if __name__ == "__main__":
    wanted = argparse.ArgumentParser()
    wanted.add_argument("--events", type=int, default=10_000_000)
    wanted.add_argument("--seed", type=int, default=1)
    chosen = wanted.parse_args()
    sys.exit(main(chosen.events, chosen.seed))
