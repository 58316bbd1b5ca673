"""Does anything get dearer with the years? The same operations beside 1,000, 100,000 and 1,000,000 entries.

Requests and units are counted on the simulation's store, and so is CPU, the store's own left out. All sizes take
turns. The history is laid into the store directly: it would take days to play.
"""

from __future__ import annotations

import copy
import gc
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from tests.api.world import Person
from tests.bench.measure import medians, operations, town
from tests.bench.measure.operations import FULL_BATCH
from tests.bench.measure.rows import Row
from tests.bench.measure.samples import Printed, Recorder, Sample, typical
from tests.bench.measure.town import InMemory, Invocation, Town
from tests.environment import ENVIRONMENT

SIZES = (1_000, 100_000, 1_000_000)
DAYS = 1_000
BATCH = 30
"""Payments that are settled, folded or swept together."""
THIS_MONTH = 100
"""Entries of the running month, whatever the size: what came before it is closed."""
CPU_LIMIT = 1.25
_amounts = itertools.count(1_000)
Invocations = dict[str, Invocation]
"""Name of an operation → what it takes."""
Build = Callable[[Town, Person], Invocations]
Samples = dict[str, dict[int, list[Sample]]]
"""Operation → size → what it took, round by round."""


def measure() -> list[Row]:
    printed = Printed()
    printed.listen()
    recorder = Recorder(printed)
    return [*over_sizes(samples(recorder, SIZES)), *over_days(days(recorder, DAYS))]


def samples(recorder: Recorder, sizes: tuple[int, ...], share: float = 1.0) -> Samples:
    """`share` of the rounds; of each operation, the first does not count."""
    found: dict[str, dict[int, list[Sample]]] = defaultdict(lambda: {size: [] for size in sizes})
    with town.opened(InMemory()) as place:
        old_hand = _old_hand(place)
        stores = {size: _grown(place.store, old_hand, size) for size in sizes}
        gc.collect()
        gc.freeze()
        for build, rounds in OPERATIONS:
            for number in range(max(2, round(rounds * share))):
                for size in _rotated(sizes, number):
                    place.stand_on(stores[size])
                    for name, sample in _sampled(place, recorder, build, old_hand):
                        found[name][size].append(sample)
    gc.unfreeze()
    return {name: {size: taken[1:] for size, taken in by_size.items()} for name, by_size in found.items()}


def _rotated(sizes: tuple[int, ...], number: int) -> tuple[int, ...]:
    """Another one begins in every round."""
    first = number % len(sizes)
    return sizes[first:] + sizes[:first]


def _sampled(place: Town, recorder: Recorder, build: Build, old_hand: Person) -> Iterator[tuple[str, Sample]]:
    operations.warm(place)
    old_hand.sign_in()
    for name, invocation in build(place, old_hand).items():
        place.clock.advance(1)
        yield name, recorder.sample(place, partial(place.invoke, invocation), invocation.expects)


def _payment(place: Town, person: Person) -> Invocations:
    """Of an amount that looks like no other."""
    return {"payment": operations.payment(place, person, next(_amounts))}


def _pages(place: Town, person: Person) -> Invocations:
    wallet = f"/v1/wallets/{person.wallet}"
    return {
        "statement page": operations.asked("money", person.phone, "GET", f"{wallet}/entries?limit={operations.PAGE}"),
        "statement of a month": operations.asked("money", person.phone, "GET", f"{wallet}/statements/2026-11"),
    }


def _batches(place: Town, person: Person) -> Invocations:
    """What the stream brings of some payments."""
    place.invoke(operations.fan_out(place, BATCH))
    queues = {"settlement batch": ("settle", "SETTLEMENT_QUEUE_URL"), "fold": ("fold", "FOLD_QUEUE_URL")}
    found = {}
    for name, (function, setting) in queues.items():
        event = place.messages(setting)
        assert event
        found[name] = Invocation(function, event)
    return found


def _sweep(place: Town, person: Person) -> Invocations:
    """Some payments that the stream did not bring are due."""
    operations.paid(place, BATCH)
    place.clock.advance(600)
    return {"sweep": operations.sweep(place)}


OPERATIONS: tuple[tuple[Build, int], ...] = ((_payment, 60), (_pages, 30), (_batches, 16), (_sweep, 16))


def _old_hand(place: Town) -> Person:
    """Whose history grows; one payment of theirs shows what an entry looks like."""
    person = operations.customer(place)
    assert person.pay(operations.AMOUNT).status == 201
    place.clock.advance(1)
    return person


