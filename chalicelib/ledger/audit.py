"""The trial balance: do the books add up, and does every head hold what its journal says?

A pure fold over everything there is, for audits, not for requests. It may run while money moves: heads are read
first, and of an account's entries only those count against its head that the head has seen (`last_at`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.ledger import chart, items, store
from chalicelib.ledger.history import Balance
from chalicelib.ledger.model import Head
from chalicelib.ledger.wire import plain_item
from chalicelib.settings import settings


@dataclass(frozen=True, slots=True)
class Books:
    """Sums of all postings ever made, in minor units; an entry with two copies counts once."""

    totals: Mapping[str, Mapping[str, int]]
    """Currency → customers, merchants and each system account by its short name → what they hold."""
    entries: int
    crooked: tuple[str, ...]
    """Ids of entries whose postings do not sum to zero, or whose copies differ."""
    drifted: tuple[str, ...]
    """Accounts whose head is not the fold of their entries."""

    def sum(self, currency: str) -> int:
        return sum(self.totals[currency].values())

    @property
    def balanced(self) -> bool:
        return not self.crooked and not self.drifted and not any(map(self.sum, self.totals))


def trial_balance() -> Books:
    chosen = settings()
    heads = [Head.of(item) for item in store.everything(chosen.ledger_table) if item["sk"]["S"] == items.HEAD]
    return fold(heads, map(plain_item, store.everything(chosen.journal_table)))


def fold(heads: Iterable[Head], journal: Iterable[Mapping[str, Any]]) -> Books:
    """`journal`: every copy of every entry, in any order."""
    tally, seen = _Tally(), {head.account: head for head in heads}
    for entry in journal:
        tally.add(entry, seen.get(entry["pk"]))
    drifted = [one for one, head in seen.items() if tally.balances[one] != _held_by(head)]
    orphans = tally.balances.keys() - seen.keys()
    totals = {currency: dict(sums) for currency, sums in sorted(tally.totals.items())}
    return Books(totals, len(tally.postings), tuple(sorted(tally.crooked)), tuple(sorted({*drifted, *orphans})))


@dataclass(slots=True)
class _Tally:
    totals: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    balances: dict[str, Balance] = field(default_factory=lambda: defaultdict(Balance))
    postings: dict[str, Mapping[str, int]] = field(default_factory=dict)
    crooked: set[str] = field(default_factory=set)

    def add(self, entry: Mapping[str, Any], head: Head | None) -> None:
        account, postings = entry["pk"], entry["postings"]
        if head is None or entry["sk"] <= head.last_at:
            self.balances[account] = self.balances[account].after(account, postings)
        first = self.postings.setdefault(entry["id"], postings)
        if sum(postings.values()) != 0 or first != postings:
            self.crooked.add(entry["id"])
        if first is postings:
            for address, amount in postings.items():
                self.totals[entry["currency"]][chart.group_of(address)] += amount


def _held_by(head: Head) -> Balance:
    return Balance(head.available, head.held, head.debt)
