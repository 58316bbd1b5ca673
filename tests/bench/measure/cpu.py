"""CPU of a payment, from API Gateway's event to the answer, the network stubbed: all contenders in turn, medians."""

from __future__ import annotations

import gc
import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from tests.bench.measure import medians, setting
from tests.bench.measure.contenders import Contender, contenders
from tests.bench.measure.rows import Row
from tests.bench.measure.transport import Transport

WARM_UP, ROUNDS, BATCH = 3, 40, 20
LIMIT_OF_USUAL, LIMIT_OF_FLOOR = 0.5, 2.0


def measure() -> list[Row]:
    with setting.in_memory() as transport:
        return rows(milliseconds(transport, contenders(transport), ROUNDS))


def milliseconds(transport: Transport, sides: list[Contender], rounds: int) -> dict[str, list[float]]:
    """Name → what each of `rounds` took; in every round each pays a batch, and another one begins."""
    took: dict[str, list[float]] = {side.name: [] for side in sides}
    gc.collect()
    gc.freeze()
    for number in range(WARM_UP + rounds):
        first = number % len(sides)
        for side in (*sides[first:], *sides[:first]):
            took[side.name].append(_batch(transport, side, number))
    return {name: all_of_it[WARM_UP:] for name, all_of_it in took.items()}


def rows(found: dict[str, list[float]]) -> list[Row]:
    ours, usual, pynamodb, floor = (median(found[name]) for name in ("ours", "usual", "usual with pynamodb", "floor"))
    of_usual, of_floor = (medians.ratio(found["ours"], found[name]) for name in ("usual", "floor"))
    return [
        Row("payment", "CPU in the handler", "ms", ours, usual, floor),
        Row("payment", "CPU in the handler, the usual one with pynamodb", "ms", ours, pynamodb, floor),
        Row("payment", "CPU against the usual handler's", "times", of_usual, limit=LIMIT_OF_USUAL),
        Row("payment", "CPU against the floor", "times", of_floor, limit=LIMIT_OF_FLOOR),
    ]


def _batch(transport: Transport, side: Contender, number: int) -> float:
    """Milliseconds of CPU for a payment. A batch between two looks at the clock: a look may cost as much as a payment.

    What is logged is written to memory: the cost of a write is the machine's, not the handler's.
    """
    events = [side.event(number * BATCH + one) for one in range(BATCH)]
    transport.sent.clear()
    with redirected() as written:
        began = time.process_time_ns()
        answers = [side.pay(event) for event in events]
        took = time.process_time_ns() - began
        written.truncate(0)
    assert all(answer["statusCode"] in (200, 201) for answer in answers), answers[0]
    return took / BATCH / 1e6


@contextmanager
def redirected() -> Iterator[io.StringIO]:
    """The logger of the product writes to memory inside."""
    from chalicelib import observability

    (handler,) = observability.logger().handlers
    before = handler.setStream(io.StringIO())
    try:
        yield handler.stream
    finally:
        handler.setStream(before)
