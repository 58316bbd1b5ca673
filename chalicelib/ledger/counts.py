"""How many entries of each kind there were in each minute, hour and day, written in the transaction that folds them:
once each, however late or often they come.

An item holds all kinds of one minute (hour, day), two attributes a kind: `n payment/CNY`, `a payment/CNY`. So what a
batch costs hangs on how many minutes it spans, and not on what happened in them. There are sixteen of each item, as of
the totals, so that folds side by side do not wait for one another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.kernel import clock
from chalicelib.ledger import chart, store
from chalicelib.ledger.wire import plain_item
from chalicelib.ledger.write import Update
from chalicelib.settings import settings

_COUNTS, _COUNTED = "COUNTS#", "COUNTED#"
_SECOND = len("2026-11-22T08:07:00")
_ENTRIES, _AMOUNT = "n ", "a "
_BEHIND = "$"
"""Sorts after every shard of a time."""
Kind = tuple[str, str, str]
"""What is counted apart: kind, the processor that it came through (else empty), currency."""


@dataclass(frozen=True, slots=True)
class Span:
    """`written` are the characters of a time (UTC) that name one, `place` those that name the items it lies among."""

    name: str
    lasts: timedelta
    written: int
    place: int


MINUTE = Span("minute", timedelta(minutes=1), 16, 13)
HOUR = Span("hour", timedelta(hours=1), 13, 10)
DAY = Span("day", timedelta(days=1), 10, 7)
SPANS = (MINUTE, HOUR, DAY)


@dataclass(frozen=True, slots=True)
class Count:
    """So many entries of a kind from `began` on; `amount` is what they moved together, in minor units."""

    began: str
    """`2026-11-22T08:07`, `2026-11-22T08` or `2026-11-22`, UTC."""
    kind: str
    processor: str
    currency: str
    entries: int
    amount: int


@dataclass(frozen=True, slots=True)
class Counted:
    """`newest_at`: the time of the newest entry among them, `counted_at`: when it was counted; empty where there is
    none."""

    counts: list[Count]
    newest_at: str
    counted_at: str


def is_counted(entry: Mapping[str, Any]) -> bool:
    """Whatever moves money, and says when."""
    return "kind" in entry and chart.is_money(entry["currency"])


def writes(entries: Iterable[Mapping[str, Any]], shard: int, at: datetime) -> list[dict[str, Any]]:
    """One update for each minute, hour and day; `moved` of an entry is what `amounts.moved` says of it."""
    places: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for entry in filter(is_counted, entries):
        for span in SPANS:
            began = entry["sk"][: span.written]
            places[_partition(span, began), f"{began}#{shard:02d}"].append(entry)
    return [_write(place, found, at) for place, found in sorted(places.items())]


def receipts(entries: Iterable[Mapping[str, Any]]) -> list[tuple[list[str], dict[str, Any]]]:
    """Of entries that are counted and in no total, one for all of a second, with those that it is for: a receipt for
    each would cost more than all the counts."""
    seconds: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        seconds[entry["sk"][:_SECOND]].append(entry["id"])
    return [(found, _receipt(second, found)) for second, found in sorted(seconds.items())]


def known(receipt: Mapping[str, Any]) -> frozenset[str]:
    """The entries that one has been given for."""
    found: frozenset[str] = receipt.get("entries", frozenset())
    return found


def since(span: Span, at: datetime, many: int) -> Counted:
    """The last `many` of them up to `at`, the running one included; as far as the stream has been folded."""
    wanted = {clock.written(at - span.lasts * back)[: span.written] for back in range(many)}
    sums: dict[tuple[str, Kind], list[int]] = defaultdict(lambda: [0, 0])
    newest = "", ""
    for item in _found(span, wanted):
        began = item["sk"].partition("#")[0]
        newest = max(newest, (item["newest_at"], item["counted_at"]))
        for name, value in item.items():
            if name.startswith((_ENTRIES, _AMOUNT)):
                sums[began, _parts(name[2:])][name.startswith(_AMOUNT)] += value
    return Counted([Count(began, *kind, *found) for (began, kind), found in sorted(sums.items())], *newest)


def _found(span: Span, wanted: set[str]) -> Iterator[Mapping[str, Any]]:
    for place in sorted({began[: span.place] for began in wanted}):
        yield from map(plain_item, store.between(_partition(span, place), min(wanted), max(wanted) + _BEHIND))


def _receipt(second: str, entries: Sequence[str]) -> dict[str, Any]:
    update = Update(settings().ledger_table, f"{_COUNTED}{second}", "COUNTED").join("entries", *entries)
    for one in entries:
        update.require_lacking("entries", one)
    return update.written()


def _partition(span: Span, began: str) -> str:
    return f"{_COUNTS}{span.name}#{began[: span.place]}"


def _kind(entry: Mapping[str, Any]) -> Kind:
    """Which processor it came through, too, where it did."""
    through = next(filter(None, map(chart.processor_of, entry["postings"])), "")
    return entry["kind"], through, entry["currency"]


def _label(kind: Kind) -> str:
    name, through, currency = kind
    return f"{name}:{through}/{currency}" if through else f"{name}/{currency}"


def _parts(label: str) -> Kind:
    name, _, currency = label.rpartition("/")
    kind, _, through = name.partition(":")
    return kind, through, currency


def _write(place: tuple[str, str], entries: Sequence[Mapping[str, Any]], at: datetime) -> dict[str, Any]:
    sums: dict[str, int] = defaultdict(int)
    for entry in entries:
        label = _label(_kind(entry))
        sums[_ENTRIES + label] += 1
        sums[_AMOUNT + label] += entry["moved"]
    update = Update(settings().ledger_table, *place)
    update.assign("newest_at", max(entry["sk"] for entry in entries)).assign("counted_at", clock.written(at))
    for name, amount in sorted(sums.items()):
        update.sum_up(name, amount)
    written = update.written()
    del written["Update"]["ConditionExpression"]
    return written
