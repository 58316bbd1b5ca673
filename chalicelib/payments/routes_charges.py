"""Payment codes and charges over HTTP: the customer's phone and the merchant's till."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.api.request import JSON
from chalicelib.kernel.callers import Customer, Merchant
from chalicelib.kernel.errors import (
    ChargeDeclined,
    CodeMistyped,
    CodeOver,
    CodeUnknown,
    CoolingOff,
    CurrencyMismatch,
    GuardianApprovalRequired,
    InsufficientFunds,
    InvalidState,
    LimitReached,
    NotFound,
    ProbableDuplicate,
    StepUpRequired,
    TooManyRequests,
    WalletFrozen,
)
from chalicelib.kernel.idempotency import Receipt
from chalicelib.payments import charging, codes
from chalicelib.payments.model import PaymentView
from chalicelib.payments.model_charges import ChargeRequest, ChargeView, Nothing, ReversalRequest, ReversalView
from chalicelib.payments.model_codes import NewPaymentCode, PaymentCodeView, ShownCodeView

room = Room("payments_charges", function="money")
_CHARGES = "/v1/charges"
_ASK_AGAIN = {"Retry-After": "2"}


@room.route(
    "POST",
    "/v1/payment-codes",
    body=NewPaymentCode,
    answers={201: PaymentCodeView},
    caller=Customer,
    errors=(NotFound,),
    summary="Show a code that a till may charge once, within a minute",
)
def show_code(call: Call[NewPaymentCode]) -> Answer:
    return Answer(201, codes.show(call.customer, call.body, call.at))


@room.route(
    "GET",
    "/v1/payment-codes/{id}",
    answers={200: ShownCodeView},
    caller=Customer,
    summary="What a till made of my code",
)
def shown_code(call: Call[None]) -> Answer:
    seen = codes.seen(call.customer, call.path["id"], call.at)
    waits = seen.status == "open" or (seen.charge is not None and seen.charge.status == "waiting")
    return Answer(200, seen, _ASK_AGAIN if waits else {})


@room.route(
    "POST",
    _CHARGES,
    body=ChargeRequest,
    answers={201: PaymentView, 202: ChargeView},
    caller=Merchant,
    moves_money=True,
    replays=True,
    errors=(
        *(CodeMistyped, CodeUnknown, CodeOver, ChargeDeclined, ProbableDuplicate),
        *(InvalidState, CurrencyMismatch, TooManyRequests, NotFound),
    ),
    summary="Charge the code that a customer shows",
)
def charge(call: Call[ChargeRequest]) -> Answer | Receipt:
    receipt = charging.charge(call.merchant, call.body, call.key, call.at)
    if receipt.status != 202:
        return receipt
    replayed = {"Idempotent-Replayed": "true"} if receipt.replayed else {}
    return Answer(202, receipt.body, {"Content-Type": JSON, **_ASK_AGAIN, **replayed})


@room.route(
    "GET",
    f"{_CHARGES}/{{id}}",
    answers={200: ChargeView},
    caller=Customer | Merchant,
    summary="What has become of a charge",
)
def seen(call: Call[None]) -> Answer:
    found = charging.seen(call.merchant_or_customer, call.path["id"], call.at)
    return Answer(200, found, _ASK_AGAIN if found.status == "waiting" else {})


@room.route(
    "POST",
    f"{_CHARGES}/{{id}}/confirm",
    body=Nothing,
    answers={201: PaymentView},
    caller=Customer,
    moves_money=True,
    errors=(
        *(NotFound, InsufficientFunds, LimitReached, WalletFrozen, InvalidState, ProbableDuplicate),
        *(StepUpRequired, CoolingOff, GuardianApprovalRequired),
    ),
    summary="Say yes to a charge of my code that waits",
)
def confirm(call: Call[Nothing]) -> Receipt:
    return charging.confirm(call.customer, call.path["id"], call.key, call.at)


@room.route(
    "POST",
    f"{_CHARGES}/{{id}}/decline",
    answers={200: ChargeView},
    caller=Customer,
    errors=(NotFound, InvalidState),
    summary="Say no to a charge of my code that waits",
)
def decline(call: Call[None]) -> Answer:
    return Answer(200, charging.decline(call.customer, call.path["id"], call.at))


@room.route(
    "POST",
    f"{_CHARGES}/{{id}}/reversals",
    body=Nothing,
    answers={201: ReversalView},
    caller=Merchant,
    moves_money=True,
    errors=(NotFound, InvalidState),
    summary="End a charge that is not final, and give back what it took",
)
def reverse(call: Call[Nothing]) -> Answer:
    return Answer(201, charging.reverse(call.merchant, call.path["id"], call.at))


@room.route(
    "POST",
    "/v1/charge-reversals",
    body=ReversalRequest,
    answers={201: ReversalView},
    caller=Merchant,
    moves_money=True,
    errors=(InvalidState, NotFound),
    summary="End the charge of this Idempotency-Key, whether it ever came or not",
)
def reverse_unanswered(call: Call[ReversalRequest]) -> Answer:
    charge_key = replace(call.key, route=f"POST {_CHARGES}")
    return Answer(201, charging.reverse_unanswered(call.merchant, call.body, charge_key, call.at))
