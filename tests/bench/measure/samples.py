"""Operations played on a metered world: what each asks of AWS, and how long it takes."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median
from typing import Any, Protocol

from tests.bench.measure.meter import Bill, Meter
from tests.bench.measure.transport import Transport, timed


class Printed(io.TextIOBase):
    """In the place of standard output: what a handler prints becomes a log, whose bytes are paid for."""

    def __init__(self) -> None:
        self.bytes = 0

    def listen(self) -> None:
        """To the logger and to what is printed, from here on."""
        from chalicelib import observability

        sys.stdout = self
        observability.logger().registered_handler.setStream(self)

    def write(self, text: str) -> int:
        self.bytes += len(text.encode())
        return len(text)


@dataclass(frozen=True, slots=True)
class Sample:
    """One operation. `cpu` and `wait` are milliseconds: in the handler, and for the answers of AWS."""

    bill: Bill
    cpu: float
    wait: float
    logged: int
    """Bytes."""

    @property
    def requests(self) -> int:
        return len(self.bill.requests)


class Place(Protocol):
    meter: Meter
    transport: Transport


@dataclass
class Recorder:
    """`waited` gives the nanoseconds that the engine took to answer, all in all."""

    printed: Printed
    waited: Callable[[], int] = lambda: 0

    def sample(self, place: Place, work: Callable[[], Any], expects: int | None = None) -> Sample:
        """`expects` is the status of the answer; None if it is none of HTTP's."""
        waited, printed, answers = self.waited(), self.printed.bytes, []
        with place.meter.open() as bill:
            cpu = timed(place.transport, lambda: answers.append(work()))
        check(answers[0], expects)
        return Sample(bill, cpu / 1e6, (self.waited() - waited) / 1e6, self.printed.bytes - printed)


def check(answer: Any, expects: int | None) -> None:
    """What went wrong must not be measured."""
    failed = answer.get("batchItemFailures") if isinstance(answer, dict) else None
    if failed or (expects is not None and answer["statusCode"] != expects):
        raise RuntimeError(f"expected {expects}, got {answer}")


def typical(found: list[Sample]) -> Sample:
    """The bill of the last, which nothing was new to; medians of the times."""
    return replace(found[-1], cpu=median(one.cpu for one in found), wait=median(one.wait for one in found))
