"""The journal folded once more, straight from the table and by nothing that the product uses itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local import stack


@dataclass
class Opinion:
    """Sums in minor units: `balances` by address, `sums` by currency; `crooked` are entries that do not sum to zero."""

    entries: int = 0
    crooked: list[str] = field(default_factory=list)
    balances: Counter[str] = field(default_factory=Counter)
    sums: Counter[str] = field(default_factory=Counter)


def read(local: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every item of the journal; `local` is what `build/local.json` says."""
    endpoint = local["aws"]["endpoint"]
    table = stack.environment(endpoint)["JOURNAL_TABLE"]
    pages = stack.client("dynamodb", endpoint).get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    for page in pages:
        yield from page["Items"]


def fold(items: Iterable[Mapping[str, Any]]) -> Opinion:
    """Each entry counts once, however many accounts have a copy of it."""
    opinion, seen = Opinion(), set()
    for item in items:
        if (entry_id := item["id"]["S"]) not in seen:
            seen.add(entry_id)
            _add(opinion, entry_id, item)
    return opinion


def _add(opinion: Opinion, entry_id: str, item: Mapping[str, Any]) -> None:
    postings = {address: int(amount["N"]) for address, amount in item["postings"]["M"].items()}
    opinion.entries += 1
    opinion.balances.update(postings)
    opinion.sums[item["currency"]["S"]] += sum(postings.values())
    if sum(postings.values()):
        opinion.crooked.append(entry_id)
