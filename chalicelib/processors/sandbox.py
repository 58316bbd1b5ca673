"""The sandbox bank: Standard Webhooks (standardwebhooks.com) and a plain JSON API (`docs/reference/sandbox.md`)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from chalicelib.kernel.errors import InvalidSignature, Unavailable
from chalicelib.processors import signatures, wire
from chalicelib.processors.model import (
    Acknowledgement,
    Created,
    Intent,
    Kind,
    LineKind,
    Payout,
    ProcessorEvent,
    Refund,
    Secret,
    StatementLine,
)

_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)
_KINDS: dict[str, Kind] = {
    "topup.succeeded": "topup_succeeded",
    "topup.failed": "topup_failed",
    "topup.reversed": "topup_reversed",
    "topup.disputed": "topup_disputed",
    "topup.dispute_won": "dispute_won",
    "topup.dispute_lost": "dispute_lost",
}
_PAYOUTS: dict[str, Kind] = {"succeeded": "payout_succeeded", "failed": "payout_failed"}
_TOLD_OF_PAYOUTS = {f"payout.{told}": kind for told, kind in _PAYOUTS.items()}
_JSON = {"Content-Type": "application/json"}
_Found = TypeVar("_Found")


class _Payment(msgspec.Struct):
    id: str
    merchant: str
    status: str
    amount: int
    currency: str
    metadata: dict[str, str]
    reversed_total: int = 0
    dispute_id: str | None = None
    disputed: int = 0
    reason: str | None = None
    next_action: dict[str, str] | None = None


class _Payout(msgspec.Struct):
    id: str
    merchant: str
    status: str
    amount: int
    currency: str
    reason: str | None = None
    payout_id: str | None = None
    """Ours; a webhook says it."""


class _Line(msgspec.Struct):
    our_id: str
    reference: str
    kind: LineKind
    amount: int
    fee: int
    currency: str
    booked_at: datetime


class _Message(msgspec.Struct):
    type: str
    timestamp: datetime
    data: msgspec.Raw


@dataclass(frozen=True, slots=True)
class Sandbox:
    url: str
    secret: Callable[[], Secret]
    """{"webhook_secret": "whsec_…"}; fetched only once a webhook looks like one."""
    name: str = "sandbox"
    account: str = "coffer"

    def create(self, intent: Intent) -> Created:
        wish = {
            "id": intent.topup_id,
            "merchant": self.account,
            "amount": intent.amount,
            "currency": intent.currency,
            "method": intent.method,
            "metadata": intent.metadata,
        }
        return self._progress("/intents", wish)

    def refund(self, refund: Refund) -> Created:
        wish = {"id": refund.refund_id, "amount": refund.amount, "currency": refund.currency}
        return self._progress(f"/intents/{quote(refund.reference, safe='')}/refunds", wish)

    def payout(self, payout: Payout) -> Created:
        """`destination`: any text; the bank pays it as the amount says."""
        wish = {
            "id": payout.payout_id,
            "merchant": self.account,
            "destination": payout.destination,
            "amount": payout.amount,
            "currency": payout.currency,
        }
        return self._progress("/payouts", wish)

    def query(self, intent: Intent, at: datetime) -> ProcessorEvent:
        """The bank knows an intent by our id as well as by its own."""
        known_as = quote(intent.reference or intent.topup_id, safe="")
        silent = ProcessorEvent(f"query_{known_as}", self.name, "ignored", at)
        payment = self._found(f"/intents/{known_as}", _Payment)
        if payment is None:
            return silent
        kind = _KINDS.get("topup." + payment.status, "ignored")
        event_id = f"query_{payment.id}_{payment.status}_{payment.reversed_total}"
        return replace(self._facts(silent, payment), event_id=event_id, kind=kind)

    def query_refund(self, refund: Refund, at: datetime) -> ProcessorEvent:
        """A refund succeeds at once, or is not there; the payment tells the running total."""
        silent = ProcessorEvent(f"query_{refund.refund_id}", self.name, "ignored", at, refund_id=refund.refund_id)
        path = f"/intents/{quote(refund.reference, safe='')}/refunds/{quote(refund.refund_id, safe='')}"
        payment = self._found(path, _Payment)
        if payment is None:
            return replace(silent, reason="not_found")
        event_id = f"{silent.event_id}_{payment.reversed_total}"
        return replace(self._facts(silent, payment), event_id=event_id, kind="topup_reversed")

    def query_payout(self, payout: Payout, at: datetime) -> ProcessorEvent:
        silent = ProcessorEvent(f"query_{payout.payout_id}", self.name, "ignored", at, payout_id=payout.payout_id)
        found = self._found(f"/payouts/{quote(payout.payout_id, safe='')}", _Payout)
        if found is None:
            return replace(silent, reason="not_found")
        event_id, kind = f"query_{found.id}_{found.status}", _PAYOUTS.get(found.status, "ignored")
        return self._payout(replace(silent, event_id=event_id, kind=kind), found)

    def statement(self, day: date) -> Iterator[StatementLine]:
        """JSON, a line each; the bank's days are UTC's."""
        try:
            with wire.downloaded(f"{self.url}/statements/{day}", {}) as kept:
                for raw in iter(lambda: kept.readline(wire.LONGEST_LINE), b""):
                    yield _line(msgspec.json.decode(raw, type=_Line))
        except (wire.NoAnswer, msgspec.DecodeError, UnicodeDecodeError) as problem:
            raise Unavailable from problem

    def verify_and_parse(self, raw: bytes, headers: Mapping[str, str], at: datetime) -> ProcessorEvent:
        message_id = signatures.header(headers, "webhook-id")
        timestamp = signatures.header(headers, "webhook-timestamp")
        offered = [part[3:] for part in signatures.header(headers, "webhook-signature").split() if part[:3] == "v1,"]
        signatures.check_fresh(timestamp, at)
        if not offered or not _MESSAGE_ID.fullmatch(message_id):
            raise InvalidSignature
        expected = signatures.hmac_sha256(self._key(), message_id.encode(), timestamp.encode(), raw)
        signatures.check_any(base64.b64encode(expected).decode(), offered)
        return self._parsed(raw, ProcessorEvent(message_id, self.name, "unreadable", at))

    def acknowledge(self, event: ProcessorEvent) -> Acknowledgement:
        return Acknowledgement(200, "application/json", '{"received":true}')

    def _key(self) -> bytes:
        try:
            return base64.b64decode(self.secret()["webhook_secret"].removeprefix("whsec_"), validate=True)
        except binascii.Error as problem:
            raise Unavailable from problem

    def _parsed(self, raw: bytes, event: ProcessorEvent) -> ProcessorEvent:
        try:
            message = msgspec.json.decode(raw, type=_Message)
            event = replace(event, occurred_at=message.timestamp.astimezone(UTC))
            if kind := _TOLD_OF_PAYOUTS.get(message.type):
                return self._payout(replace(event, kind=kind), msgspec.json.decode(message.data, type=_Payout))
            if message.type not in _KINDS:
                return replace(event, kind="ignored")
            payment = msgspec.json.decode(message.data, type=_Payment)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return event
        return replace(self._facts(event, payment), kind=_KINDS[message.type])

    def _facts(self, event: ProcessorEvent, payment: _Payment) -> ProcessorEvent:
        return replace(
            event,
            topup_id=payment.metadata.get("topup_id"),
            wallet_id=payment.metadata.get("wallet_id"),
            owner=payment.metadata.get("owner"),
            reference=payment.id,
            amount=payment.amount,
            currency=payment.currency,
            account=payment.merchant,
            reversed_total=payment.reversed_total,
            dispute_id=payment.dispute_id,
            disputed=payment.disputed,
            reason=payment.reason,
        )

    def _payout(self, event: ProcessorEvent, payout: _Payout) -> ProcessorEvent:
        return replace(
            event,
            payout_id=payout.payout_id or event.payout_id,
            reference=payout.id,
            amount=payout.amount,
            currency=payout.currency,
            account=payout.merchant,
            reason=payout.reason,
        )

    def _found(self, path: str, kind: type[_Found]) -> _Found | None:
        """None if the bank knows no such thing. Raises Unavailable for every other refusal: it says nothing."""
        try:
            reply = wire.send("GET", self.url + path, {})
            if reply.status == 200:
                return msgspec.convert(reply.json(), kind)
        except (wire.NoAnswer, msgspec.ValidationError) as problem:
            raise Unavailable from problem
        if reply.status == 404:
            return None
        raise Unavailable

    def _progress(self, path: str, wish: dict[str, Any]) -> Created:
        try:
            reply = wire.send("POST", self.url + path, _JSON, msgspec.json.encode(wish))
            answer = reply.json()
        except wire.NoAnswer as silence:
            return Created("unknown", reason=silence.reason)
        if reply.status not in (200, 201):
            return Created("failed", reason=str(answer.get("code", reply.status)))
        if "id" not in answer:
            return Created("unknown")
        return Created(
            status="failed" if answer.get("status") == "failed" else "pending",
            reference=str(answer["id"]),
            next_action=answer.get("next_action"),
            reason=answer.get("reason"),
        )


def _line(line: _Line) -> StatementLine:
    booked_at = line.booked_at.astimezone(UTC)
    return StatementLine(line.our_id, line.reference, line.kind, line.amount, line.fee, line.currency, booked_at)
