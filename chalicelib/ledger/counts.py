"""How many entries of each kind there were in each minute, written in the very transaction that folds them: once each.

An item holds one hour of one kind and currency, in attributes of its minutes (`n07`, `a07`); there are sixteen of it,
as of the totals, so that folds side by side do not wait for one another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.kernel import clock
from chalicelib.ledger import chart, store
from chalicelib.ledger.wire import plain_item
from chalicelib.ledger.write import Update
from chalicelib.settings import settings

MINUTE = timedelta(minutes=1)
_COUNTS = "COUNTS#"


@dataclass(frozen=True, slots=True)
class Count:
    """So many entries of a kind in a minute; `amount` is what they moved together, in minor units."""

    minute: str
    """`2026-11-22T08:07`, UTC."""
    kind: str
    processor: str
    """Of what came through one, else empty."""
    currency: str
    entries: int
    amount: int


def writes(entries: Iterable[Mapping[str, Any]], shard: int) -> list[dict[str, Any]]:
    """One update for each hour, kind and currency; `postings` of `entries` are those to system accounts."""
    hours: dict[tuple[str, str, str], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for entry in entries:
        if "kind" in entry and chart.is_money(entry["currency"]):
            moved = (abs(part) for address, part in entry["postings"].items() if not chart.is_promise(address))
            amount = max(moved, default=0)
            hours[entry["sk"][:13], _label(entry), entry["currency"]][entry["sk"][14:16]].append(amount)
    return [_write(hour, shard, minutes) for hour, minutes in sorted(hours.items())]


def since(at: datetime, minutes: int) -> list[Count]:
    """The last `minutes` of them up to `at`, today's minute included; as far as the stream has been folded."""
    wanted = [clock.written(at - MINUTE * back)[:16] for back in range(minutes)]
    sums: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for hour in sorted({minute[:13] for minute in wanted}):
        for item in store.partition(_COUNTS + hour[:10], hour[11:] + "#"):
            _add(plain_item(item), hour, set(wanted), sums)
    return [Count(key[0], *_parts(key[1]), key[2], *found) for key, found in sorted(sums.items())]


def _add(item: Mapping[str, Any], hour: str, wanted: set[str], sums: dict[tuple[str, str, str], list[int]]) -> None:
    _, label, currency, _ = item["sk"].split("#")
    for name, value in item.items():
        if name[0] in "na" and name[1:].isdigit() and (minute := f"{hour}:{name[1:]}") in wanted:
            sums[minute, label, currency][name[0] == "a"] += value


def _label(entry: Mapping[str, Any]) -> str:
    """The kind, and which processor it came through where it did."""
    groups = (chart.group_of(address) for address in entry["postings"])
    through = next((group.partition(":")[2] for group in groups if group.startswith("clearing:")), "")
    return f"{entry['kind']}:{through}" if through else str(entry["kind"])


def _parts(label: str) -> tuple[str, str]:
    kind, _, processor = label.partition(":")
    return kind, processor


def _write(hour: tuple[str, str, str], shard: int, minutes: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    began, label, currency = hour
    update = Update(settings().ledger_table, _COUNTS + began[:10], f"{began[11:]}#{label}#{currency}#{shard:02d}")
    for minute, amounts in sorted(minutes.items()):
        update.count(f"n{minute}", len(amounts)).count(f"a{minute}", sum(amounts))
    written = update.written()
    del written["Update"]["ConditionExpression"]
    return written
