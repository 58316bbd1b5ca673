"""Stripe, in the API version pinned below, without its library (`docs/decisions/0009-stripe-without-its-library.md`).

https://docs.stripe.com/api/payment_intents, https://docs.stripe.com/webhooks/signature
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from chalicelib.kernel.errors import InvalidSignature, Unavailable
from chalicelib.observability import page
from chalicelib.processors import signatures, stripe_out, wire
from chalicelib.processors.model import (
    KEY_REFUSED,
    Acknowledgement,
    Created,
    Intent,
    Kind,
    Payout,
    ProcessorEvent,
    Refund,
    Secret,
    StatementLine,
)

API_VERSION = "2026-10-28.endive"
_LONGEST_ID = 128
_PAGE = 100
_PAGES_LOOKED_THROUGH = 10
"""For a refund or payout whose answer was lost: Stripe finds neither by our id, so the newest are gone through."""
_Found = TypeVar("_Found")
_KINDS: dict[str, Kind] = {
    "payment_intent.succeeded": "topup_succeeded",
    "payment_intent.payment_failed": "topup_failed",
    "charge.refunded": "topup_reversed",
}


_DISPUTES = "charge.dispute."
_ENDS: dict[str, Kind] = {"won": "dispute_won", "warning_closed": "dispute_won", "lost": "dispute_lost"}
_WARNING = "warning_"
"""An inquiry of the bank's: no money is taken yet."""


class _Failure(msgspec.Struct):
    code: str | None = None
    decline_code: str | None = None


class _Money(msgspec.Struct):
    """What a PaymentIntent and a Charge share, and what each adds."""

    id: str
    amount: int
    currency: str
    livemode: bool
    metadata: dict[str, str] = {}
    status: str = ""
    amount_received: int | None = None
    amount_captured: int | None = None
    amount_refunded: int = 0
    payment_intent: str | None = None
    last_payment_error: _Failure | None = None
    latest_charge: _Money | str | None = None
    client_secret: str | None = None


class _Dispute(msgspec.Struct):
    id: str
    amount: int
    currency: str
    livemode: bool
    status: str
    payment_intent: str


class _Data(msgspec.Struct):
    object: msgspec.Raw


