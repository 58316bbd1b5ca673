"""Movements and accounts as operators see them: ids, amounts and times; of what people typed the order's reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from chalicelib.ledger import amounts
from chalicelib.ledger.model import Head
from chalicelib.topups import model_route

FOLLOWS = ("capture", "void", "expiry", "refund")
"""Kinds of movement that may follow a payment."""
HOUSE = "system"
"""Who did what nobody asked for just then: it was due."""
_BY_OWNER, _BY_MERCHANT = ("payment", "authorisation", "card-purchase", "card-refund"), ("capture", "void", "refund")
_BY_PAYER = ("transfer", "transfer-scheduled", "transfer-cancelled", "red-packet", "red-packet-claim", "gift-card",
             "gift-card-claim")  # fmt: skip


class AskedView(msgspec.Struct, frozen=True):
    """A processor and a word about it: its cost in minor units, why it was not asked, or why it said no."""

    processor: str
    why: str


class StepView(msgspec.Struct, frozen=True):
    """Something that happened to a movement; `movement_id` is what did it.

    `by` is who: a person's id, a merchant's, the name of a processor, `system`, or empty where nobody wrote it down.
    """

    at: str
    what: str
    movement_id: str
    amount: int
    by: str


class MovementView(msgspec.Struct, frozen=True, omit_defaults=True):
    """`refusal` is the code of the problem that a refused one was answered with."""

    id: str
    kind: str
    status: str
    account: str
    amount: int
    currency: str
    created_at: str
    owner: str = ""
    merchant_id: str = ""
    payment_id: str = ""
    processor: str = ""
    processor_reference: str = ""
    refusal: str = ""
    settled_by: str = ""
    captured: int | None = None
    refundable: int | None = None
    reversed: int | None = None
    method: str = ""
    route: tuple[AskedView, ...] = ()
    """Of a top-up or payout: whom the rules named, in order."""
    tried: tuple[AskedView, ...] = ()
    """Who was asked before `processor`, and said no."""
    fee: int | None = None
    order_reference: str = ""
    checkout_id: str = ""
    funding_method_id: str = ""
    """Of a withdrawal: where it goes."""
    asked_at: str = ""
    """When the processor was first asked for a withdrawal."""
    reason: str = ""
    """Why it failed, or came back."""
    to: str = ""
    """Of a transfer: whose wallet it is for; empty while nobody has the name it was sent to."""


class HistoryView(msgspec.Struct, frozen=True):
    """A movement and what became of it, oldest first; `complete` is false where more may lie further on."""

    movement: MovementView
    timeline: list[StepView]
    complete: bool


class AccountView(msgspec.Struct, frozen=True):
    """A customer's wallet (`owner` is a person) or a merchant's account (`owner` is the merchant)."""

    id: str
    owner: str
    currency: str
    status: str
    reason: str
    available: int
    held: int
    debt: int
    floor: int
    tier: int
    last_at: str


def movement(found: Mapping[str, Any], status: str) -> MovementView:
    return MovementView(
        id=found["pk"],
        kind=found["kind"],
        status=status,
        account=found["account"],
        amount=found["amount"],
        currency=found["currency"],
        created_at=found["created_at"],
        owner=found.get("owner", ""),
        merchant_id=found.get("payee", ""),
        payment_id=found.get("payment", ""),
        processor=found.get("processor", ""),
        processor_reference=found.get("reference", ""),
        refusal=found.get("refusal", ""),
        settled_by=found.get("settled_by", ""),
        captured=found.get("captured"),
        refundable=found.get("refundable"),
        reversed=found.get("reversed_total"),
        method=found.get("method", ""),
        route=_asked(found.get("route", "")),
        tried=_asked(found.get("tried", "")),
        fee=found.get("fee"),
        **_order(found),
        funding_method_id=found.get("funding_method", ""),
        asked_at=found.get("asked_at", ""),
        reason=found.get("reason", found.get("ended_by", "")),
        to=found.get("to", ""),
    )


def _order(found: Mapping[str, Any]) -> dict[str, str]:
    """What a payment was for, as its answer says; a refused one has none."""
    if found["kind"] != "payment" or found["state"] == "refused":
        return {}
    answer = msgspec.json.decode(found["answer"])
    return {name: answer.get(name, "") for name in ("order_reference", "checkout_id")}


def _asked(written: str) -> tuple[AskedView, ...]:
    return tuple(AskedView(step.processor, step.why) for step in model_route.read(written))


def account(head: Head) -> AccountView:
    return AccountView(
        id=head.account,
        owner=head.owner,
        currency=head.currency,
        status=head.status,
        reason=head.reason,
        available=head.available,
        held=head.held,
        debt=head.debt,
        floor=head.floor,
        tier=head.tier,
        last_at=head.last_at,
    )


def done_by(entry: Mapping[str, Any], processor: str) -> str:
    """`processor`: of the movement that the entry is about. Who asked for a payout stands in the audit log alone."""
    if entry["kind"] in (*_BY_OWNER, *_BY_PAYER):
        return str(entry.get("owner", ""))
    if entry["kind"] in _BY_MERCHANT:
        return str(entry.get("payee", ""))
    if entry["kind"] == "payout":
        return ""
    return processor or HOUSE


def amount_of(entry: Mapping[str, Any]) -> int:
    """What an entry is about."""
    return amounts.moved(entry["postings"])
