"""A dispute of a payment: who must do what by when, and what it ends as.

open ──merchant answers──▶ answered ──we decide──▶ refunded | released
 ├──merchant agrees──▶ refunded      └─ no decision in time: it rises, again and again
 ├──no answer in time──▶ refunded
 └──customer takes it back──▶ withdrawn   (from answered too)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.kernel import clock, masking, money, text
from chalicelib.kernel.errors import InvalidRequest

Reason = Literal["not_me", "not_received", "wrong_amount", "charged_twice"]
"""What a customer says is wrong; each has words in both languages."""
Status = Literal["open", "answered", "refunded", "released", "withdrawn"]
Side = Literal["customer", "merchant"]
UNDECIDED = ("open", "answered")
WITHIN = timedelta(days=120)
"""From the payment on: later it is for support."""
ANSWER_WITHIN = timedelta(days=7)
"""A merchant that says nothing agrees."""
RISES_EVERY = timedelta(days=3)
"""Once our own time is over."""
MOST_WORDS, FEWEST_NOTES = 500, 10
Words = Annotated[
    str,
    msgspec.Meta(
        description="In one's own words. E-mail addresses and phone numbers in them become ***",
        extra_json_schema={"minLength": 1, "maxLength": MOST_WORDS},
    ),
]
Amount = Annotated[int, msgspec.Meta(extra_json_schema=money.AMOUNT_SCHEMA)]
Note = Annotated[
    str,
    msgspec.Meta(min_length=FEWEST_NOTES, max_length=MOST_WORDS, description="For the audit log, where it is sealed"),
]


class DisputeRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without `amount`: all that was not refunded."""

    reason: Reason
    text: Words
    amount: Amount | None = None


class AnswerRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What speaks against it: what was sent when, what was agreed."""

    text: Words


class AgreeRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The disputed amount goes back at once."""


class WithdrawRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class DecideRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`side`: whose the disputed amount is."""

    side: Side
    note: Note


class DisputeView(msgspec.Struct, frozen=True, omit_defaults=True):
    """`text` and `answer` are left out of what a request that moves money is answered."""

    id: str
    status: Status
    payment_id: str
    merchant_id: str
    merchant_name: str
    amount: int
    currency: str
    reason: Reason
    created_at: str
    answer_by: str
    """Until when the merchant may answer; no answer is decided for the customer."""
    decide_by: str
    """Until when we decide what was answered; later it rises by itself."""
    order_reference: str = ""
    text: str = ""
    answer: str = ""
    answered_at: str = ""
    ended_at: str = ""
    decided_by: str = ""
    """customer, merchant, house, or silence: the merchant's, in time."""
    refund_id: str = ""
    held: int = 0
    """For the merchant and the house: what of it is put aside at the merchant's; the rest was not there to be."""
    risen: int = 0
    """How often it was taken further since our own time was over."""


def tidy(typed: str, param: str = "text") -> str:
    """As it is kept. Raises InvalidRequest."""
    words = " ".join(typed.split())
    if not words or len(words) > MOST_WORDS or text.hides_something(words):
        raise InvalidRequest(param=param)
    return masking.without_contacts(words)


def next_at(dispute: Mapping[str, Any]) -> datetime | None:
    """The clock that runs: the merchant's, then ours."""
    if dispute["state"] not in UNDECIDED:
        return None
    by = dispute["answer_by"] if dispute["state"] == "open" else dispute["decide_by"]
    return clock.read(by) + RISES_EVERY * int(dispute.get("risen", 0))


def view(dispute: Mapping[str, Any], said: Mapping[str, Any], *, house: bool = False) -> DisputeView:
    """As the ledger has it, and what was said beside it. `house`: for the merchant's side and ours."""
    return DisputeView(
        id=dispute["pk"],
        status=dispute["state"],
        payment_id=dispute["payment"],
        merchant_id=dispute["payee"],
        merchant_name=said.get("payee_name", ""),
        amount=dispute["amount"],
        currency=dispute["currency"],
        reason=dispute["reason"],
        created_at=dispute["created_at"],
        answer_by=dispute["answer_by"],
        decide_by=dispute["decide_by"],
        order_reference=said.get("order_reference", ""),
        text=said.get("text", ""),
        answer=said.get("answer", ""),
        answered_at=dispute.get("answered_at", ""),
        ended_at=dispute.get("ended_at", ""),
        decided_by=dispute.get("decided_by", ""),
        refund_id=dispute.get("refund", ""),
        held=dispute["held"] if house and dispute["state"] in UNDECIDED else 0,
        risen=dispute.get("risen", 0),
    )
