"""A notice: something that happened, told in the reader's language from `catalogues/notices.json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import msgspec

from chalicelib.kernel import clock, money, text

Channel = Literal["email", "text", "push"]
Params = Mapping[str, str | int]

_TOLD = {"pay": "payment", "top": "top_up", "ref": "refund", "wdr": "withdrawal"}
"""Kind of movement (the prefix of its id) → kind of notice, where the customer's money changed."""


class NoticeView(msgspec.Struct, frozen=True):
    id: str
    kind: str
    title: str
    body: str
    created_at: str


@dataclass(frozen=True, slots=True)
class Notice:
    """`params` fill the sentences; `amount` is minor units where a `currency` is beside it."""

    id: str
    kind: str
    at: datetime
    params: Params = field(default_factory=dict)

    def title(self, language: str) -> str:
        return text.sentence(f"notices.{self.kind}.title", language, **_shown(self.params))

    def body(self, language: str) -> str:
        return text.sentence(f"notices.{self.kind}.body", language, **_shown(self.params)).strip()

    def view(self, language: str) -> NoticeView:
        return NoticeView(self.id, self.kind, self.title(language), self.body(language), clock.written(self.at))


def channel_of(contact: str) -> Channel:
    """How a canonical identifier is reached."""
    return "email" if "@" in contact else "text"


def told_by(entry: Mapping[str, Any]) -> Notice | None:
    """The notice of a journal entry to the owner of its account; None if the owner's money is the same as before.

    `entry` is an item of the journal: `pk` is the account, `sk` the time, postings are address → minor units.
    """
    kind = _TOLD.get(str(entry["movement"])[:3])
    amount = sum(part for address, part in entry["postings"].items() if address.partition(":")[0] == entry["pk"])
    if kind is None or amount == 0:
        return None
    if kind == "top_up" and amount < 0:
        kind = "top_up_reversed"
    if kind == "withdrawal" and amount > 0:
        kind = "withdrawal_returned"
    params = {"amount": abs(amount), "currency": entry["currency"], "text": entry.get("text", "")}
    return Notice(entry["id"], kind, clock.read(entry["sk"]), params)


def _shown(params: Params) -> Params:
    if "currency" not in params:
        return params
    return {**params, "amount": money.shown(int(params["amount"]), str(params["currency"]))}
