"""A small Stripe: the calls that Coffer makes, form-encoded, as it documents them. https://docs.stripe.com/api"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from infra.local.bank_book import Payment, stripe_intent
from infra.local.bank_payouts import Payout, stripe_payout
from infra.local.bank_sent import Answer

if TYPE_CHECKING:
    from infra.local.bank import Bank


def _ask_stripe(bank: Bank, found: re.Match[str], body: dict[str, Any]) -> Answer:
    wish = Payment(
        id="pi_" + secrets.token_hex(12),
        dialect="stripe",
        asked_as=body.get("idempotency_key") or secrets.token_hex(12),
        amount=int(body["amount"]),
        currency=str(body["currency"]).upper(),
        metadata={name[9:-1]: text for name, text in body.items() if name.startswith("metadata[")},
    )
    payment = bank.ask(wish, confirm=body.get("confirm") == "true")
    if payment.status == "failed":
        error = {"type": "card_error", "code": payment.reason, "payment_intent": stripe_intent(payment)}
        return 402, {"error": error}
    return 200, stripe_intent(payment)


def _show_stripe(bank: Bank, found: re.Match[str], body: dict[str, Any]) -> Answer:
    payment = bank.book.find(found["id"])
    return (200, stripe_intent(payment, expanded=True)) if payment else (404, {"error": {"code": "resource_missing"}})


def _search_stripe(bank: Bank, found: re.Match[str], body: dict[str, Any]) -> Answer:
    wanted = re.fullmatch(r"metadata\['topup_id'\]:'(\w+)'", str(body.get("query", "")))
    payment = bank.book.find(wanted[1]) if wanted else None
    return 200, {"object": "search_result", "data": [stripe_intent(payment, expanded=True)] if payment else []}


def _refund_stripe(bank: Bank, found: re.Match[str], body: dict[str, Any]) -> Answer:
    refund_id = body.get("idempotency_key") or secrets.token_hex(12)
    payment = bank.refund(str(body["payment_intent"]), refund_id, int(body["amount"]))
    if payment is None:
        return 400, {"error": {"type": "invalid_request_error", "code": "charge_already_refunded"}}
    return 200, _stripe_refund(payment, refund_id)


def _stripe_refund(payment: Payment, refund_id: str) -> dict[str, Any]:
    return {
        "id": _refund_number(refund_id),
        "object": "refund",
        "amount": payment.refunds[refund_id],
        "currency": payment.currency.lower(),
        "status": "succeeded",
        "metadata": {"refund_id": refund_id},
    }


def _list_refunds(bank: Bank, found: re.Match[str], body: dict[str, Any]) -> Answer:
    payment = bank.book.find(str(body["payment_intent"]))
    if payment is None:
        return 404, {"error": {"code": "resource_missing"}}
    refunds = [_stripe_refund(payment, refund_id) for refund_id in payment.refunds]
    return 200, {"object": "list", "data": refunds[::-1], "has_more": False}


def _pay_out_stripe(bank: Bank, found: re.Match[str], body: dict[str, Any]) -> Answer:
    wish = Payout(
        id="po_" + secrets.token_hex(12),
        dialect="stripe",
        asked_as=str(body["idempotency_key"]),
        destination=str(body["destination"]),
        amount=int(body["amount"]),
        currency=str(body["currency"]).upper(),
    )
    return 200, stripe_payout(bank.pay_out(wish))


def _list_payouts(bank: Bank, found: re.Match[str], body: dict[str, Any]) -> Answer:
    payouts = [stripe_payout(one) for one in bank.payouts.newest() if one.dialect == "stripe"]
    return 200, {"object": "list", "data": payouts, "has_more": False}


def _list_bookings(bank: Bank, found: re.Match[str], body: dict[str, Any]) -> Answer:
    """A page of balance transactions, newest first, as `limit` and `starting_after` say."""
    lines = bank.book.booked("stripe", int(body["created[gte]"]), int(body["created[lt]"]))
    found_lines = [_balance_transaction(line) for line in lines][::-1]
    ids = [line["id"] for line in found_lines]
    first = ids.index(body["starting_after"]) + 1 if body.get("starting_after") else 0
    page = found_lines[first : first + int(body.get("limit", 10))]
    return 200, {"object": "list", "data": page, "has_more": first + len(page) < len(found_lines)}


def _balance_transaction(line: dict[str, Any]) -> dict[str, Any]:
    refund = line["kind"] == "reversal"
    known_as = "payout_id" if line["kind"] == "payout" else "topup_id"
    return {
        "id": "txn_" + line["reference"],
        "object": "balance_transaction",
        "type": {"top-up": "charge", "reversal": "refund"}.get(line["kind"], line["kind"]),
        "amount": line["amount"],
        "fee": line["fee"],
        "currency": line["currency"].lower(),
        "created": line["at"],
        "source": {
            "id": _refund_number(line["reference"]) if refund else line["reference"],
            "metadata": {known_as: line["our_id"]},
        },
    }


def _refund_number(refund_id: str) -> str:
    return "re_" + refund_id[-24:]


Route = Callable[["Bank", re.Match[str], dict[str, Any]], Answer]
ROUTES: list[tuple[str, str, Route]] = [
    ("POST", r"/v1/payment_intents", _ask_stripe),
    ("GET", r"/v1/payment_intents/search", _search_stripe),
    ("GET", r"/v1/payment_intents/(?P<id>\w+)", _show_stripe),
    ("POST", r"/v1/refunds", _refund_stripe),
    ("GET", r"/v1/refunds", _list_refunds),
    ("POST", r"/v1/payouts", _pay_out_stripe),
    ("GET", r"/v1/payouts", _list_payouts),
    ("GET", r"/v1/balance_transactions", _list_bookings),
]
