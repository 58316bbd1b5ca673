"""What the journal expects of a processor's statement: a line for each entry on its clearing account, by day.

Written in the very transaction that folds the entry: once each, however late or often it comes, and never without
being in the clearing account's total. A day of one processor and currency is sixteen partitions, so that none is hot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from chalicelib.kernel import clock, ids
from chalicelib.ledger import chart, model, store
from chalicelib.ledger.wire import plain_item
from chalicelib.ledger.write import put_once
from chalicelib.settings import settings

_EXPECTED = "EXPECTED#"
BESIDE = "return"
"""The kind of what a statement must show and no account of ours has: it stands in no total."""


@dataclass(frozen=True, slots=True)
class Expected:
    """`amount` is what it adds to what the processor holds for us: + for a top-up, − for a reversal."""

    entry: str
    movement: str
    kind: str
    processor: str
    currency: str
    amount: int
    at: datetime


def writes(entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One put for each posting to a clearing account; an entry that does not name its movement leaves none."""
    return [
        _write(entry, processor, -amount)
        for entry in entries
        if "movement" in entry
        for address, amount in entry["postings"].items()
        if (processor := chart.processor_of(address))
    ]


def beside(movement: str, about: str, processor: str, currency: str, amount: int, at: datetime) -> dict[str, Any]:
    """The put of a line that no entry makes; `about` tells it from others of the same movement."""
    told = {"id": ids.derived("ent", movement, about), "movement": movement, "kind": BESIDE, "currency": currency}
    return _write(told | {"sk": clock.written(at)}, processor, amount)


def of_day(processor: str, currency: str, day: date) -> Iterator[Expected]:
    """In no order; as far as the stream has been folded."""
    for shard in range(model.SHARDS):
        for found in store.all_of(_partition(processor, currency, day.isoformat(), shard)):
            yield _expected(plain_item(found), processor, currency)


def page(
    processor: str, currency: str, day: str, shard: int, after: str, limit: int
) -> tuple[list[Expected], str | None]:
    """Of one of the sixteen partitions of a day, behind `after`; and the position of the next page, None at the end."""
    wired = store.page_of(_partition(processor, currency, day, shard), after, limit)
    found = [_expected(plain_item(one), processor, currency) for one in wired]
    return found, found[-1].entry if len(found) == limit else None


def _write(entry: Mapping[str, Any], processor: str, amount: int) -> dict[str, Any]:
    shard = model.shard_of(entry["id"])
    line = {
        "pk": _partition(processor, entry["currency"], entry["sk"][:10], shard),
        "sk": entry["id"],
        "movement": entry["movement"],
        "kind": entry["kind"],
        "amount": amount,
        "created_at": entry["sk"],
    }
    return put_once(settings().ledger_table, line)


def _partition(processor: str, currency: str, day: str, shard: int) -> str:
    return f"{_EXPECTED}{processor}#{currency}#{day}#{shard:02d}"


def _expected(item: Mapping[str, Any], processor: str, currency: str) -> Expected:
    at = clock.read(item["created_at"])
    return Expected(item["sk"], item["movement"], item["kind"], processor, currency, item["amount"], at)
