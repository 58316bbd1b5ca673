"""What happened to a merchant, told to its server: thin, in the API's own names, nothing of who paid."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

import msgspec

from chalicelib.kernel import clock, ids
from chalicelib.merchants.model import Checkout

EventType = Literal[
    "payment.authorized",
    "payment.captured",
    "payment.voided",
    "payment.expired",
    "refund.succeeded",
    "checkout.paid",
    "settlement.created",
    "payout.succeeded",
    "payout.failed",
    "dispute.opened",
    "dispute.closed",
    "ping",
]
EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)
KEPT = timedelta(days=90)
Facts = Mapping[str, Any]
Data = dict[str, str | int]
_OF_A_PAYMENT: Mapping[str, tuple[EventType, str]] = {
    "authorisation": ("payment.authorized", "authorized"),
    "payment": ("payment.captured", "captured"),
    "capture": ("payment.captured", "captured"),
    "void": ("payment.voided", "voided"),
    "expiry": ("payment.expired", "expired"),
}
"""Kind of entry → the event, and what the payment's status is from then on."""
TOLD = frozenset({*_OF_A_PAYMENT, "refund", "settlement", "payout-return"})
"""The kinds of entries that merchants are told of."""


class EventView(msgspec.Struct, frozen=True):
    """`type`, `timestamp` and `data` are what is sent; `recorded_at` is what the list is in the order of."""

    id: str
    type: EventType
    merchant_id: str
    timestamp: str
    recorded_at: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """Never changes. `timestamp`: when it happened; `data`: JSON, as it is sent."""

    id: str
    merchant_id: str
    type: EventType
    timestamp: str
    recorded_at: datetime
    data: str

    @property
    def body(self) -> bytes:
        """The bytes that are signed and sent, the same at every attempt."""
        told = {"type": self.type, "timestamp": self.timestamp, "data": msgspec.Raw(self.data.encode())}
        return msgspec.json.encode(told)

    @property
    def view(self) -> EventView:
        at = clock.written(self.recorded_at)
        return EventView(self.id, self.type, self.merchant_id, self.timestamp, at, json.loads(self.data))

    def is_kept(self, at: datetime) -> bool:
        return self.recorded_at + KEPT > at


def made(event_type: EventType, source: str, merchant_id: str, timestamp: str, data: Data, at: datetime) -> Event:
    """Its id follows from `source`, the entry or movement that it tells of: told twice, it is one."""
    event_id = ids.derived("evt", source, event_type)
    return Event(event_id, merchant_id, event_type, timestamp, at, msgspec.json.encode(data).decode())


def of_entry(entry: Facts, movement: Facts, payment: Facts | None, at: datetime) -> Iterator[Event]:
    """What an entry of the journal means to its payee. `payment`: what the movement is or follows, if one."""
    source, payee, when, kind = entry["id"], entry["payee"], entry["sk"], entry["kind"]
    if kind == "settlement":
        yield made("settlement.created", source, payee, when, _settlement(movement), at)
    elif kind == "payout-return":
        yield made("payout.failed", source, payee, when, payout(movement), at)
    elif payment is not None and kind == "refund":
        yield made("refund.succeeded", source, payee, when, _refund(movement, payment), at)
    elif payment is not None:
        event_type, status = _OF_A_PAYMENT[kind]
        yield made(event_type, source, payee, when, _payment(movement, payment, status), at)
        whole = kind in ("payment", "authorisation") and "share" not in payment
        if whole and (checkout := _answer(payment).get("checkout_id")):
            yield made("checkout.paid", source, payee, when, _checkout(checkout, payment), at)


def payout(movement: Facts) -> Data:
    """In the names of `PayoutView`."""
    shown = {"id": movement["pk"], "status": movement["state"], "merchant_id": movement["payee"]}
    names = ("amount", "currency", "schedule", "created_at", "expected_on", "ended_at", "reason")
    return shown | {name: movement[name] for name in names if name in movement}


def _payment(movement: Facts, payment: Facts, status: str) -> Data:
    """In the names of `PaymentView`, as it was from then on; `capture_id` where it was captured later."""
    answer, captured = _answer(payment), movement["amount"] if status == "captured" else 0
    told: Data = {"id": payment["pk"], "status": status, "merchant_id": payment["payee"]}
    told |= {"amount": payment["amount"], "currency": payment["currency"], "captured": captured}
    told |= {name: answer[name] for name in ("order_reference", "created_at", "checkout_id", "bonus") if name in answer}
    return told | ({"capture_id": movement["pk"]} if movement["kind"] == "capture" else {})


def _refund(movement: Facts, payment: Facts) -> Data:
    shown: Data = {"id": movement["pk"], "status": movement["state"], "payment_id": payment["pk"]}
    shown |= {name: movement[name] for name in ("amount", "currency", "created_at")}
    return shown | {"merchant_id": payment["payee"], "order_reference": _answer(payment)["order_reference"]}


def _checkout(checkout_id: str, payment: Facts) -> Data:
    shown: Data = {"id": checkout_id, "status": "paid", "payment_id": payment["pk"], "paid_at": payment["created_at"]}
    shown |= {"merchant_id": payment["payee"], "order_reference": _answer(payment)["order_reference"]}
    return shown | {name: payment[name] for name in ("amount", "currency")}


def dispute(found: Facts) -> Data:
    """In the names of `DisputeView`, and in nobody's words."""
    shown: Data = {"id": found["pk"], "status": found["state"], "payment_id": found["payment"]}
    names = ("amount", "currency", "reason", "created_at", "answer_by", "decided_by")
    told = shown | {"merchant_id": found["payee"]} | {name: found[name] for name in names if name in found}
    return told | ({"refund_id": found["refund"]} if "refund" in found else {})


def shared_paid(checkout: Checkout, paid_at: str) -> Data:
    """Of one that several people paid; its payments are in `GET /v1/checkouts/{id}`."""
    shown: Data = {"id": checkout.id, "status": "paid", "paid_at": paid_at, "merchant_id": checkout.merchant_id}
    shown |= {"order_reference": checkout.order_reference}
    return shown | {"amount": checkout.amount, "currency": checkout.currency}


def _settlement(movement: Facts) -> Data:
    """In the names of `SettlementView`."""
    shown: Data = {"id": movement["pk"], "at": movement["created_at"], "net": movement["amount"]}
    return shown | {name: movement[name] for name in ("gross", "fees", "currency", "lines")}


def _answer(payment: Facts) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(payment["answer"])
    return found
