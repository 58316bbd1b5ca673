"""Where the measured code runs: its environment, a store in memory behind the stubbed network, and handlers to call."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.bench.measure.transport import Transport
from tests.environment import ENVIRONMENT

USUAL = {
    "USUAL_WALLETS_TABLE": "usual-wallets",
    "USUAL_PAYMENTS_TABLE": "usual-payments",
    "USUAL_IDEMPOTENCY_TABLE": "usual-idempotency",
    "USUAL_SETTLEMENT_QUEUE_URL": f"https://sqs.{ENVIRONMENT['AWS_REGION']}.amazonaws.com/123456789012/usual",
    "AWS_LAMBDA_FUNCTION_NAME": "usual",
}


def prepare_environment() -> None:
    """Before anything of the product or of the usual handler is imported."""
    os.environ.update(ENVIRONMENT | USUAL)


@dataclass
class Now:
    """Seconds, for the store; the handlers ask the true clock."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@contextmanager
def in_memory() -> Iterator[Transport]:
    """Every AWS call inside goes to an empty simulated store."""
    from tests.bench.measure.wire import Wire
    from tests.simulation import house
    from tests.simulation.engine import Engine
    from tests.simulation.post import Post

    wire = Wire(Engine(Now(), house.tables()), Post(house.queues()))
    with Transport(wire).open() as transport:
        yield transport