class _Event(msgspec.Struct):
    id: str
    type: str
    created: int
    livemode: bool
    data: _Data
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Stripe:
    url: str
    secret: Callable[[], Secret]
    """{"api_key": "sk_…", "webhook_secret": "whsec_…", "account"?: "acct_…"}."""
    name: str = "stripe"

    @property
    def account(self) -> str:
        """`test`, `live`, or with a connected account `acct_…/live`: what our own events carry."""
        return _account("_live_" in self.secret()["api_key"], self.secret().get("account"))

    def create(self, intent: Intent) -> Created:
        """`method`: a payment method of theirs, charged at once; without one, or by `card`, whoever pays confirms."""
        form = {
            "amount": str(intent.amount),
            "currency": intent.currency.lower(),
            "automatic_payment_methods[enabled]": "true",
            "automatic_payment_methods[allow_redirects]": "never",
            **{f"metadata[{name}]": text for name, text in intent.metadata.items()},
        }
        if intent.method and intent.method != "card":
            form |= {"payment_method": intent.method, "confirm": "true"}
        return self._progress("/v1/payment_intents", intent.topup_id, form)

    def refund(self, refund: Refund) -> Created:
        form = {
            "payment_intent": refund.reference,
            "amount": str(refund.amount),
            "metadata[refund_id]": refund.refund_id,
            "metadata[topup_id]": refund.topup_id,
        }
        return self._progress("/v1/refunds", refund.refund_id, form, stripe_out.created)

    def payout(self, payout: Payout) -> Created:
        """`destination`: an external account of ours there, `ba_…`."""
        form = {
            "amount": str(payout.amount),
            "currency": payout.currency.lower(),
            "destination": payout.destination,
            "metadata[payout_id]": payout.payout_id,
        }
        return self._progress("/v1/payouts", payout.payout_id, form, stripe_out.created)

    def query(self, intent: Intent, at: datetime) -> ProcessorEvent:
        found = self._found(intent)
        nothing = ProcessorEvent(f"query_{intent.topup_id}", self.name, "ignored", at)
        if found is None:
            return nothing
        charge = found.latest_charge if isinstance(found.latest_charge, _Money) else None
        kind = _kind_of(found, charge)
        refunded = charge.amount_refunded if charge else 0
        event = replace(nothing, event_id=f"query_{found.id}_{found.status}_{refunded}", kind=kind)
        return _facts(event, found, self.secret().get("account"), refunded)

    def query_refund(self, refund: Refund, at: datetime) -> ProcessorEvent:
        silent = ProcessorEvent(f"query_{refund.refund_id}", self.name, "ignored", at, refund_id=refund.refund_id)
        listed = self._pages(f"/v1/refunds?payment_intent={quote(refund.reference, safe='')}", stripe_out.Sent)
        found = next((one for one in listed if one.metadata.get("refund_id") == refund.refund_id), None)
        if found is None:
            return replace(silent, reason="not_found")
        kind = stripe_out.REFUNDS.get(found.status, "ignored")
        if kind != "topup_reversed":
            return replace(silent, event_id=f"query_{found.id}_{found.status}", kind=kind, reason=found.reason)
        intent = Intent(refund.topup_id, "", refund.collected, refund.currency, reference=refund.reference)
        return replace(self.query(intent, at), refund_id=refund.refund_id)

    def query_payout(self, payout: Payout, at: datetime) -> ProcessorEvent:
        silent = ProcessorEvent(f"query_{payout.payout_id}", self.name, "ignored", at, payout_id=payout.payout_id)
        listed = self._pages("/v1/payouts?", stripe_out.Sent)
        found = next((one for one in listed if one.metadata.get("payout_id") == payout.payout_id), None)
        if found is None:
            return replace(silent, reason="not_found")
        event_id, kind = f"query_{found.id}_{found.status}", stripe_out.PAYOUTS.get(found.status, "ignored")
        account = _account(found.livemode, self.secret().get("account"))
        return stripe_out.payout_told(replace(silent, event_id=event_id, kind=kind), found, account)

    def statement(self, day: date) -> Iterator[StatementLine]:
        start = datetime.combine(day, time(), UTC)
        first, end = (int(one.timestamp()) for one in (start, start + timedelta(days=1)))
        path = f"/v1/balance_transactions?created[gte]={first}&created[lt]={end}&expand[]=data.source"
        return map(stripe_out.line, self._pages(path, stripe_out.Booked, most=None))

    def verify_and_parse(self, raw: bytes, headers: Mapping[str, str], at: datetime) -> ProcessorEvent:
        pairs = [part.strip().partition("=") for part in signatures.header(headers, "stripe-signature").split(",")]
        times = [value for key, _, value in pairs if key == "t"]
        offered = [value for key, _, value in pairs if key == "v1"]
        if len(times) != 1 or not offered:
            raise InvalidSignature
        signatures.check_fresh(times[0], at)
        expected = signatures.hmac_sha256(self.secret()["webhook_secret"].encode(), times[0].encode(), raw)
        signatures.check_any(expected.hex(), offered)
        return self._parsed(raw, at)

    def acknowledge(self, event: ProcessorEvent) -> Acknowledgement:
        return Acknowledgement(200, "application/json", '{"received":true}')

    def _parsed(self, raw: bytes, at: datetime) -> ProcessorEvent:
        event = ProcessorEvent("raw_" + hashlib.sha256(raw).hexdigest(), self.name, "unreadable", at)
        try:
            told = msgspec.json.decode(raw, type=_Event)
            occurred_at = datetime.fromtimestamp(told.created, UTC)
            event = replace(event, event_id=told.id[:_LONGEST_ID], occurred_at=occurred_at)
            if kind := stripe_out.TOLD_OF_PAYOUTS.get(told.type):
                sent = msgspec.json.decode(told.data.object, type=stripe_out.Sent)
                return stripe_out.payout_told(replace(event, kind=kind), sent, _account(told.livemode, told.account))
            kind = _kind_of_dispute(told)
            if kind and kind != "ignored":
                dispute = msgspec.json.decode(told.data.object, type=_Dispute)
                return self._disputed(replace(event, kind=kind), dispute, told.account)
            if told.type not in _KINDS:
                return replace(event, kind="ignored")
            money = msgspec.json.decode(told.data.object, type=_Money)
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError, OverflowError, OSError):
            return event
        event = replace(event, kind=_KINDS[told.type])
        return replace(
            _facts(event, money, told.account, money.amount_refunded), account=_account(told.livemode, told.account)
        )

    def _disputed(self, event: ProcessorEvent, dispute: _Dispute, account: str | None) -> ProcessorEvent:
        """A dispute names the payment alone, so the payment says which top-up it is. Raises Unavailable."""
        paid = self._found(Intent("", "", dispute.amount, dispute.currency, reference=dispute.payment_intent))
        if paid is None:
            raise Unavailable
        told = replace(_facts(event, paid, account, 0), account=_account(dispute.livemode, account))
        return replace(told, dispute_id=dispute.id, disputed=dispute.amount, reason=dispute.status)

    def _found(self, intent: Intent) -> _Money | None:
        """By Stripe's id if we have it; else by our metadata, which its search shows within about a minute."""
        if intent.reference:
            path = f"/v1/payment_intents/{quote(intent.reference, safe='')}?expand[]=latest_charge"
        else:
            wanted = urlencode({"query": f"metadata['topup_id']:'{intent.topup_id}'", "expand[]": "data.latest_charge"})
            path = f"/v1/payment_intents/search?{wanted}"
        try:
            reply = wire.send("GET", self.url + path, self._headers())
            answer = reply.json()
            found = [answer] if intent.reference else answer.get("data", [])
            return msgspec.convert(found[0], _Money) if reply.status == 200 and found else None
        except (wire.NoAnswer, msgspec.ValidationError) as problem:
            raise Unavailable from problem

    def _pages(self, path: str, kind: type[_Found], most: int | None = _PAGES_LOOKED_THROUGH) -> Iterator[_Found]:
        """Every item of a list, newest first, a page in memory at a time.

        Raises Unavailable; after `most` pages of a longer list too: what was not found may stand further on.
        """
        after, pages = "", 0
        while most is None or pages < most:
            reply = self._listed(f"{self.url}{path}&limit={_PAGE}{after}")
            try:
                found = [msgspec.convert(one, kind) for one in reply["data"]]
                last = reply["data"][-1]["id"] if found else ""
            except (KeyError, TypeError, msgspec.ValidationError) as problem:
                raise Unavailable from problem
            yield from found
            if not found or not reply.get("has_more"):
                return
            after, pages = f"&starting_after={quote(str(last), safe='')}", pages + 1
        raise Unavailable

    def _listed(self, url: str) -> dict[str, Any]:
        try:
            reply = wire.send("GET", url, self._headers())
            answer = reply.json()
        except wire.NoAnswer as problem:
            raise Unavailable from problem
        if reply.status != 200:
            raise Unavailable
        return answer

    def _progress(
        self, path: str, key: str, form: dict[str, str], read: Callable[[dict[str, Any]], Created] | None = None
    ) -> Created:
        headers = self._headers() | {"Idempotency-Key": key, "Content-Type": "application/x-www-form-urlencoded"}
        try:
            reply = wire.send("POST", self.url + path, headers, urlencode(form).encode())
            answer = reply.json()
            if reply.status == 200:
                return (read or _created)(answer)
        except wire.NoAnswer as silence:
            return Created("unknown", reason=silence.reason)
        except msgspec.ValidationError:
            return Created("unknown")
        return _declined(reply.status, answer.get("error", {}))

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret()['api_key']}", "Stripe-Version": API_VERSION}


