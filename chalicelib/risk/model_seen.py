"""What is scored: a movement of money or a happening, without a name and without a word of anybody's. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from chalicelib.kernel import clock, ids
from chalicelib.ledger import chart

MONEY = frozenset({"payment", "top-up", "transfer", "withdrawal", "refund"})
OUT = frozenset({"payment", "transfer", "withdrawal"})
AWAY = frozenset({"transfer", "withdrawal"})
"""What leaves for another person or a bank, and is hard to get back."""
_KINDS = {
    "payment": "payment",
    "authorisation": "payment",
    "top-up": "top-up",
    "transfer": "transfer",
    "transfer-scheduled": "transfer",
    "red-packet": "transfer",
    "withdrawal": "withdrawal",
    "refund": "refund",
}
"""Kind of entry → what it is here; others move nothing that anybody decided on."""
_VERSION_OF_TIME = 7
Pseudonym = Callable[[str], str]


class Seen(msgspec.Struct, frozen=True, omit_defaults=True):
    """`person` and `peer` are pseudonyms; `born` is when their account began. Amounts are minor units."""

    id: str
    kind: str
    at: float
    """Seconds since 1970."""
    person: str = ""
    peer: str = ""
    merchant: str = ""
    device: str = ""
    region: str = ""
    processor: str = ""
    card: str = ""
    outcome: str = "succeeded"
    currency: str = ""
    amount: int = 0
    born: float = 0.0
    peer_born: float = 0.0

    @property
    def good(self) -> bool:
        """It was done; of a top-up that began, that it began."""
        return self.outcome == "succeeded" or (self.kind, self.outcome) == ("top-up-started", "started")

    @property
    def moved_nothing(self) -> bool:
        """Asked for and refused, or failed: it says nothing of what somebody usually does."""
        return self.kind in MONEY and not self.good

    @property
    def is_money(self) -> bool:
        return self.kind in MONEY and bool(self.amount)

    @property
    def source(self) -> str:
        """Who sends webhooks to us, or is sent them."""
        return f"{self.kind}:{self.processor or self.merchant}" if self.kind.endswith("-webhook") else ""


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where money of a movement is, for whoever has to hold it. `peer_wallet`: where it has arrived."""

    movement: str = ""
    owner: str = ""
    wallet: str = ""
    peer_owner: str = ""
    peer_wallet: str = ""


def of_entry(entry: Mapping[str, Any], facts: Mapping[str, Any], pseudonym: Pseudonym) -> tuple[Seen, Place] | None:
    """`facts`: its movement's. None of what nobody decided on, of points, and of the copy of whoever is paid."""
    kind, account = _KINDS.get(entry["kind"]), str(entry["pk"])
    owner = str(entry.get("owner", ""))
    if kind is None or not owner or not account.startswith("wal_") or not chart.is_money(entry["currency"]):
        return None
    moved = sum(int(part) for address, part in entry["postings"].items() if address == account)
    if moved == 0 or (moved < 0) != (kind in OUT):
        return None
    received = _received(entry["postings"], account)
    place = Place(entry["movement"], owner, account, str(facts.get("to_owner", "")), received)
    seen = Seen(
        id=entry["id"],
        kind=kind,
        at=clock.read(entry["sk"]).timestamp(),
        person=pseudonym(owner),
        peer=pseudonym(place.peer_owner),
        merchant=str(entry.get("payee", "")),
        processor=str(facts.get("processor", "")),
        currency=entry["currency"],
        amount=abs(moved),
        born=born(owner),
        peer_born=born(place.peer_owner),
    )
    return seen, place


def of_happening(told: Mapping[str, Any]) -> Seen:
    """Of a reveal whoever of the house did it, not whom it shows. Raises KeyError or ValueError if it is none."""
    known = ("person", "merchant", "device", "processor", "card", "outcome", "currency", "amount")
    given = {name: told[name] for name in known if told.get(name)} | {"region": told.get("country", "")}
    if told["kind"] == "reveal":
        given["person"] = told.get("actor", "")
    return msgspec.convert({"id": told["id"], "kind": told["kind"], "at": _seconds(told["at"]), **given}, Seen)


def born(user_id: str) -> float:
    """When the account began: its id says so. 0 where it does not."""
    if not user_id:
        return 0.0
    raw = ids.packed(user_id)
    return int.from_bytes(raw[:6], "big") / 1000 if raw[6] >> 4 == _VERSION_OF_TIME else 0.0


def moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _seconds(written: str) -> float:
    return clock.read(written).timestamp()


def _received(postings: Mapping[str, int], payer: str) -> str:
    others = (one for one, part in postings.items() if part > 0 and one.startswith("wal_") and ":" not in one)
    return next((one for one in others if one != payer), "")