def _grown(store: InMemory, person: Person, entries: int) -> InMemory:
    """A copy with so many entries of the person and their settlements, and a closing for every month that is over."""
    grown = copy.deepcopy(store)
    journal, shop = grown.engine.table(ENVIRONMENT["JOURNAL_TABLE"]), person.world.shop
    like = next(iter(journal.partitions[person.wallet].values()))
    times = _moments(entries)
    _lay(journal, person.wallet, like, times)
    _lay(journal, shop.account, like | {"pk": {"S": shop.account}}, times[::FULL_BATCH])
    ledger, sums = grown.engine.table(ENVIRONMENT["LEDGER_TABLE"]), ("available", "held", "debt")
    for end in _ends_of_months(times[0]):
        closing = {"pk": {"S": person.wallet}, "sk": {"S": f"CLOSING#{end}"}, **{name: {"N": "0"} for name in sums}}
        ledger.put((person.wallet, f"CLOSING#{end}"), closing, 0.0)
    return grown


def _lay(table: Any, account: str, like: dict[str, Any], times: list[str]) -> None:
    """Entries that differ in their time alone share all that is equal."""
    partition, order = table.partitions.setdefault(account, {}), table.order.setdefault(account, [])
    for at in times:
        partition[at] = like | {"sk": {"S": at}}
    order[:0] = times


def _moments(entries: int) -> list[str]:
    """Of all the days before this month, and a hundred in it; sorted."""
    month = town.MORNING.replace(day=1, hour=0)
    before = entries - THIS_MONTH
    step, first = timedelta(days=DAYS) / before, month - timedelta(days=DAYS)
    found = [_written(first + number * step) for number in range(before)]
    return found + [_written(month + timedelta(hours=1 + number)) for number in range(THIS_MONTH)]


def _ends_of_months(first: str) -> Iterator[str]:
    year, month = int(first[:4]), int(first[5:7])
    while (year, month) < (town.MORNING.year, town.MORNING.month):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        yield _written(datetime(year, month, 1, tzinfo=UTC) - timedelta(microseconds=1))


def _written(moment: datetime) -> str:
    from chalicelib.kernel import clock

    return clock.written(moment)


def days(recorder: Recorder, active: int) -> dict[int, tuple[Sample, int]]:
    """A payment of somebody who has paid on one day, and on so many; and the bytes of their wallet's head."""
    with town.opened(InMemory()) as place:
        person = operations.customer(place)
        found = {1: _day(place, recorder, person)}
        for _ in range(active - 2):
            _day(place, recorder, person)
        found[active] = _day(place, recorder, person)
    return found


def _day(place: Town, recorder: Recorder, person: Person) -> tuple[Sample, int]:
    """Two payments, of which the second is the measured one: the first of a month is one index entry dearer."""
    from chalicelib.ledger.wire import size

    place.clock.advance(24 * 3600)
    if place.clock.now().day == 1:
        place.invoke(operations.sweep(place))
    person.sign_in()
    place.invoke(operations.payment(place, person, 100))
    place.clock.advance(1)
    made = operations.payment(place, person, 101)
    sample = recorder.sample(place, lambda: place.invoke(made), made.expects)
    head = place.store.look((ENVIRONMENT["LEDGER_TABLE"], person.wallet, "HEAD"))
    assert head
    return sample, size(head)


def over_sizes(found: Samples) -> Iterator[Row]:
    for name, by_size in found.items():
        for size, taken in by_size.items():
            one = typical(taken)
            yield from _figures(f"{name}, beside {size:,} entries", one)
            yield Row(f"{name}, beside {size:,} entries", "CPU", "ms", one.cpu)
        for figure, count in _COUNTS.items():
            counts = [count(typical(taken)) for taken in by_size.values()]
            unit = "AWS requests" if figure == "requests" else "units"
            yield Row(name, f"growth: {figure}, the most less the fewest", unit, max(counts) - min(counts), limit=0)
        smallest, *larger = sorted(by_size)
        for size in larger:
            before, after = ([one.cpu for one in by_size[each]] for each in (smallest, size))
            times = medians.ratio(after, before)
            yield Row(name, f"growth: CPU beside {size:,} entries", "times", times, limit=CPU_LIMIT)


_COUNTS: dict[str, Callable[[Sample], float]] = {
    "requests": lambda sample: sample.requests,
    "read units": lambda sample: sample.bill.units.read,
    "write units": lambda sample: sample.bill.units.write,
}


def _figures(operation: str, sample: Sample) -> Iterator[Row]:
    for figure, count in _COUNTS.items():
        yield Row(operation, figure, "AWS requests" if figure == "requests" else "units", count(sample))


def over_days(found: dict[int, tuple[Sample, int]]) -> Iterator[Row]:
    few, many = (found[active] for active in sorted(found))
    for active, (sample, head) in found.items():
        operation = f"payment, a wallet active on {active:,} {'day' if active == 1 else 'days'}"
        yield from _figures(operation, sample)
        yield Row(operation, "size of its head", "bytes", head)
    for figure, count in _COUNTS.items():
        more = abs(count(many[0]) - count(few[0]))
        unit = "AWS requests" if figure == "requests" else "units"
        yield Row("payment", f"growth with active days: {figure}, the difference", unit, more, limit=0)
