"""When faults stop: everything under way ends, everything sent arrives, everything due is done."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tests.simulation import judging_gifts, nature, outgoing, paying_out, staffing
from tests.simulation.bank import BANKS
from tests.simulation.truth import hold

if TYPE_CHECKING:
    from tests.simulation.world import World

_ROUNDS, _DAYS = 400, 45


def settle(world: World) -> None:
    """Raises Violation if it does not come to an end."""
    world.faulty, world.engine.lag = 0.0, 0.0
    world.bank.down_until = dict.fromkeys(BANKS, 0.0)
    chance = world.chance = random.Random(f"{world.seed}/calm")
    _finish(world)
    staffing.settle(world, lambda: _finish(world))
    for name in list(world.bank.paid):
        if world.bank.paid[name].status == "pending":
            world.bank.decide(name, chance)
    for day in range(_DAYS):
        _everything_arrives(world, chance, day)
        while any(one.status == "pending" for one in world.bank.outgoing.values()):
            outgoing.decide(world.bank, chance, fails=0)
        paying_out.run(world)
        _finish(world)
        nature.run_sweep(world)
        _finish(world)
        world.clock.seconds += 86_400
        world.model.seconds = world.clock.seconds
    _everything_arrives(world, chance, _DAYS)
    _a_year_passes(world, chance)


def _a_year_passes(world: World, chance: random.Random) -> None:
    """Where gift cards wait for somebody: their buyers are reminded, then have them back."""
    for before in (judging_gifts.REMINDS_SECONDS, 0):
        if waiting := world.model.gifts.waiting:
            due = max(one.ends for one in waiting) - before - world.model.started
            world.model.seconds = world.clock.seconds = max(world.clock.seconds, due + 1)
            for day in range(2):
                nature.run_sweep(world)
                _finish(world)
                _everything_arrives(world, chance, day)


def _finish(world: World) -> None:
    while world.workers:
        world.clock.seconds = max(world.clock.seconds, min(worker.wake_at for worker in world.workers))
        world.model.seconds = world.clock.seconds
        ready = [worker for worker in world.workers if worker.wake_at <= world.clock.seconds]
        ready[0].skew = 0.0
        world._resume(ready[0], world.chance)


def _everything_arrives(world: World, chance: random.Random, day: int) -> None:
    for _ in range(_ROUNDS):
        if _nothing_left(world):
            return
        for shard in world.stream.shards:
            shard.batches += [(0, [record]) for record in shard.gone]
            shard.gone = []
            if shard.records or shard.batches:
                nature.deliver_records(world, shard, chance)
                _finish(world)
        for queue in world.post.queues.values():
            queue.redrive(world.clock.seconds)
            if queue.name != "parked" and queue.ready(world.clock.seconds):
                nature.deliver_messages(world, queue, chance)
                _finish(world)
        for letter in list(world.bank.letters):
            nature.deliver_letter(world, letter)
            _finish(world)
        world.clock.seconds += 30
        world.model.seconds = world.clock.seconds
    hold(False, "everything that was sent arrives", day=day, post=[(one.name, len(one.waiting)) for one in
         world.post.queues.values()], letters=len(world.bank.letters))  # fmt: skip


def _nothing_left(world: World) -> bool:
    return (
        world.post.empty
        and not world.bank.letters
        and all(shard.idle and not shard.gone for shard in world.stream.shards)
    )
