"""Top-ups as people see them, and what makes a processor's event ours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.kernel import clock, ids, money
from chalicelib.kernel.idempotency import Receipt
from chalicelib.processors import model_patience
from chalicelib.processors.model import Created, Intent, ProcessorEvent
from chalicelib.topups import model_route

Status = Literal["pending", "succeeded", "failed", "unknown"]
UNFINISHED = model_patience.UNFINISHED
DISPUTES = ("topup_disputed", "dispute_won", "dispute_lost")
"""Kinds of events by which a payer disputes a top-up at their bank, and that ends."""
RETRY_AFTER_SECONDS = 2
LEASE = timedelta(seconds=30)
"""How long one request has a top-up to itself: longer than any call to a processor."""
PAY_WITHIN = timedelta(minutes=30)
"""How long a code can be paid: it has lapsed before the third question of `ASK_AGAIN` is asked."""
Amount = Annotated[int, msgspec.Meta(extra_json_schema=money.AMOUNT_SCHEMA)]
Currency = Annotated[str, msgspec.Meta(extra_json_schema=money.CURRENCY_SCHEMA)]


class TopupRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    wallet_id: str
    amount: Amount
    currency: Currency
    processor: Annotated[str, msgspec.Meta(min_length=1, max_length=32)] | None = None
    """Who is asked, and nobody else; without it, whoever serves this at the least cost and works just now."""
    method: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None
    """How to pay: `bank`, `card`, `scan`, or in the processor's own words, for instance `pm_card_visa`."""
    bonus_id: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    """An offer of `GET /v1/bonus-offers`: it is promised to this top-up, and there once the money is."""


class TopupView(msgspec.Struct, frozen=True):
    id: str
    status: Status
    processor: str
    next_action: dict[str, str] | None
    wallet_id: str
    amount: int
    currency: str
    created_at: str
    reversed: int = 0
    """Taken back by the processor so far."""
    disputed: int | msgspec.UnsetType = msgspec.UNSET
    """What its payer disputes at their bank; as far as it was there, it is held in the wallet meanwhile."""
    reason: str | None = None
    usual_seconds: int | None = None
    """While it is on its way: how long this way usually takes; null where that is not known."""
    tried: list[str] | msgspec.UnsetType = msgspec.UNSET
    """Who was asked before `processor`, and could not."""
    bonus: int | msgspec.UnsetType = msgspec.UNSET
    """What it was promised, and brings with the money."""


class Acknowledged(msgspec.Struct, frozen=True):
    received: bool


def answer(intent: Intent, processor: str, created: Created, usual_seconds: int | None, at: datetime) -> Receipt:
    """What the customer is told, now and whenever the same key comes again."""
    view = TopupView(
        id=intent.topup_id,
        status=created.status,
        processor=processor,
        next_action=dict(created.next_action) if created.next_action else None,
        wallet_id=intent.wallet_id,
        amount=intent.amount,
        currency=intent.currency,
        created_at=clock.written(at),
        reason=created.reason,
        usual_seconds=usual_seconds if created.status in UNFINISHED else None,
    )
    return Receipt(201, msgspec.json.encode(view).decode())


def view(movement: Mapping[str, Any], usual_seconds: int | None) -> TopupView:
    """As the ledger has it now."""
    waits = movement["state"] == "pending" and "answer" in movement
    return TopupView(
        id=movement["pk"],
        status=movement["state"],
        processor=movement["processor"],
        next_action=json.loads(movement["answer"])["next_action"] if waits else None,
        wallet_id=movement["account"],
        amount=movement["amount"],
        currency=movement["currency"],
        created_at=movement["created_at"],
        reversed=movement["reversed_total"],
        reason=movement.get("reason") if movement["state"] == "failed" else None,
        usual_seconds=usual_seconds,
        tried=model_route.gave_way(movement.get("tried", "")) or msgspec.UNSET,
        bonus=movement.get("bonus_amount", msgspec.UNSET),
        disputed=movement.get("dispute_amount", msgspec.UNSET),
    )


def intent_of(movement: Mapping[str, Any]) -> Intent:
    return Intent(
        topup_id=movement["pk"],
        wallet_id=movement["account"],
        amount=movement["amount"],
        currency=movement["currency"],
        owner=movement["owner"],
        reference=movement["reference"] or None,
        pay_until=clock.read(movement["created_at"]) + PAY_WITHIN,
    )


def unsound(event: ProcessorEvent) -> str | None:
    """The first fact of `event` that no top-up of ours could have; None if all could.

    Of a payment that never was, a processor may know neither its own id nor the amount.
    """
    silent = event.kind == "topup_failed"
    sound = {
        "body": event.kind != "unreadable",
        "topup_id": ids.is_id(event.topup_id or "", "top"),
        "wallet_id": event.wallet_id is None or ids.is_id(event.wallet_id, "wal"),
        "amount": (silent and event.amount is None) or 0 < (event.amount or 0) <= money.MAX_AMOUNT,
        "currency": (silent and event.currency is None) or event.currency in money.EXPONENTS,
        "reference": silent or bool(event.reference),
        "account": bool(event.account),
        "reversed_total": event.kind != "topup_reversed" or 0 < _reversed(event) <= (event.amount or 0),
        "disputed": event.kind not in DISPUTES or _is_disputed(event),
    }
    return next((fact for fact, holds in sound.items() if not holds), None)


def _is_disputed(event: ProcessorEvent) -> bool:
    return bool(event.dispute_id) and 0 < event.disputed <= (event.amount or 0)


def _reversed(event: ProcessorEvent) -> int:
    """By running total, or the part of one refund; both at once, or a refund without its id, are nothing we know."""
    if not event.reversed_part:
        return event.reversed_total
    return event.reversed_part if event.refund_id and not event.reversed_total else 0


@dataclass(frozen=True, slots=True)
class Reversals:
    """What was taken back of a top-up, as told by running totals and refund by refund, in any order.

    Neither way ever tells more than there is, so the larger is the truth: once all is told, both orders end there.
    """

    total: int = 0
    """What our books have taken back."""
    parts: int = 0
    """The sum of the refunds that were told one by one."""
    lost: int = 0
    """What of the total was lost in disputes: no refund tells of that."""

    @classmethod
    def of(cls, movement: Mapping[str, Any]) -> Reversals:
        return cls(movement["reversed_total"], movement.get("reversed_parts", 0), movement.get("dispute_lost", 0))

    def after(self, event: ProcessorEvent) -> Reversals:
        if event.kind == "dispute_lost":
            return Reversals(self.total + event.disputed, self.parts, self.lost + event.disputed)
        parts = self.parts + event.reversed_part
        return Reversals(max(self.total - self.lost, event.reversed_total, parts) + self.lost, parts, self.lost)


def expected(event: ProcessorEvent) -> dict[str, tuple[str | int, ...]]:
    """What our own stored intent must say for the event to be about it: attribute → values allowed."""
    facts: dict[str, tuple[str | int | None, ...]] = {
        "kind": ("top-up",),
        "account": (event.wallet_id,),
        "amount": (event.amount,),
        "currency": (event.currency,),
        "processor": (event.processor,),
        "processor_account": (event.account,),
        "owner": (event.owner or None,),
        "reference": ("", event.reference) if event.reference else (),
    }
    stated = {name: tuple(value for value in values if value is not None) for name, values in facts.items()}
    return {name: values for name, values in stated.items() if values}


def difference(event: ProcessorEvent, movement: Mapping[str, Any]) -> str | None:
    """The first attribute of our intent that the event contradicts."""
    return next((name for name, allowed in expected(event).items() if movement.get(name) not in allowed), None)
