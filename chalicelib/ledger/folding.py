"""System accounts, folded from the stream: each entry once, into one of sixteen totals per account.

No payment ever writes a system account, so none can become hot. The receipt `FOLD#entry` and the totals are one
transaction; a repeated or reordered entry changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.kernel import backoff
from chalicelib.kernel.errors import Unavailable
from chalicelib.ledger import chart, model, service, store
from chalicelib.ledger.wire import plain_item
from chalicelib.ledger.write import Update, put_once
from chalicelib.settings import settings

BATCH = 40
_TOTAL = "TOTAL#"


def fold(entries: Sequence[Mapping[str, Any]]) -> int:
    """`entries`: {"id", "postings"}; returns how many were new. Raises Unavailable when conflicts do not end."""
    waiting = {entry["id"]: _system(entry["postings"]) for entry in entries}
    ordered = sorted(one for one, postings in waiting.items() if postings)
    batches = [ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH)]
    return sum(_fold(batch, waiting) for batch in batches)


def total(address: str) -> int:
    """What a system account holds as far as the stream has been folded."""
    return sum(plain_item(found)["amount"] for found in store.partition(address, _TOTAL))


def _fold(batch: list[str], postings: Mapping[str, Mapping[str, int]]) -> int:
    for attempt in range(service.TRIES):
        if not batch:
            return 0
        reasons = store.transact([*map(_receipt, batch), *_totals(batch, postings)])
        if not reasons:
            return len(batch)
        if any(reason.code in store.CONFLICTS for reason in reasons):
            backoff.wait(attempt)
            continue
        batch = [one for one, reason in zip(batch, reasons, strict=False) if reason.code != store.CONDITION]
    raise Unavailable(retry_after_seconds=1)


def _receipt(entry_id: str) -> dict[str, Any]:
    return put_once(settings().ledger_table, {"pk": f"FOLD#{entry_id}", "sk": "FOLD"})


def _totals(batch: Sequence[str], postings: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    sums: dict[str, int] = defaultdict(int)
    for entry_id in batch:
        for address, amount in postings[entry_id].items():
            sums[address] += amount
    shard = f"{_TOTAL}{model.shard_of(batch[0]):02d}"
    return [_total(address, shard, amount) for address, amount in sorted(sums.items())]


def _total(address: str, shard: str, amount: int) -> dict[str, Any]:
    update = Update(settings().ledger_table, address, shard).count("amount", amount).written()
    del update["Update"]["ConditionExpression"]
    return update


def _system(postings: Mapping[str, int]) -> dict[str, int]:
    return {address: amount for address, amount in postings.items() if chart.is_system(address)}
