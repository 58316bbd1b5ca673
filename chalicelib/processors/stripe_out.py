"""What goes out through Stripe, and what it booked: refunds, payouts, balance transactions, as we read them.

https://docs.stripe.com/api/refunds, https://docs.stripe.com/api/payouts, https://docs.stripe.com/api/balance_transactions
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from chalicelib.processors.model import Created, Kind, LineKind, ProcessorEvent, StatementLine

REFUNDS: dict[str, Kind] = {"succeeded": "topup_reversed", "failed": "refund_failed", "canceled": "refund_failed"}
PAYOUTS: dict[str, Kind] = {"paid": "payout_succeeded", "failed": "payout_failed", "canceled": "payout_failed"}
TOLD_OF_PAYOUTS: dict[str, Kind] = {
    "payout.paid": "payout_succeeded",
    "payout.failed": "payout_failed",
    "payout.canceled": "payout_failed",
}
_LINES: dict[str, tuple[LineKind, str]] = {
    "charge": ("top-up", "topup_id"),
    "payment": ("top-up", "topup_id"),
    "refund": ("reversal", "topup_id"),
    "payment_refund": ("reversal", "topup_id"),
    "payout": ("payout", "payout_id"),
}


class Sent(msgspec.Struct):
    """What a refund and a payout share."""

    id: str
    amount: int
    currency: str
    status: str
    metadata: dict[str, str] = {}
    livemode: bool = False
    failure_code: str | None = None
    failure_reason: str | None = None

    @property
    def reason(self) -> str | None:
        return self.failure_code or self.failure_reason


class Source(msgspec.Struct):
    id: str = ""
    metadata: dict[str, str] = {}


class Booked(msgspec.Struct):
    id: str
    type: str
    amount: int
    fee: int
    currency: str
    created: int
    source: Source | str | None = None


def created(answer: dict[str, Any]) -> Created:
    """`paid` and `succeeded` too wait for the question that follows."""
    found = msgspec.convert(answer, Sent)
    failed = found.status in ("failed", "canceled")
    return Created("failed" if failed else "pending", found.id, reason=found.reason or found.status if failed else None)


def payout_told(event: ProcessorEvent, found: Sent, account: str) -> ProcessorEvent:
    """What a payout of ours says; one without our id is Stripe's own, which pays our balance out by itself: ignored."""
    ours = found.metadata.get("payout_id")
    return replace(
        event,
        kind=event.kind if ours else "ignored",
        payout_id=ours,
        reference=found.id,
        amount=found.amount,
        currency=found.currency.upper(),
        account=account,
        reason=found.reason,
    )


def line(booked: Booked) -> StatementLine:
    kind, known_as = _LINES.get(booked.type, ("other", ""))
    source = booked.source if isinstance(booked.source, Source) else Source(str(booked.source or ""))
    return StatementLine(
        our_id=source.metadata.get(known_as, ""),
        reference=source.id or booked.id,
        kind=kind,
        amount=booked.amount,
        fee=booked.fee,
        currency=booked.currency.upper(),
        at=datetime.fromtimestamp(booked.created, UTC),
    )
