"""One event: what happened, as it is kept for analysis (`docs/reference/events.md`). Pure.

An entry of the journal is one event, whatever number of accounts have a copy of it; what moved no money comes as a
happening (`chalicelib/happenings.py`). People and devices are pseudonyms; ids lead back to the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from chalicelib.kernel import clock
from chalicelib.ledger import amounts, chart
from chalicelib.ledger.amounts import base

SCHEMA: Final = 1
COLUMNS: Mapping[str, str] = {
    "id": "VARCHAR", "schema": "UTINYINT", "kind": "VARCHAR", "happened_at": "TIMESTAMP", "account": "VARCHAR",
    "movement": "VARCHAR", "person": "VARCHAR", "merchant": "VARCHAR", "category": "VARCHAR", "channel": "VARCHAR",
    "processor": "VARCHAR", "method": "VARCHAR", "region": "VARCHAR", "tier": "UTINYINT", "device": "VARCHAR",
    "outcome": "VARCHAR", "reason": "VARCHAR", "currency": "VARCHAR", "amount": "BIGINT", "fee": "BIGINT",
    "owed": "BIGINT", "settling": "BIGINT", "took_ms": "BIGINT", "change": "BIGINT", "other": "VARCHAR",
    "other_change": "BIGINT",
}  # fmt: skip
"""Of an event, in this order: DuckDB's and Athena's names of their types."""
Pseudonym = Callable[[str], str]


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """`amount`: what moved, never negative; `fee`: what the merchant pays of it; `owed` and `settling`: by how much the
    house owes people and merchants more, and has more to settle, for it; `change`: by how much `account` has more, and
    `other_change` the account at the other end, where there is one. All in minor units of `currency`."""

    id: str
    kind: str
    happened_at: str
    schema: int = SCHEMA
    account: str | None = None
    movement: str | None = None
    person: str | None = None
    merchant: str | None = None
    category: str | None = None
    channel: str | None = None
    processor: str | None = None
    method: str | None = None
    region: str | None = None
    tier: int | None = None
    device: str | None = None
    outcome: str | None = None
    reason: str | None = None
    currency: str | None = None
    amount: int | None = None
    fee: int | None = None
    owed: int | None = None
    settling: int | None = None
    took_ms: int | None = None
    change: int | None = None
    other: str | None = None
    other_change: int | None = None

    @property
    def day(self) -> str:
        return self.happened_at[:10]

    @property
    def hour(self) -> str:
        return self.happened_at[11:13]

    @property
    def known(self) -> int:
        """How much it tells: of two with one id, the one that tells more is kept."""
        return sum(getattr(self, name) is not None for name in self.__struct_fields__)


class Around(msgspec.Struct, frozen=True):
    """What is known of an entry beside it: its movement, its merchant's category, its owner's tier and region."""

    movement: Mapping[str, Any] = {}
    category: str | None = None
    region: str | None = None
    tier: int | None = None


_OF_THE_HOUSE = ("cor_", "cra_", "pts_", "bon_")
_HOUSE_OWES = tuple(f"sys:{name}:" for name in ("escrow", "settling", "unclaimed"))
_BY_HOUSE = frozenset({
    "adjustment", "compensation", "red-packet-return", "settlement", "top-up", "top-up-reversal", "transfer-completed",
    "withdrawal-completed", "withdrawal-failed", "write-off",
})  # fmt: skip
_BY_MERCHANT = frozenset({"refund", "capture", "void", "payout"})


def of_entry(entry: Mapping[str, Any], around: Around, pseudonym: Pseudonym) -> Event | None:
    """None of what is no money: points, promises of merchants."""
    if not chart.is_money(entry["currency"]):
        return None
    postings, facts = entry["postings"], around.movement
    processor = _processor(postings) or facts.get("processor")
    account, ends = _account(postings) or entry["pk"], _ends(postings)
    other = next((one for one in sorted(ends) if one != account), None)
    return Event(
        id=entry["id"],
        kind=entry["kind"],
        happened_at=entry["sk"],
        account=account,
        movement=entry["movement"],
        person=pseudonym(str(entry["owner"])) if "owner" in entry and entry["pk"] == _account(postings) else None,
        merchant=entry.get("payee") or _line(entry).get("merchant") or None,
        category=around.category,
        channel=_channel(entry, facts),
        processor=processor or None,
        method=facts.get("method") or None,
        region=around.region,
        tier=around.tier,
        outcome="succeeded",
        currency=entry["currency"],
        amount=amounts.moved(postings),
        fee=_line(entry).get("fee"),
        owed=sum(part for address, part in postings.items() if _is_owed(address)),
        settling=postings.get(chart.settling(entry["currency"]), 0),
        took_ms=_took(entry, facts),
        change=ends.get(account, 0),
        other=other,
        other_change=ends[other] if other else None,
    )


def of_happening(told: Mapping[str, Any]) -> Event:
    """Raises msgspec.ValidationError if it is none."""
    named = {name: value for name, value in told.items() if name != "at"}
    return msgspec.convert({**named, "happened_at": clock.written(clock.read(told["at"]))}, Event)


def once(events: Iterable[Event]) -> list[Event]:
    """Each id once, in order of time."""
    best: dict[str, Event] = {}
    for event in events:
        if event.id not in best or event.known > best[event.id].known:
            best[event.id] = event
    return sorted(best.values(), key=lambda event: (event.happened_at, event.id))


def _account(postings: Mapping[str, int]) -> str | None:
    """Whose movement it is: whoever has least by it; between two customers, the one who pays."""
    net: dict[str, int] = {}
    for address, part in postings.items():
        if not chart.is_system(address):
            net[base(address)] = net.get(base(address), 0) + part
    return min(net, key=lambda account: (net[account], account)) if net else None


def _ends(postings: Mapping[str, int]) -> dict[str, int]:
    """Account of a person or merchant → by how much it has more, what is held included."""
    net: dict[str, int] = {}
    for address, part in postings.items():
        if not chart.is_system(address) and _is_owed(address):
            net[base(address)] = net.get(base(address), 0) + part
    return net


def _is_owed(address: str) -> bool:
    if chart.is_system(address):
        return address.startswith(_HOUSE_OWES)
    return not address.startswith(_OF_THE_HOUSE) and not address.endswith(":debt")


def _processor(postings: Mapping[str, int]) -> str | None:
    groups = (chart.group_of(address) for address in postings)
    return next((group.partition(":")[2] for group in groups if group.startswith("clearing:")), None)


def _channel(entry: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    if entry["kind"] in _BY_HOUSE:
        return "house"
    if entry["kind"] in _BY_MERCHANT:
        return "merchant-api" if "staff_id" not in facts else "till"
    if "staff_id" in facts or "code" in facts:
        return "till"
    return "checkout" if "checkout" in facts or "share" in facts else "app"


def _line(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    line: Mapping[str, Any] = entry.get("line") or {}
    return line


def _took(entry: Mapping[str, Any], facts: Mapping[str, Any]) -> int | None:
    """From the first word of the movement to this entry, in milliseconds, where the two differ."""
    if not facts.get("created_at") or facts["created_at"] == entry["sk"]:
        return None
    began: datetime = clock.read(facts["created_at"])
    return max(0, round((clock.read(entry["sk"]) - began).total_seconds() * 1000))
