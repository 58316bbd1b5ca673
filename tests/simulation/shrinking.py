"""The shortest script that still breaks a promise: delta debugging (Zeller, Hildebrandt 2002) over the decisions."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from tests.simulation.plays import PLAYS
from tests.simulation.run import Outcome, run

MOST_SECONDS = 120.0
Broken = Callable[[Sequence[int]], Outcome]


def shortest(outcome: Outcome, script: Sequence[int], most_seconds: float = MOST_SECONDS) -> str:
    """How to repeat the failure with as few decisions as could be found in time."""
    until, headline = time.monotonic() + most_seconds, outcome.violation.partition("\n")[0]
    found = [one for one in script if one <= outcome.failed_at] if outcome.failed_at >= 0 else list(script)

    def broken(candidate: Sequence[int]) -> bool:
        return run(outcome.seed, candidate, PLAYS[outcome.play]).violation.partition("\n")[0] == headline

    found = reduced(found, broken, lambda: time.monotonic() < until)
    again = f"python -m tests.simulation --play {outcome.play} --seed {outcome.seed} --only {written(found)}"
    return f"the same with {len(found)} decisions:\n  {again}"


def reduced(script: list[int], broken: Callable[[Sequence[int]], bool], more_time: Callable[[], bool]) -> list[int]:
    """Leaves out ever smaller pieces, as long as it stays broken."""
    pieces = 2
    while len(script) >= 2 and more_time():
        size = -(-len(script) // pieces)
        starts = range(0, len(script), size)
        left_out = (script[:start] + script[start + size :] for start in starts)
        smaller = next((one for one in left_out if more_time() and broken(one)), None)
        if smaller is not None:
            script, pieces = smaller, max(pieces - 1, 2)
        elif size == 1:
            break
        else:
            pieces = min(pieces * 2, len(script))
    return script


def written(script: Sequence[int]) -> str:
    """`3,17,40-44`."""
    runs: list[list[int]] = []
    for one in script:
        if runs and one == runs[-1][-1] + 1:
            runs[-1].append(one)
        else:
            runs.append([one])
    return ",".join(str(one[0]) if len(one) == 1 else f"{one[0]}-{one[-1]}" for one in runs)


def read(text: str) -> list[int]:
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found.extend(range(int(first), int(last or first) + 1))
    return found
