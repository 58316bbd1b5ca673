"""The books as the tables have them, added up apart from the product, and what must always be true of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chalicelib import cloud
from chalicelib.settings import settings
from tests.concurrency.findings import Findings
from tests.simulation.values import Item, plain

Plain = Mapping[str, Any]
_MOST_KEYS = 100


@dataclass(frozen=True)
class Books:
    """Items of ledger and journal, as the wire has them."""

    ledger: Sequence[Item]
    entries: Sequence[Item]

    @cached_property
    def journal(self) -> list[Plain]:
        return [plain(entry) for entry in self.entries]

    @cached_property
    def heads(self) -> dict[str, Plain]:
        return self._by_key("HEAD")

    @cached_property
    def allowances(self) -> dict[str, Plain]:
        return self._by_key("ALLOWANCE")

    @cached_property
    def movements(self) -> dict[str, Plain]:
        return self._by_key("MOVEMENT")

    @cached_property
    def batches(self) -> dict[str, list[list[Any]]]:
        """Settlement → its lines: movement, amount, fee."""
        return {pk: item["lines"] for pk, item in self._by_key("LINES").items()}

    @cached_property
    def totals(self) -> dict[str, int]:
        """What the folds of system accounts have come to."""
        sums: Counter[str] = Counter()
        for item in self.ledger:
            if item["sk"]["S"].startswith("TOTAL#"):
                sums[item["pk"]["S"]] += int(item["amount"]["N"])
        return dict(sums)

    @cached_property
    def postings(self) -> dict[str, int]:
        """Address → sum of all its postings; an entry is counted once, in whatever journals it stands."""
        sums: dict[str, int] = defaultdict(int)
        for entry in {entry["id"]: entry for entry in self.journal}.values():
            for address, amount in entry["postings"].items():
                sums[address] += amount
        return sums

    def _by_key(self, sk: str) -> dict[str, Plain]:
        return {item["pk"]["S"]: plain(item) for item in self.ledger if item["sk"]["S"] == sk}


def of(accounts: Sequence[str]) -> Books:
    """Of these accounts; consistent reads."""
    entries = [entry for account in accounts for entry in _journal(account)]
    movements = dict.fromkeys(entry["movement"]["S"] for entry in entries)
    keys = [(account, sk) for account in accounts for sk in ("HEAD", "ALLOWANCE")]
    keys += [(movement, sk) for movement in movements for sk in ("MOVEMENT", "LINES")]
    return Books(list(_items(keys)), entries)


def whole() -> Books:
    """Of everybody; consistent scans."""
    return Books(list(_everything(settings().ledger_table)), list(_everything(settings().journal_table)))


def audit(found: Findings, books: Books) -> None:
    """Conservation, folds, floors: what holds whatever happened."""
    crooked = [entry["id"] for entry in books.journal if sum(entry["postings"].values())]
    found.hold(1, "every entry sums to zero", not crooked, crooked or f"{len(books.journal)} entries")
    sums = _conserved(books)
    found.hold(1, "heads and system accounts sum to zero", not any(sums.values()), shown(sums))
    drifted = {pk: _buckets(head) for pk, head in books.heads.items() if _buckets(head) != _folded(books.postings, pk)}
    found.hold(3, "every head is the fold of its entries", not drifted, drifted or f"{len(books.heads)} accounts")
    below = [pk for pk, head in books.heads.items() if head["available"] < head["floor"] or head["held"] < 0]
    found.hold(2, "nobody is below the floor, no hold below zero", not below, below or f"{len(books.heads)} accounts")


def shown(sums: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {amount}" for name, amount in sums.items())


def _conserved(books: Books) -> Counter[str]:
    sums: Counter[str] = Counter()
    for head in books.heads.values():
        available, held, debt = _buckets(head)
        sums[head["currency"]] += available + held - debt
    for address, amount in books.postings.items():
        if address.startswith("sys:"):
            sums[address.rpartition(":")[2]] += amount
    return sums


def _buckets(head: Plain) -> tuple[int, int, int]:
    return head["available"], head["held"], head["debt"]


def _folded(postings: Mapping[str, int], account: str) -> tuple[int, int, int]:
    return postings.get(account, 0), postings.get(account + ":held", 0), -postings.get(account + ":debt", 0)


def _journal(account: str) -> Iterator[Item]:
    more: dict[str, Any] = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": account}}}
    yield from _pages(cloud.client("dynamodb").query, settings().journal_table, **more)


def _everything(table: str) -> Iterator[Item]:
    yield from _pages(cloud.client("dynamodb").scan, table)


def _pages(read: Any, table: str, **more: Any) -> Iterator[Item]:
    while True:
        page = read(TableName=table, ConsistentRead=True, **more)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        more["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _items(keys: Sequence[tuple[str, str]]) -> Iterator[Item]:
    """Those that exist."""
    table = settings().ledger_table
    waiting = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in keys]
    while waiting:
        asked, waiting = waiting[:_MOST_KEYS], waiting[_MOST_KEYS:]
        request = {table: {"Keys": asked, "ConsistentRead": True}}
        answer = cloud.client("dynamodb").batch_get_item(RequestItems=request)
        yield from answer["Responses"].get(table, [])
        waiting += answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
