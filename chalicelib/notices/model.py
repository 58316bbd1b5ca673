"""A notice: something that happened, told in the reader's language from `catalogues/notices.json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import msgspec

from chalicelib.kernel import clock, money, text
from chalicelib.notices import moments

Channel = Literal["email", "text", "push"]
Params = Mapping[str, str | int]

_TOLD = {"pay": "payment", "top": "top_up", "ref": "refund", "wdr": "withdrawal", "adj": "adjustment"}
_TOLD |= {"cdp": "card_bought", "cdr": "card_refunded", "lon": "loan", "rpy": "instalment_paid"}
"""Kind of movement (the prefix of its id) → kind of notice, where the customer's money changed."""
_HELD = {
    "authorisation": "payment_held",
    "capture": "payment_taken",
    "void": "payment_released",
    "expiry": "payment_released",
    "top-up-dispute": "top_up_disputed",
    "top-up-dispute-over": "top_up_undisputed",
    "risk-hold": "risk_held",
    "risk-release": "risk_released",
}
"""Kind of entry → kind of notice, where a merchant holds money, takes it or lets it go."""
_OF_WHAT_IS_HELD = frozenset(_HELD) - {"capture"}
_WITH_A_SHOP = {"payment": "payment_to", "refund": "refund_from"}
_BETWEEN_PEOPLE = {
    "transfer-scheduled": "transfer_scheduled",
    "transfer-completed": "transfer_received",
    "transfer-cancelled": "transfer_cancelled",
    "transfer-returned": "transfer_returned",
    "red-packet": "red_packet_sent",
    "red-packet-claim": "red_packet_opened",
    "red-packet-return": "red_packet_returned",
    "gift-card": "gift_card_bought",
    "gift-card-claim": "gift_card_received",
    "gift-card-return": "gift_card_returned",
}
"""Kind of entry → kind of notice; of a transfer at once the sign tells."""
_OF_A_CARD = ("crd_", "bon_")
"""Accounts of a prepaid card: its principal, its bonus."""
_CREDIT, _LOST = "cra_", "sys:credit-losses:"
"""What somebody was lent; what of that was given up."""
_FROM_A_CARD = {"payment": "card_payment", "refund": "card_payment_back"}
_MOMENTS = ("time", "at", "until", "review_at")
"""Names of params that are moments."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """What goes with an e-mail, at most some 100 kB of it."""

    name: str
    media_type: str
    content: bytes


class NoticeView(msgspec.Struct, frozen=True):
    id: str
    kind: str
    title: str
    body: str
    created_at: str


@dataclass(frozen=True, slots=True)
class Notice:
    """`params` fill the sentences; `amount` is minor units where a `currency` is beside it, moments are as written."""

    id: str
    kind: str
    at: datetime
    params: Params = field(default_factory=dict)

    def title(self, language: str, jurisdiction: str = "") -> str:
        shown = _shown(self.params, language, jurisdiction)
        return text.sentence(f"notices.{self.kind}.title", language, **shown)

    def body(self, language: str, jurisdiction: str = "") -> str:
        shown = _shown(self.params, language, jurisdiction)
        return text.sentence(f"notices.{self.kind}.body", language, **shown).strip()

    def view(self, language: str, jurisdiction: str = "") -> NoticeView:
        title, body = self.title(language, jurisdiction), self.body(language, jurisdiction)
        return NoticeView(self.id, self.kind, title, body, clock.written(self.at))


def channel_of(contact: str) -> Channel:
    """How a canonical identifier is reached."""
    return "email" if "@" in contact else "text"


def told_by(entry: Mapping[str, Any]) -> Notice | None:
    """The notice of a journal entry to the owner of its account; None if the owner's money is the same as before.

    `entry` is an item of the journal: `pk` is the account, `sk` the time, postings are address → minor units.
    """
    if "person" in entry:
        return _between_people(entry)
    kind = _HELD.get(entry["kind"]) or _TOLD.get(str(entry["movement"])[:3])
    amount = _amount(entry)
    if entry["pk"].startswith(_OF_A_CARD):
        kind, amount = _of_a_card(entry, kind)
    if lent := _lent(entry):
        kind, amount = _on_credit(entry, kind, lent)
    if kind is None or amount == 0:
        return None
    if kind == "top_up" and amount < 0:
        kind = "top_up_reversed"
    if kind == "withdrawal" and amount > 0:
        kind = "withdrawal_returned"
    if kind == "instalment_paid" and amount > 0:
        kind = "instalment_returned"
    if kind == "adjustment" and amount < 0:
        kind = "adjustment_taken"
    params = {"amount": abs(amount), "currency": entry["currency"], "text": entry.get("text", "")}
    if shop := entry.get("payee_name"):
        kind, params["payee"] = _WITH_A_SHOP.get(kind, kind), shop
    if person := entry.get("paid_by"):
        kind, params["person"] = "family_payment", person
    return Notice(entry["id"], kind, clock.read(entry["sk"]), params)


def _between_people(entry: Mapping[str, Any]) -> Notice | None:
    """Without the sender's note: what strangers write goes into no message of ours."""
    amount = _amount(entry)
    at_once = "transfer_sent" if amount < 0 else "transfer_received"
    params = {"amount": abs(amount), "currency": entry["currency"], "person": entry["person"]}
    kind = _BETWEEN_PEOPLE.get(entry["kind"], at_once)
    return Notice(entry["id"], kind, clock.read(entry["sk"]), params) if amount else None


def _amount(entry: Mapping[str, Any]) -> int:
    """Of what is held or let go: that. Of all others, and of what is taken: by how much the owner has more or less."""
    held = entry["postings"].get(f"{entry['pk']}:held", 0)
    if held and entry["kind"] in _OF_WHAT_IS_HELD:
        return int(held)
    return sum(part for address, part in entry["postings"].items() if address.partition(":")[0] == entry["pk"])


def _of_a_card(entry: Mapping[str, Any], kind: str | None) -> tuple[str | None, int]:
    """Told once, by the copy of the card itself; of what went from or to the wallet its own copy tells."""
    amount = sum(part for address, part in entry["postings"].items() if address.startswith(_OF_A_CARD))
    return _FROM_A_CARD.get(str(kind)) if entry["pk"].startswith("crd_") else None, amount


def _lent(entry: Mapping[str, Any]) -> int:
    """How much more somebody owes of the principal by it; negative where they repaid, or made good what was lost."""
    accounts = (_CREDIT, _LOST) if entry["kind"] == "refund" else (_CREDIT,)
    return -sum(int(part) for address, part in entry["postings"].items() if address.startswith(accounts))


def _on_credit(entry: Mapping[str, Any], kind: str | None, lent: int) -> tuple[str | None, int]:
    """Told once, by the copy of the wallet: a purchase in instalments with all that it cost."""
    if entry["pk"].startswith(_CREDIT):
        return None, 0
    if kind == "refund" and not _amount(entry):
        return "refund_repaid", -lent
    return ("instalments_begun", lent) if kind == "payment" else (kind, _amount(entry))


def _shown(params: Params, language: str, jurisdiction: str) -> Params:
    told = {name: moments.shown(str(params[name]), jurisdiction, language) for name in _MOMENTS if name in params}
    if "currency" in params:
        told["amount"] = money.shown(int(params["amount"]), str(params["currency"]))
    return {**params, **told}
