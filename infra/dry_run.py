"""Whom a pack would have treated differently last month: `python -m infra.policies dry-run PACK` (`--local` for the
local cloud). A scan of `ledger` and `journal`, as the trial balance is: by a person's role, in memory.

Tiers are those of today. A month's movements are compared; what was spent since January counts in sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.kernel import clock, ids
from chalicelib.ledger import chart
from chalicelib.policy.comparing import Comparison, Happened, compared
from chalicelib.policy.pack import Action, Pack

ACTIONS: Mapping[str, Action] = {
    "payment": "payment",
    "authorisation": "payment",
    "card-purchase": "payment",
    "transfer": "transfer",
    "transfer-scheduled": "transfer",
    "red-packet": "transfer",
    "gift-card": "transfer",
    "withdrawal": "withdrawal",
    "top-up": "top-up",
}
"""What an entry of this kind, or a refused movement, was asked for as. What is not here asks no rule of amounts."""
Item = Mapping[str, Any]


def month_before(at: datetime) -> datetime:
    first = at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first - timedelta(days=1)).replace(day=1)


def run(pack: Pack, since: datetime, at: datetime, examples: int) -> Comparison:
    """`since`: the first moment of a month. Against the rules of today."""
    from chalicelib.ledger import store
    from chalicelib.ledger.wire import plain_item
    from chalicelib.policy import published, service
    from chalicelib.settings import settings

    published.as_of(at)
    old = service.rules(pack.jurisdictions[0], at)
    ledger = map(plain_item, store.everything(settings().ledger_table))
    journal = map(plain_item, store.everything(settings().journal_table))
    return compared(happened(ledger, journal, pack.currency, since), old, pack, since=since, examples=examples)


def happened(ledger: Iterable[Item], journal: Iterable[Item], currency: str, since: datetime) -> list[Happened]:
    """Of the year until the end of the month that begins `since`, of each account in order of time."""
    first, until = since.replace(month=1), (since + timedelta(days=32)).replace(day=1)
    kept = [
        one
        for one in ledger
        if one.get("currency") == currency and ids.is_id(str(one.get("account", one["pk"])), "wal")
    ]
    heads = {one["pk"]: one for one in kept if one["sk"] == "HEAD"}
    refused = (one for one in kept if one.get("state") == "refused" and one["account"] in heads)
    entries = (one for one in journal if one["pk"] in heads)
    found = [*_made(entries, heads), *_refused(refused, heads)]
    return sorted((one for one in found if first <= one.at < until), key=lambda one: (one.account, one.at))


def _made(entries: Iterable[Item], heads: Mapping[str, Item]) -> Iterator[Happened]:
    for entry in entries:
        action = ACTIONS.get(entry["kind"])
        moved = int(entry["postings"].get(entry["pk"], 0))
        if action == "top-up":
            moved = -sum(value for address, value in entry["postings"].items() if chart.is_system(address))
        if action and (moved > 0) == (action == "top-up") and moved:
            yield _one(entry["movement"], entry["pk"], action, abs(moved), entry["sk"], heads)


def _refused(movements: Iterable[Item], heads: Mapping[str, Item]) -> Iterator[Happened]:
    for one in movements:
        if action := ACTIONS.get(one["kind"]):
            yield _one(one["pk"], one["account"], action, int(one["amount"]), one["created_at"], heads, made=False)


def _one(
    movement: str, account: str, action: Action, amount: int, at: str, heads: Mapping[str, Item], *, made: bool = True
) -> Happened:
    head = heads[account]
    return Happened(movement, head["owner"], account, action, amount, int(head["tier"]), clock.read(at), made)


def table(found: Comparison, currency: str) -> str:
    """For a terminal; amounts in minor units."""
    seen = f"{found.movements} movements of {found.people} people, {currency} {found.volume}"
    of = f"{found.new} against {found.old}: {seen}"
    if not found.rows:
        return f"{of}\nNobody would be treated differently."
    heads = ("rule", "how", "people", "movements", f"volume ({currency}, minor units)", "for instance")
    lines = [
        (row.rule, row.how, str(row.people), str(row.movements), str(row.volume), " ".join(row.examples))
        for row in found.rows
    ]
    widths = [max(len(line[place]) for line in (heads, *lines)) for place in range(len(heads))]
    shown = ("  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)) for line in (heads, *lines))
    return "\n".join((of, *(line.rstrip() for line in shown)))
