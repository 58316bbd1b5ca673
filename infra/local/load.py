"""`make load`: several times what the local cloud can do, and what becomes of those who pay meanwhile.

    python -m infra.local.load [--seconds 45] [--times 4] [--seed 1]

Calm payments; then as much of a flood as gets through, which is the capacity; then customers who pay as before while
several times that comes in; then payments themselves by several times what their lane takes; then calm again.
Afterwards every accepted payment is asked for once more, wallets and books are read. Figures: build/load.json.
Exit 0 only if what was accepted is right and in time, and all the rest was told to come later.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.local import cloud, load_checks, load_flood, load_payers, load_picture, places
from infra.local.load_checks import Phase
from infra.local.load_client import Seen

PAYERS = 12
CALM_RATE, CALM_SECONDS, PRESS_SECONDS, RUSH_SECONDS = 5.0, 10.0, 6.0, 8.0
PRESS_WORKERS = 24
MOST_RATE, RUSH_TIMES = 450.0, 3.0
"""Beyond that many a second this machine measures itself."""
OUT = places.BUILD / "load.json"


async def phases(till: load_payers.Till, seconds: float, times: float, seed: int) -> list[Phase]:
    """Everything that is asked, in order; the second one's rate is the capacity."""
    url = till.url
    await till.pay(CALM_RATE, 3, seed)  # cold starts, which are not what is measured
    calm = Phase("calm", CALM_SECONDS, await till.pay(CALM_RATE, CALM_SECONDS, seed + 1))
    pressed = Phase("capacity", PRESS_SECONDS, await load_flood.press(url, PRESS_WORKERS, PRESS_SECONDS, seed))
    rate = min(MOST_RATE, times * pressed.served_per_second)
    flooded = Phase("flood", seconds, await _both(till, rate, seconds, seed + 2))
    short = min(RUSH_SECONDS, seconds)
    rush = Phase("rush", short, await till.pay(RUSH_TIMES * pressed.served_per_second, short, seed + 3))
    after = Phase("after", CALM_SECONDS, await till.pay(CALM_RATE, CALM_SECONDS, seed + 4))
    return [calm, pressed, flooded, rush, after]


async def _both(till: load_payers.Till, rate: float, seconds: float, seed: int) -> list[Seen]:
    pool, flood = load_flood.begin(till.url, rate, seconds, seed)
    try:
        paid = await till.pay(CALM_RATE, seconds, seed)
        return paid + await asyncio.wrap_future(flood)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def run(local: Mapping[str, Any], seconds: float = 45, times: float = 4, seed: int = 1) -> dict[str, Any]:
    """The figures: {"at", "capacity", "phases", "checks", "machine"}; `local` is what build/local.json says."""
    till = load_payers.opened(local, PAYERS)
    played = asyncio.run(phases(till, seconds, times, seed))
    checks = [*load_checks.of_phases(played, times), *asyncio.run(load_checks.of_money(till, local))]
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "capacity": round(played[1].served_per_second, 1),
        "seconds": seconds,
        "times": times,
        "seed": seed,
        "machine": {"processors": os.cpu_count(), "load": [round(one, 1) for one in os.getloadavg()]},
        "phases": [phase.told() for phase in played],
        "checks": [check.told() for check in checks],
    }


def passed(figures: Mapping[str, Any]) -> bool:
    return all(check["ok"] for check in figures["checks"])


def keep(figures: Mapping[str, Any], out: Path = OUT) -> None:
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(figures, indent=1) + "\n")


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=45)
    parser.add_argument("--times", type=float, default=4)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(words)
    ours = cloud.started_here()
    try:
        figures = run(cloud.local(), chosen.seconds, chosen.times, chosen.seed)
    finally:
        if ours:
            cloud.down()
    keep(figures)
    print(load_picture.shown(figures))
    print(f"\n{places.shown(OUT)}")
    return 0 if passed(figures) else 1


if __name__ == "__main__":
    sys.exit(main())
