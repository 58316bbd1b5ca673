"""System accounts, folded from the stream: each entry once, into one of sixteen totals per account.

No payment ever writes a system account, so none can become hot. The receipt `FOLD#entry`, the totals, the counts
(`counts.py`) and what is expected of processors (`expected.py`) are one transaction; a repeated or reordered entry
changes nothing. An entry between two wallets is in no total, and counted (its receipt: `counts.receipts`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from chalicelib.kernel import backoff, clock
from chalicelib.kernel.errors import Unavailable
from chalicelib.ledger import amounts, chart, counts, expected, model, service, store
from chalicelib.ledger.wire import plain_item
from chalicelib.ledger.write import Update, put_once
from chalicelib.settings import settings

BATCH = 40
_MOST_WRITES = 100
"""Of one transaction (DynamoDB Developer Guide, "Quotas")."""
_TOTAL, _DAY = "TOTAL#", "DAY#"
_BY_DAY = ("fees", "promotions", "credit-income", "credit-losses")
"""What is the house's own: safeguarding asks what it was at the end of a day."""


def fold(entries: Sequence[Mapping[str, Any]]) -> int:
    """`entries`: {"id", "movement", "postings", "kind", "currency", "sk"}; returns how many were new.

    An entry without a kind is folded and not counted; without a movement, nothing is expected of its processor.
    Raises Unavailable when conflicts do not end.
    """
    waiting = {entry["id"]: _seen(entry) for entry in entries}
    ordered = sorted(one for one, entry in waiting.items() if is_folded(entry))
    batches = [ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH)]
    return sum(_fold(batch, waiting) for batch in batches)


def is_folded(entry: Mapping[str, Any]) -> bool:
    """What touches a system account, and whatever else is counted."""
    return counts.is_counted(entry) or any(map(chart.is_system, entry["postings"]))


def total(address: str) -> int:
    """What a system account holds as far as the stream has been folded."""
    return sum(plain_item(found)["amount"] for found in store.partition(address, _TOTAL))


def earned_until(day: date, currency: str) -> int:
    """What the house had earned by the end of `day`, less what it gave away, as far as the stream has been folded."""
    own = (chart.fees, chart.promotions, chart.credit_income, chart.credit_losses)
    return sum(_until(account(currency), day) for account in own)


def _until(address: str, day: date) -> int:
    found = map(plain_item, store.all_of(address))
    return sum(one["amount"] for one in found if one["sk"].startswith(_DAY) and one["sk"][4:14] <= day.isoformat())


def touched(address: str) -> bool:
    """Whether any entry has ever been folded into it."""
    return bool(store.partition(address, _TOTAL))


def _fold(batch: list[str], entries: Mapping[str, Mapping[str, Any]]) -> int:
    for attempt in range(service.TRIES):
        if not batch:
            return 0
        receipts = _receipts(batch, entries)
        writes = [*(write for _, write in receipts), *_sums(batch, entries)]
        if len(writes) > _MOST_WRITES:
            half = len(batch) // 2
            return _fold(batch[:half], entries) + _fold(batch[half:], entries)
        reasons = store.transact(writes)
        if not reasons:
            return len(batch)
        if any(reason.code in store.CONFLICTS for reason in reasons):
            backoff.wait(attempt)
            continue
        batch = [one for (ids, _), reason in zip(receipts, reasons, strict=False) for one in _new(ids, reason)]
    raise Unavailable(retry_after_seconds=1)


def _receipts(batch: Sequence[str], entries: Mapping[str, Mapping[str, Any]]) -> list[tuple[list[str], dict[str, Any]]]:
    """Each with the entries that it is for."""
    folded = [one for one in batch if entries[one]["postings"]]
    only_counted = [entries[one] for one in batch if not entries[one]["postings"]]
    return [*(([one], _receipt(one)) for one in folded), *counts.receipts(only_counted)]


def _receipt(entry_id: str) -> dict[str, Any]:
    return put_once(settings().ledger_table, {"pk": f"FOLD#{entry_id}", "sk": "FOLD"})


def _new(ids: Sequence[str], reason: store.Reason) -> list[str]:
    """Of what one receipt is for."""
    if reason.code != store.CONDITION:
        return list(ids)
    return [one for one in ids if one not in counts.known(plain_item(reason.item or {}))] if len(ids) > 1 else []


def _sums(batch: Sequence[str], entries: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    found, shard = [entries[one] for one in batch], model.shard_of(batch[0])
    return [*_totals(found, shard), *counts.writes(found, shard, clock.now()), *expected.writes(found)]


def _totals(entries: Sequence[Mapping[str, Any]], shard: int) -> list[dict[str, Any]]:
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for entry in entries:
        for address, amount in entry["postings"].items():
            sums[address, f"{_TOTAL}{shard:02d}"] += amount
            if "sk" in entry and chart.group_of(address) in _BY_DAY:
                sums[address, f"{_DAY}{entry['sk'][:10]}#{shard:02d}"] += amount
    return [_sum(*place, amount) for place, amount in sorted(sums.items())]


def _sum(address: str, part: str, amount: int) -> dict[str, Any]:
    update = Update(settings().ledger_table, address, part).count("amount", amount).written()
    del update["Update"]["ConditionExpression"]
    return update


def _seen(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What its system accounts see of it, and how much it moved."""
    system = {address: amount for address, amount in entry["postings"].items() if chart.is_system(address)}
    return {**entry, "postings": system, "moved": amounts.moved(entry["postings"])}
