"""A small world whose every request is metered: customers, a merchant with a till, the bank, the stream and the queues.

Its handlers are `app.py`'s own; what it stands on is the simulation's store, or the local cloud's DynamoDB.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.bench.measure.meter import Meter, Store
from tests.bench.measure.setting import Now
from tests.bench.measure.transport import Transport
from tests.bench.measure.units import Place
from tests.bench.measure.wire import Wire
from tests.simulation import house
from tests.simulation.engine import Engine
from tests.simulation.post import Post, Queue, Stream, event_of
from tests.simulation.tables import Change, Table
from tests.simulation.values import Item

MORNING = datetime(2026, 11, 22, 8, 0, 0, tzinfo=UTC)
Event = dict[str, Any]


@dataclass(frozen=True)
class Invocation:
    """What Lambda hands to a function."""

    function: str
    """`money`, `access`, `webhooks`, `office`, or a name in `app.py`."""
    event: Event
    expects: int | None = None
    """The status of the answer, if it has one."""


class InMemory(Wire):
    """The store of the simulation, with the journal's stream."""

    def __init__(self, tables: Mapping[str, Table] | None = None) -> None:
        self.stream = Stream()
        engine = Engine(Now(), dict(tables or house.tables()), self._see)
        super().__init__(engine, Post(house.queues()))

    def look(self, place: Place) -> Item | None:
        return self.engine.table(place[0]).get(place[1:])

    def _see(self, changes: Any) -> None:
        for change in changes:
            if _is_entry(change):
                self.stream.add(change)


def _is_entry(change: Change) -> bool:
    return change.table.endswith("journal") and change.old is None


class Town:
    """`world` and `till` speak to the app; `records`, `messages` give what Lambda would hand to the consumers."""

    def __init__(self, store: InMemory, meter: Meter, transport: Transport, clock: Any, hasher: Any) -> None:
        from tests.api.caller import Caller
        from tests.api.topup_kit import Till
        from tests.api.world import World

        self.store, self.meter, self.transport, self.clock = store, meter, transport, clock
        self.world, self.till, self._hasher = World(clock), Till(Caller()), hasher

    def invoke(self, invocation: Invocation) -> Any:
        import app

        web = invocation.function in ("money", "access", "webhooks", "office", "analysis")
        return getattr(app, "app" if web else invocation.function)(invocation.event, None)

    def stand_on(self, store: InMemory) -> None:
        """From here on, on another store that knows the same people."""
        self.store = self.meter.store = store

    @contextmanager
    def true_passwords(self) -> Iterator[None]:
        """Passwords that are set inside cost what they cost in production; so does every look at them."""
        from chalicelib.identity import passwords

        cheap, passwords.hasher = passwords.hasher, self._hasher
        yield
        passwords.hasher = cheap

    def records(self, most: int) -> list[Event]:
        """Of the stream, those that nobody has read yet."""
        found: list[Event] = []
        for shard in self.store.stream.shards:
            chosen = shard.records[: most - len(found)]
            shard.records = shard.records[len(chosen) :]
            found += chosen
        return found

    def messages(self, setting: str, most: int = 10) -> Event | None:
        """The next batch of a queue, taken off it; None if it is empty."""
        queue = self._queue(setting)
        chosen = queue.receive(queue.ready(0.0)[:most], 0.0)
        for message in chosen:
            queue.delete(message.id)
        return event_of(queue, chosen) if chosen else None

    def _queue(self, setting: str) -> Queue:
        from tests.environment import ENVIRONMENT

        return self.store.post.queues[ENVIRONMENT[setting]]


@contextmanager
def opened(store: InMemory, answers: Store | None = None, start: datetime = MORNING) -> Iterator[Town]:
    """On a clock that stands still. `answers` takes the store's place for DynamoDB."""
    from chalicelib import cloud
    from chalicelib.identity import passwords
    from chalicelib.kernel import clock as kernel_clock
    from chalicelib.processors import wire as processors
    from tests.conftest import FrozenClock

    meter = Meter(answers or store, {name: list(one.indexes.values()) for name, one in house.tables().items()})
    clock, hasher = FrozenClock(start), passwords.hasher
    before, passwords.hasher = kernel_clock.use(clock), house.CHEAP
    cloud.client.cache_clear()
    house.forget()
    try:
        with Transport(meter).open() as transport:
            town = Town(store, meter, transport, clock, hasher)
            bank = processors.use(town.till.transport)
            yield town
            processors.use(bank)
    finally:
        kernel_clock.use(before)
        passwords.hasher = hasher
        cloud.client.cache_clear()
        house.forget()


def sqs_event(setting: str, bodies: list[Mapping[str, Any]]) -> Event:
    """A batch of messages as Lambda hands it over."""
    from tests.environment import ENVIRONMENT

    queue = Queue(ENVIRONMENT[setting])
    for number, body in enumerate(bodies):
        group = {"MessageGroupId": "g", "MessageDeduplicationId": str(number)}
        queue.send({"MessageBody": json.dumps(body), **group}, 0.0)
    return event_of(queue, queue.ready(0.0))
