"""Sending money to a person."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.capabilities import Begins
from chalicelib.kernel.errors import (
    AmountOutOfRange,
    CoolingOff,
    CurrencyMismatch,
    GuardianApprovalRequired,
    InsufficientFunds,
    InvalidOrExpired,
    InvalidState,
    LimitReached,
    NotFound,
    StepUpRequired,
    TooManyRequests,
    WalletFrozen,
)
from chalicelib.transfers import model, service
from chalicelib.transfers.model import CancelRequest, TransferRequest, TransferView

room = Room("transfers", function="money")
_LATER = {"Retry-After": str(model.RETRY_AFTER_SECONDS)}


@room.route(
    "POST",
    "/v1/transfers",
    body=TransferRequest,
    answers={201: TransferView},
    caller=Customer,
    moves_money=True,
    begins=Begins("transfers", receipt="trf"),
    summary="Send money to a person",
    errors=(
        *(NotFound, AmountOutOfRange, CurrencyMismatch, LimitReached, InsufficientFunds, WalletFrozen, InvalidState),
        *(InvalidOrExpired, StepUpRequired, CoolingOff, GuardianApprovalRequired, TooManyRequests),
    ),
)
def send(call: Call[TransferRequest]) -> Answer:
    receipt = service.send(call.customer, call.body, call.key, call.at)
    headers = {"Content-Type": "application/json" if receipt.status == 201 else "application/problem+json"}
    if receipt.replayed:
        headers["Idempotent-Replayed"] = "true"
    waits = receipt.status == 201 and '"status":"scheduled"' in receipt.body
    return Answer(receipt.status, receipt.body, headers | (_LATER if waits else {}))


@room.route(
    "GET",
    "/v1/transfers",
    answers={200: TransferView},
    caller=Customer,
    listing=True,
    summary="My transfers, out and in, newest first",
)
def listed(call: Call[None]) -> Answer:
    found, following = service.listed(call.customer, call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope(found, following))


@room.route(
    "GET",
    "/v1/transfers/{id}",
    answers={200: TransferView},
    caller=Customer,
    summary="How a transfer stands",
    errors=(NotFound,),
)
def transfer(call: Call[None]) -> Answer:
    view = service.transfer(call.customer, call.path["id"])
    return Answer(200, view, _LATER if view["status"] == "scheduled" else {})


@room.route(
    "POST",
    "/v1/transfers/{id}/cancel",
    body=CancelRequest,
    answers={200: TransferView},
    caller=Customer,
    summary="Take a transfer back while it waits",
    errors=(NotFound, InvalidState),
)
def cancel(call: Call[CancelRequest]) -> Answer:
    return Answer(200, service.cancel(call.customer, call.path["id"], call.at))
