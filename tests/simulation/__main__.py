"""`python -m tests.simulation --seed 1 --steps 100000`: prints what happened; exits with 1 if a promise was broken."""

from __future__ import annotations

import argparse
import json
import sys

from tests import conftest
from tests.simulation import shrinking
from tests.simulation.plays import EVERYTHING, PLAYS
from tests.simulation.run import Outcome, run

__all__ = ["conftest"]
"""Brings the environment of the tests along."""


def shown(outcome: Outcome) -> str:
    speed = f"{outcome.steps / outcome.seconds:.0f} steps a second"
    lines = [f"seed {outcome.seed}  play {outcome.play}  steps {outcome.steps}  days {outcome.days}  {speed}"]
    lines += ["faults", *(f"  {name:28} {count}" for name, count in outcome.faults.items())]
    lines += ["effects", *(f"  {name:28} {count}" for name, count in outcome.effects.items())]
    lines += [f"hash  {outcome.hash}", f"books {outcome.books}"]
    if outcome.violation:
        where = f"step {outcome.failed_at}" if outcome.failed_at >= 0 else "the calm at the end"
        lines.append(f"VIOLATION at {where}: {outcome.violation}")
    return "\n".join(lines)


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--steps", type=int, default=100_000)
    options.add_argument("--play", choices=PLAYS, default=EVERYTHING.name, help="what mostly happens")
    options.add_argument("--only", help="the decisions to make, for instance 3,17,40-44: a shortened script")
    options.add_argument("--no-shrinking", action="store_true")
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    script = shrinking.read(chosen.only) if chosen.only else list(range(chosen.steps))
    outcome = run(chosen.seed, script, PLAYS[chosen.play])
    print(json.dumps(vars(outcome)) if chosen.json else shown(outcome))
    if outcome.violation and not chosen.no_shrinking:
        print(shrinking.shortest(outcome, script))
    return 1 if outcome.violation else 0


if __name__ == "__main__":
    sys.exit(main())
