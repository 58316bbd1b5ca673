"""AWS requests, units and dollars of every operation, also the usual way's; what follows a payment; an idle month."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from infra import package
from tests.bench.measure import dollars, operations, parcel, town, usual_town
from tests.bench.measure.dollars import Dollars, Function
from tests.bench.measure.mirrored import Mirrored
from tests.bench.measure.operations import FULL_BATCH, FULL_STREAM_BATCH
from tests.bench.measure.rows import Row
from tests.bench.measure.samples import Printed, Recorder, Sample, typical
from tests.bench.measure.town import InMemory, Invocation, Town

ROUNDS, ROUNDS_OF_BATCHES = 7, 1
OPERATIONS = {
    "sign-in": operations.sign_in,
    "top-up": operations.top_up,
    "webhook": operations.webhook,
    "payment": operations.payment,
    "payment of a checkout": operations.payment_of_a_checkout,
    "duplicate": operations.duplicate,
    "refusal": operations.refusal,
    "capture": operations.capture,
    "refund": operations.refund,
    "statement page": operations.statement_page,
}
FOLLOWING = {
    "fan_out": operations.fan_out,
    "settle": operations.settle,
    "fold": operations.fold,
    "tell": operations.tell,
}
LIMITS = {
    ("payment", "requests"): 1,
    ("payment", "write units"): 8,
    ("payment of a checkout", "write units"): 10,
    ("duplicate", "requests"): 1,
    ("refusal", "requests"): 3,
}
SETTLEMENT_REQUESTS, SETTLEMENT_WRITE_UNITS, SHARE_OF_USUAL = 0.15, 4, 0.25
Build = Callable[[Town], Invocation]


def measure() -> list[Row]:
    printed = Printed()
    printed.listen()
    engine, template = os.environ["BENCH_ENGINE"], _template()
    ours, batches = played(printed, engine)
    usual = _usual(printed, engine)
    functions = _functions(template)
    return [
        *_counts(ours, usual),
        *_settlement(batches),
        *_costs(ours, usual, batches, functions),
        *_idle(ours["sweep"], functions["sweep"], template),
    ]


def played(printed: Printed, engine: str) -> tuple[dict[str, Sample], dict[str, Sample]]:
    """Every operation; and what follows full batches of payments."""
    store = InMemory()
    mirrored = Mirrored(store, engine)
    recorder = Recorder(printed, lambda: mirrored.waited_ns)
    with town.opened(store, mirrored) as place:
        idle = {"sweep": idle_sweep(place, recorder, ROUNDS)}
        single = {**OPERATIONS, **FOLLOWING}
        ours = idle | {name: typical(_samples(place, recorder, one, ROUNDS)) for name, one in single.items()}
        batches = full_batches(place, recorder)
    return ours, batches


def full_batches(place: Town, recorder: Recorder, rounds: int = ROUNDS_OF_BATCHES) -> dict[str, Sample]:
    """A whole batch of the stream, a whole settlement, what `fold` gets of the former, ten messages to `tell`."""
    builds: dict[str, Build] = {
        "fan_out": lambda place: operations.fan_out(place, FULL_STREAM_BATCH),
        "settle": lambda place: operations.settle(place, FULL_BATCH),
        "fold": lambda place: operations.fold(place, FULL_STREAM_BATCH),
        "tell": lambda place: operations.tell(place, 10),
    }
    return {name: typical(_samples(place, recorder, build, rounds)) for name, build in builds.items()}


def idle_sweep(place: Town, recorder: Recorder, rounds: int = 1) -> Sample:
    """In a town where nothing has happened yet."""
    sweep = operations.sweep(place)
    return typical([recorder.sample(place, partial(place.invoke, sweep)) for _ in range(1 + rounds)][1:])


def sampled(place: Town, recorder: Recorder, name: str, rounds: int = 1) -> Sample:
    """A typical one of an operation."""
    return typical(_samples(place, recorder, OPERATIONS[name], rounds))


def _samples(place: Town, recorder: Recorder, build: Build, rounds: int) -> list[Sample]:
    """The first, which loads keys and secrets, does not count."""
    found = []
    for _ in range(1 + rounds):
        operations.warm(place)
        invocation = build(place)
        place.clock.advance(1)
        found.append(recorder.sample(place, partial(place.invoke, invocation), invocation.expects))
    return found[1:]


def _usual(printed: Printed, engine: str) -> dict[str, Sample]:
    store = InMemory(usual_town.tables())
    mirrored = Mirrored(store, engine)
    recorder = Recorder(printed, lambda: mirrored.waited_ns)
    with usual_town.opened(store, mirrored) as place:
        builds = {"payment": place.payment, "duplicate": place.duplicate, "refusal": place.refusal}
        return {name: typical(_usual_samples(place, recorder, build)) for name, build in builds.items()}


def _usual_samples(place: Any, recorder: Recorder, build: Callable[[], Any]) -> list[Sample]:
    events = [build() for _ in range(1 + ROUNDS)]
    return [recorder.sample(place, partial(place.invoke, event)) for event in events][1:]


def _counts(ours: dict[str, Sample], usual: dict[str, Sample]) -> Iterator[Row]:
    for name in OPERATIONS:
        one, other = ours[name], usual.get(name)
        for figure, count in FIGURES.items():
            theirs = count(other) if other else None
            yield Row(name, figure, _unit(figure), count(one), theirs, limit=LIMITS.get((name, figure)))
    share = ours["payment"].requests / usual["payment"].requests
    yield Row("payment", "requests against the usual handler's", "times", share, limit=SHARE_OF_USUAL)


FIGURES: dict[str, Callable[[Sample], float]] = {
    "requests": lambda sample: sample.requests,
    "read units": lambda sample: sample.bill.units.read,
    "write units": lambda sample: sample.bill.units.write,
    "read units that the local engine reports": lambda sample: sample.bill.reported.read,
    "write units that the local engine reports": lambda sample: sample.bill.reported.write,
}


def _unit(figure: str) -> str:
    return "AWS requests" if figure == "requests" else "units"


def _settlement(batches: dict[str, Sample]) -> list[Row]:
    requests, units = settlement_per_payment(batches)
    name = "settlement, per payment in full batches"
    return [
        Row(name, "requests", "AWS requests", requests, limit=SETTLEMENT_REQUESTS),
        Row(name, "write units", "units", units, limit=SETTLEMENT_WRITE_UNITS),
        Row("fold, per entry in full batches", "write units", "units", _each(batches, "fold", FULL_STREAM_BATCH)),
        Row("notice, per entry", "write units", "units", _each(batches, "tell", 10)),
    ]


def settlement_per_payment(batches: dict[str, Sample]) -> tuple[float, float]:
    """Requests and write units of the fan-out, with all that it sends, and of the settlement."""
    shares = (batches["fan_out"], FULL_STREAM_BATCH), (batches["settle"], FULL_BATCH)
    return (
        sum(sample.requests / payments for sample, payments in shares),
        sum(sample.bill.units.write / payments for sample, payments in shares),
    )


def _each(batches: dict[str, Sample], name: str, entries: int) -> float:
    return batches[name].bill.units.write / entries


def _costs(
    ours: dict[str, Sample], usual: dict[str, Sample], batches: dict[str, Sample], functions: dict[str, Function]
) -> Iterator[Row]:
    million = {name: dollars.per_million(ours[name], functions[_FUNCTION[name]]) for name in OPERATIONS}
    theirs = {name: dollars.per_million(one, functions["money"]) for name, one in usual.items()}
    for name, one in million.items():
        yield Row(name, "a million", "$", _sum(one), _sum(theirs[name]) if name in theirs else None)
    for service, one in million["payment"].items():
        yield Row("payment", f"a million, {service}", "$", one, theirs["payment"][service])
    for name, following in _following(ours, batches, functions).items():
        whole = dollars.together((million["payment"], 1), (following, 1))
        yield Row(f"payment and all that follows, {name}", "a million", "$", _sum(whole))
        for service, one in whole.items():
            yield Row(f"payment and all that follows, {name}", f"a million, {service}", "$", one)
    yield from _times(ours, usual, functions)


def _times(ours: dict[str, Sample], usual: dict[str, Sample], functions: dict[str, Function]) -> Iterator[Row]:
    for name in OPERATIONS:
        function, other = functions[_FUNCTION[name]], usual.get(name)
        theirs = functions["money"].milliseconds(other) if other else None
        yield Row(name, "billed by Lambda", "ms", function.milliseconds(ours[name]), theirs)
    pair = ours["payment"], usual["payment"]
    yield Row("payment", "kept for ever", "bytes", *(one.bill.kept for one in pair))
    yield Row("payment", "a million, kept for a month", "$", *map(dollars.kept_million, pair))


def _following(
    ours: dict[str, Sample], batches: dict[str, Sample], functions: dict[str, Function]
) -> dict[str, Dollars]:
    alone = [(dollars.per_million(ours[name], functions[name]), 1.0) for name in FOLLOWING]
    entries = {"fan_out": FULL_STREAM_BATCH, "settle": FULL_BATCH, "fold": FULL_STREAM_BATCH, "tell": 10}
    full = [(dollars.per_million(batches[name], functions[name]), 1 / entries[name]) for name in FOLLOWING]
    return {"each alone": dollars.together(*alone), "in full batches": dollars.together(*full)}


_FUNCTION = dict.fromkeys(OPERATIONS, "money") | {"sign-in": "access", "webhook": "webhooks"}
_QUEUES = {"settle": "fifo", "fold": "standard", "tell": "standard"}
_WEB = ("money", "access", "webhooks", "office", "analysis")


def _idle(sweep: Sample, function: Function, template: dict[str, Any]) -> Iterator[Row]:
    month = dollars.idle_month(dollars.per_million(sweep, function), template)
    yield Row("a month in which nothing happens", "all of it", "$", _sum(month))
    for what, one in month.items():
        yield Row("a month in which nothing happens", what, "$", one)


def _functions(template: dict[str, Any]) -> dict[str, Function]:
    found = {}
    for one in template["Resources"].values():
        if one["Type"] == "AWS::Serverless::Function":
            about = one["Properties"]
            name = parcel.name_of(one)
            found[name] = Function(about["MemorySize"], name in _WEB, _QUEUES.get(name, ""))
    return found


def _template() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((package.package() / "sam.json").read_text())
    return found


def _sum(parts: Dollars) -> float:
    return sum(parts.values())
