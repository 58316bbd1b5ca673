"""`make coupons PROCESSES=8 COUPONS=1000`: one template's coupons, issued by many processes at once.

First out of a budget that is good for all, in one shard and in sixteen: how many a second, and how many issues met
another at their shard, which is where DynamoDB would refuse for a conflict (the local one puts them in a row instead).
Then out of a budget that is good for half of them: exactly those are issued, or it exits with 1.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.concurrency.issuing import Figures

PROMISED = 500
"""Issues a second, of one template."""
_HEADING = f"{'shards':>8}{'asked':>8}{'issued':>8}{'left':>8}{'a second':>10}{'met another':>13}"


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--processes", type=int, default=8)
    given.add_argument("--coupons", type=int, default=1_000)
    chosen = given.parse_args()
    return measured(chosen.processes, chosen.coupons, dict(os.environ))


def measured(processes: int, coupons: int, outside: dict[str, str]) -> int:
    """Imports what puts the tests' own credentials into the environment, after `outside` was taken from it."""
    from tests.concurrency import ground, issuing

    print(f"{processes} processes\n\n{_HEADING}", flush=True)
    with ground.crowded(processes, outside) as crowd:
        plays = ((1, coupons), (16, coupons), (16, coupons // 2))
        found = [_told(issuing.played(crowd, shards, coupons, budget)) for shards, budget in plays]
    one, many, _ = found
    print(f"\nmet another: {one.met} in one shard, {many.met} in sixteen")
    print(f"promised: {PROMISED} a second; reached here, with the database on the same machine: {many.a_second:.0f}")
    held = all(play.held for play in found)
    print("budgets: held to the coupon" if held else "budgets: NOT HELD")
    return 0 if held else 1


def _told(play: Figures) -> Figures:
    numbers = f"{play.shards:>8}{play.asked:>8}{play.granted:>8}{play.left:>8}{play.a_second:>10.0f}"
    print(f"{numbers}{play.met:>8} ({play.met / play.asked:.0%})", flush=True)
    return play


if __name__ == "__main__":
    sys.exit(main())
