"""What every request to AWS costs: between the stubbed network and the store, which it asks what was and what is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Protocol

from tests.bench.measure import units
from tests.bench.measure.transport import Sent
from tests.bench.measure.units import Place, Units
from tests.bench.measure.wire import read
from tests.simulation.tables import Index
from tests.simulation.values import Item

CHUNK_BYTES = 64 * 1024
"""SQS bills a request once for each."""


class Store(Protocol):
    def __call__(self, sent: Sent) -> tuple[int, bytes]:
        """AWS's answer."""

    def look(self, place: Place) -> Item | None:
        """An item as it is, for nothing."""


@dataclass
class Bill:
    """Of the requests made in one stretch."""

    requests: list[str] = field(default_factory=list)
    """Their operations, in order."""
    units: Units = field(default_factory=Units)
    reported: Units = field(default_factory=Units)
    """What the engine says it was; nothing where it says nothing."""
    kept: int = 0
    """Bytes that are stored more than before."""
    queued: dict[str, int] = field(default_factory=dict)
    """URL of a queue → requests that SQS bills."""


class Meter:
    """A store that keeps the bill; `bill` is the open one."""

    def __init__(self, store: Store, indexes: Mapping[str, Sequence[Index]]) -> None:
        self.store, self.bill, self._indexes = store, Bill(), indexes

    def __call__(self, sent: Sent) -> tuple[int, bytes]:
        self.bill.requests.append(sent.operation)
        parameters = read(sent.body)
        if not sent.target.startswith("DynamoDB"):
            if "QueueUrl" in parameters:
                queue = parameters["QueueUrl"]
                self.bill.queued[queue] = self.bill.queued.get(queue, 0) + ceil(len(sent.body) / CHUNK_BYTES)
            return self.store(sent)
        named = units.places(sent.operation, parameters)
        before = {place: self.store.look(place) for place in named}
        status, raw = self.store(sent)
        after = {place: self.store.look(place) for place in named}
        answer = read(raw)
        self.bill.reported += _reported(not named, answer)
        if named:
            self.bill.units += units.of_write(sent.operation, before, after, self._indexes)
            self.bill.kept += units.kept(after, self._indexes) - units.kept(before, self._indexes)
        elif status == 200:
            self.bill.units += units.of_read(sent.operation, parameters, answer)
        return status, raw

    @contextmanager
    def open(self) -> Iterator[Bill]:
        """A bill of its own for what happens inside."""
        before, self.bill = self.bill, Bill()
        try:
            yield self.bill
        finally:
            self.bill = before


def _reported(reads: bool, answer: Mapping[str, Any]) -> Units:
    told = answer.get("ConsumedCapacity") or []
    units = sum(one["CapacityUnits"] for one in ([told] if isinstance(told, dict) else told))
    return Units(read=units) if reads else Units(write=units)