def _kind_of_dispute(told: _Event) -> Kind | None:
    """None of what is no dispute, `ignored` of what changes nothing yet."""
    if not told.type.startswith(_DISPUTES):
        return None
    status, what = msgspec.json.decode(told.data.object, type=_Dispute).status, told.type.removeprefix(_DISPUTES)
    if what == "closed":
        return _ENDS.get(status, "ignored")
    begun = what in ("created", "funds_withdrawn") and not status.startswith(_WARNING)
    return "topup_disputed" if begun else "ignored"


def _account(livemode: bool, account: str | None) -> str:
    mode = "live" if livemode else "test"
    return f"{account}/{mode}" if account else mode


def _kind_of(intent: _Money, charge: _Money | None) -> Kind:
    if charge and charge.amount_refunded:
        return "topup_reversed"
    if intent.status == "succeeded":
        return "topup_succeeded"
    if intent.status == "canceled" or (intent.status == "requires_payment_method" and intent.last_payment_error):
        return "topup_failed"
    return "ignored"


def _facts(event: ProcessorEvent, money: _Money, account: str | None, reversed_total: int) -> ProcessorEvent:
    """An intent succeeds for what it received, a charge for what it captured: a part of what we asked is a mismatch."""
    moved = money.amount_captured if money.payment_intent else money.amount_received
    failed = event.kind == "topup_failed" or moved is None
    trouble = money.last_payment_error or _Failure()
    return replace(
        event,
        topup_id=money.metadata.get("topup_id"),
        wallet_id=money.metadata.get("wallet_id"),
        owner=money.metadata.get("owner"),
        reference=money.payment_intent or money.id,
        amount=money.amount if failed else moved,
        currency=money.currency.upper(),
        account=_account(money.livemode, account),
        reversed_total=reversed_total,
        reason=trouble.decline_code or trouble.code,
    )


def _created(answer: dict[str, Any]) -> Created:
    """A canceled intent or failed refund is `failed`; anything else, `succeeded` included, waits for its webhook."""
    if "id" not in answer:
        return Created("unknown")
    status = answer.get("status")
    secret = answer.get("client_secret") if status != "succeeded" else None
    return Created(
        status="failed" if status in ("canceled", "failed") else "pending",
        reference=str(answer["id"]),
        next_action={"type": "confirm_with_stripe", "client_secret": str(secret)} if secret else None,
    )


def _declined(status: int, error: dict[str, Any]) -> Created:
    if status in (401, 403):
        page("ProcessorRefusesOurKey", processor="stripe", status=status)
        return Created("failed", reason=KEY_REFUSED)
    reference = (error.get("payment_intent") or {}).get("id")
    return Created("failed", reference, reason=error.get("decline_code") or error.get("code") or str(status))
