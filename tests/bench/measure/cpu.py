"""CPU of a payment, from API Gateway's event to the answer, the network stubbed: all contenders in turn, medians."""

from __future__ import annotations

import gc
from statistics import median

from tests.bench.measure import medians, setting
from tests.bench.measure.contenders import Contender, contenders
from tests.bench.measure.rows import Row
from tests.bench.measure.transport import Transport, timed

WARM_UP, ROUNDS = 50, 700
LIMIT_OF_USUAL, LIMIT_OF_FLOOR = 0.5, 2.0


def measure() -> list[Row]:
    with setting.in_memory() as transport:
        return rows(milliseconds(transport, contenders(transport), ROUNDS))


def milliseconds(transport: Transport, sides: list[Contender], rounds: int) -> dict[str, list[float]]:
    """Name → what each of `rounds` took; in every round each pays once, and another one begins."""
    took: dict[str, list[float]] = {side.name: [] for side in sides}
    gc.collect()
    gc.freeze()
    for number in range(WARM_UP + rounds):
        first = number % len(sides)
        for side in (*sides[first:], *sides[:first]):
            took[side.name].append(_payment(transport, side, number) / 1e6)
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


def _payment(transport: Transport, side: Contender, number: int) -> int:
    event, answers = side.event(number), []
    transport.sent.clear()
    took = timed(transport, lambda: answers.append(side.pay(event)))
    assert answers[0]["statusCode"] in (200, 201), answers[0]
    return took
