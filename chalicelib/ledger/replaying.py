"""What a dry run of rules reads: as much of `ledger` as it asks for, in the order of a scan, and accounts' entries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from chalicelib.ledger import items, store
from chalicelib.ledger.wire import plain_item
from chalicelib.settings import settings

_BATCH = 100
_PAGE = 1_000
Plain = dict[str, Any]


def of_ledger(most: int) -> tuple[list[Plain], bool]:
    """At most so many items, and whether these are all."""
    return _first(store.everything(settings().ledger_table), most)


def entries(accounts: Sequence[str], after: str, until: str, most: int) -> tuple[list[Plain], bool]:
    """With after < time ≤ until; at most so many, and whether these are all."""
    return _first(chain.from_iterable(_entries(account, after, until) for account in accounts), most)


def heads(accounts: Sequence[str]) -> Iterator[Plain]:
    for begin in range(0, len(accounts), _BATCH):
        yield from map(plain_item, store.movements(accounts[begin : begin + _BATCH], items.HEAD))


def _entries(account: str, after: str, until: str) -> Iterator[Any]:
    while page := store.entries(account, after, until, newest_first=False, limit=_PAGE):
        yield from page
        after = page[-1]["sk"]["S"]


def _first(found: Iterable[Any], most: int) -> tuple[list[Plain], bool]:
    some = list(islice(found, most + 1))
    return list(map(plain_item, some[:most])), len(some) <= most
