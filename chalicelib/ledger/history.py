"""What was: entries by page, the balance at any moment, statements. Every answer is a fold of the journal."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.kernel import clock
from chalicelib.ledger import chart, model, store
from chalicelib.ledger.wire import plain_item

BEGINNING = "0"
CLOSING = "CLOSING#"
_PAGE = 500
_LOOKED_THROUGH, _PAGES_LOOKED_THROUGH = 100, 5
"""Entries at once, and how often for one page of what is sought."""


@dataclass(frozen=True, slots=True)
class Balance:
    available: int = 0
    held: int = 0
    debt: int = 0

    def after(self, account: str, postings: dict[str, int]) -> Balance:
        """Debt is owed to us: its postings are negative, its balance is told as a positive amount."""
        return Balance(
            self.available + postings.get(account, 0),
            self.held + postings.get(chart.held(account), 0),
            self.debt - postings.get(chart.debt(account), 0),
        )


def entries(account: str, before: str | None, limit: int) -> list[dict[str, Any]]:
    """Newest first; `before` is the time of the last entry seen. At most `limit`."""
    until = clock.written(clock.read(before) - clock.MICROSECOND) if before else "9"
    found = store.entries(account, BEGINNING, until, newest_first=True, limit=limit)
    return [plain_item(wired) for wired in found]


def of_kinds(
    account: str, kinds: Collection[str], before: str | None, limit: int
) -> tuple[list[dict[str, Any]], str | None]:
    """Entries of these kinds alone, newest first, and the position of the next page; `before` is such a position.

    Of an account with many others in between a page may be short, and another follows all the same.
    """
    found: list[dict[str, Any]] = []
    for _ in range(_PAGES_LOOKED_THROUGH):
        page = entries(account, before, _LOOKED_THROUGH)
        for entry in page:
            before = entry["sk"]
            found += [entry] if entry["kind"] in kinds else []
            if len(found) == limit:
                return found, before
        if len(page) < _LOOKED_THROUGH:
            return found, None
    return found, before


def between(account: str, after: str, until: str, at_once: int = _PAGE) -> Iterator[dict[str, Any]]:
    """Oldest first, after < time ≤ until; read so many `at_once`."""
    while page := store.entries(account, after, until, newest_first=False, limit=at_once):
        yield from map(plain_item, page)
        after = page[-1]["sk"]["S"]


def balance_at(account: str, at: datetime) -> Balance:
    """As of the end of that instant: the last closing before it, and the entries since."""
    closed_at, balance = _closing_before(account, at)
    return fold(account, balance, between(account, closed_at, clock.written(at)))


def fold(account: str, balance: Balance, found: Iterator[dict[str, Any]]) -> Balance:
    for entry in found:
        balance = balance.after(account, entry["postings"])
    return balance


@dataclass(frozen=True, slots=True)
class Statement:
    """One month of an account; `closing` is the fold of `opening` and the entries."""

    account: str
    starts_at: str
    ends_at: str
    opening: Balance
    closing: Balance
    entries: list[dict[str, Any]]


def statement(account: str, month: datetime) -> Statement:
    """Of the month that `month` lies in."""
    start = month.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    before, end = start - clock.MICROSECOND, model.month_after(start) - clock.MICROSECOND
    opening = balance_at(account, before)
    found = list(between(account, clock.written(before), clock.written(end)))
    closing = fold(account, opening, iter(found))
    return Statement(account, clock.written(start), clock.written(end), opening, closing, found)


def _closing_before(account: str, at: datetime) -> tuple[str, Balance]:
    found = store.newest(account, CLOSING, clock.written(at))
    if found is None:
        return BEGINNING, Balance()
    plain = plain_item(found)
    return plain["sk"].removeprefix(CLOSING), Balance(plain["available"], plain["held"], plain["debt"])
