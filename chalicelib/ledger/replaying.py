"""What a dry run of rules reads: as much of `ledger` and `journal` as it asks for, in the order of a scan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from chalicelib.ledger import items, store
from chalicelib.ledger.wire import plain_item
from chalicelib.settings import settings

_BATCH = 100
Plain = dict[str, Any]


def of_ledger(most: int) -> tuple[list[Plain], bool]:
    """At most so many items, and whether these are all."""
    return _first(store.everything(settings().ledger_table), most)


def of_journal(most: int) -> tuple[list[Plain], bool]:
    """An account's entries are together, and in order."""
    return _first(store.everything(settings().journal_table), most)


def heads(accounts: Sequence[str]) -> Iterator[Plain]:
    for begin in range(0, len(accounts), _BATCH):
        yield from map(plain_item, store.movements(accounts[begin : begin + _BATCH], items.HEAD))


def _first(found: Iterable[Any], most: int) -> tuple[list[Plain], bool]:
    some = list(islice(found, most + 1))
    return list(map(plain_item, some[:most])), len(some) <= most
