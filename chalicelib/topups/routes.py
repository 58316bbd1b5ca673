"""Topping up."""

from __future__ import annotations

import msgspec

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import (
    AmountOutOfRange,
    CurrencyMismatch,
    InFlight,
    LimitReached,
    NotFound,
)
from chalicelib.topups import model, service
from chalicelib.topups.model import TopupRequest, TopupView

room = Room("topups", function="money")
_LATER = {"Retry-After": str(model.RETRY_AFTER_SECONDS)}


@room.route(
    "POST",
    "/v1/topups",
    body=TopupRequest,
    answers={201: TopupView},
    caller=Customer,
    moves_money=True,
    capability="topups",
    summary="Put money into a wallet",
    errors=(NotFound, AmountOutOfRange, CurrencyMismatch, LimitReached, InFlight),
)
def start(call: Call[TopupRequest]) -> Answer:
    receipt = service.start(call.customer, call.body, call.key, call.at)
    headers = {"Content-Type": "application/json" if receipt.status == 201 else "application/problem+json"}
    if receipt.replayed:
        headers["Idempotent-Replayed"] = "true"
    if receipt.status == 201 and msgspec.json.decode(receipt.body)["status"] in model.UNFINISHED:
        headers |= _LATER
    return Answer(receipt.status, receipt.body, headers)


@room.route(
    "GET",
    "/v1/topups/{id}",
    answers={200: TopupView},
    caller=Customer,
    summary="How a top-up stands",
    errors=(NotFound,),
)
def topup(call: Call[None]) -> Answer:
    view = service.topup(call.customer, call.path["id"], call.at)
    return Answer(200, view, _LATER if view.status in model.UNFINISHED else {})
