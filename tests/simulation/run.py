"""A run from its seed: so many decisions, everything checked every 1,000, then calm until all is finished."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.simulation import audit, calm, house
from tests.simulation.plays import EVERYTHING, Play
from tests.simulation.truth import Violation
from tests.simulation.world import World

EVERYTHING_EVERY = 1_000


@dataclass
class Outcome:
    seed: int
    steps: int
    faults: dict[str, int]
    effects: dict[str, int]
    hash: str
    books: str
    seconds: float
    violation: str = ""
    play: str = EVERYTHING.name
    days: int = 0
    """How much time passed for those inside."""
    failed_at: int = -1
    """The decision that broke a promise; `steps` if it was the calm after them."""


def run(
    seed: int, decisions: Iterable[int], play: Play = EVERYTHING, afterwards: Callable[[World], None] | None = None
) -> Outcome:
    """Makes these decisions, in order, and settles everything; `afterwards` looks at what is left."""
    world, started, number = World(seed, play), time.perf_counter(), -1
    violation, steps, days = "", 0, 0
    with house.inhabited(world.engine, world.post, world.clock, world.entropy, world.bank) as world.alarms:
        try:
            world.furnish()
            for number in decisions:
                world.step(number)
                steps += 1
                if steps % EVERYTHING_EVERY == 0:
                    audit.everything(world)
            number, days = -1, int(world.clock.seconds // 86_400)
            calm.settle(world)
            audit.everything(world)
            audit.finished(world)
            if afterwards:
                afterwards(world)
        except Violation as broken:
            violation = str(broken)
    faults = {name: count for name, count in sorted(world.counts.items()) if not name.startswith("alarm ")}
    judges = (world.model, world.doors, world.model.charges, world.staff.roles)
    effects = {name: count for judge in judges for name, count in judge.effects.items()}
    return Outcome(
        seed=seed,
        steps=steps,
        faults=faults,
        effects=dict(sorted(effects.items())),
        hash=world.history.hexdigest(),
        books=audit.books(world),
        seconds=time.perf_counter() - started,
        violation=violation,
        play=play.name,
        days=days or int(world.clock.seconds // 86_400),
        failed_at=number if violation else -1,
    )
