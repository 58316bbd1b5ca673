"""`python -m tests.concurrency --processes 8 --rounds 3 --seed 1`: exits with 1 if an invariant was violated.

Against a ministack of its own, or against the tables of whatever `DYNAMODB_ENDPOINT` names (with your credentials).
"""

from __future__ import annotations

import argparse
import os
import sys


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.concurrency", description=__doc__)
    options.add_argument("--processes", type=int, default=8)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", nargs="*", default=[], help="names of scenarios")
    options.add_argument("--patience", type=float, default=120, help="seconds that a queue has to become empty")
    chosen, given = options.parse_args(), dict(os.environ)
    return _play(chosen, given)


def _play(chosen: argparse.Namespace, given: dict[str, str]) -> int:
    """Imports what puts the tests' own credentials into the environment, after `given` was taken from it."""
    from tests.concurrency import chores, findings, ground, scenarios

    where = given.get("DYNAMODB_ENDPOINT") or "a ministack of its own"
    print(f"{chosen.processes} processes, {chosen.rounds} rounds, seed {chosen.seed}, against {where}")
    print("each line: whether it held, its number in docs/reference/guarantees.md, what was seen last", flush=True)
    blocks, chores.patience = [], chosen.patience
    try:
        with ground.crowded(chosen.processes, given) as crowd:
            for found in scenarios.played(crowd, chosen.seed, chosen.rounds, chosen.only):
                blocks.append(found)
                print("\n" + found.block, flush=True)
    finally:  # a play that breaks off, as a queue that never becomes empty does it, has been judged so far
        print("\n" + findings.verdict(blocks), flush=True)
    return 1 if any(found.violated for found in blocks) else 0


if __name__ == "__main__":
    sys.exit(main())
