"""Payments through the real handlers against the local cloud's DynamoDB: how many a second, and how long each takes.

One process and eight, each a Lambda environment of its own, for some seconds; both sides in turn, on the same engine.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Protocol

from tests.bench.measure.rows import Row

SECONDS = 3.0
PROCESSES = (1, 8)
SCENES = ("many wallets", "one hot wallet", "one hot merchant")
WALLETS_OF_A_PROCESS = 20
_FORK = get_context("fork")
Order = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    seconds: float
    milliseconds: list[float]
    """Of each payment that was made, in order of size."""
    failed: int

    @property
    def per_second(self) -> float:
        return len(self.milliseconds) / self.seconds

    def percentile(self, share: float) -> float:
        place = math.ceil(share * len(self.milliseconds)) - 1
        return self.milliseconds[max(0, place)]


def measure() -> list[Row]:
    os.environ |= {"AWS_ENDPOINT_URL": os.environ["BENCH_ENGINE"], "DYNAMODB_ENDPOINT": os.environ["BENCH_ENGINE"]}
    from tests.bench.measure import engine_sides

    sides: dict[str, Side] = engine_sides.both()
    found = []
    for scene in SCENES:
        for processes in PROCESSES:
            runs = {name: run(side, scene, processes) for name, side in sides.items()}
            found += list(rows(scene, processes, runs["ours"], runs["usual"]))
    return found


def rows(scene: str, processes: int, ours: Run, usual: Run) -> Iterator[Row]:
    operation = f"payments, {scene}, {processes} {'process' if processes == 1 else 'processes'}"
    yield Row(operation, "made", "per second", ours.per_second, usual.per_second)
    yield Row(operation, "p50", "ms", ours.percentile(0.5), usual.percentile(0.5))
    yield Row(operation, "p99", "ms", ours.percentile(0.99), usual.percentile(0.99))
    yield Row(operation, "not made", "payments", ours.failed, usual.failed)


class Side(Protocol):
    """Both are called in forked processes only."""

    def orders(self, scene: str, wallets: int) -> list[Order]:
        """Each of a wallet with money."""

    def pay(self, order: Order, key: str, amount: int) -> int:
        """The status of the answer."""


def run(side: Side, scene: str, processes: int) -> Run:
    """Orders are dealt to the processes; one hot wallet is in every hand."""
    hot = scene == "one hot wallet"
    orders = in_a_process(lambda: side.orders(scene, 1 if hot else WALLETS_OF_A_PROCESS * processes))
    hands = [orders if hot else orders[number::processes] for number in range(processes)]
    barrier, answers = _FORK.Barrier(processes), _FORK.SimpleQueue()
    workers = [
        _FORK.Process(target=_work, args=(side, hand, number, barrier, answers), daemon=True)
        for number, hand in enumerate(hands)
    ]
    for worker in workers:
        worker.start()
    results = [answers.get() for _ in workers]
    for worker in workers:
        worker.join()
    times = sorted(one for taken, _ in results for one in taken)
    return Run(SECONDS, times, sum(failed for _, failed in results))


def _work(side: Side, orders: list[Order], number: int, barrier: Any, answers: Any) -> None:
    """The first payment opens the connection and is not counted."""
    side.pay(orders[0], f"warm-{number}-{time.monotonic_ns()}", 1)
    taken, failed, count = [], 0, 0
    barrier.wait()
    until = time.monotonic() + SECONDS
    while (began := time.monotonic()) < until:
        count += 1
        order = orders[count % len(orders)]
        status = side.pay(order, f"{number}-{time.monotonic_ns()}", 1 + (count * len(SCENES) + number) % 997)
        if status == 201:
            taken.append(1000 * (time.monotonic() - began))
        else:
            failed += 1
    answers.put((taken, failed))


def in_a_process(work: Callable[[], Any]) -> Any:
    """So that no connection is open in the parent when workers are forked from it."""
    answers = _FORK.SimpleQueue()
    process = _FORK.Process(target=lambda: answers.put(work()), daemon=True)
    process.start()
    found = answers.get()
    process.join()
    return found
