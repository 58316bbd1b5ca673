"""Checkouts, called by tills and phones."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Customer, Merchant, Operator
from chalicelib.kernel.capabilities import Begins
from chalicelib.kernel.errors import CurrencyMismatch, InvalidState
from chalicelib.merchants import service
from chalicelib.merchants.model import CheckoutView, NewCheckout

room = Room("merchants", function="money")

_ASK_AGAIN = {"Retry-After": "2"}


@room.route(
    "POST",
    "/v1/checkouts",
    body=NewCheckout,
    answers={201: CheckoutView},
    caller=Merchant,
    errors=(CurrencyMismatch, InvalidState),
    begins=Begins("payments"),
    summary="Open a checkout: an order to be paid, at most once",
)
def open_checkout(call: Call[NewCheckout]) -> Answer:
    return _shown(201, service.open_checkout(call.merchant, call.body, call.at))


@room.route(
    "GET",
    "/v1/checkouts/{id}",
    answers={200: CheckoutView},
    caller=Customer | Merchant | Operator,
    permission="movements.see",
    summary="What is to be paid, and whether it is",
)
def checkout(call: Call[None]) -> Answer:
    caller = call.caller
    return _shown(200, service.see_checkout(caller, call.path["id"], call.at))


@room.route(
    "POST",
    "/v1/checkouts/{id}/cancel",
    answers={200: CheckoutView},
    caller=Merchant,
    errors=(InvalidState,),
    summary="Cancel an open checkout",
)
def cancel_checkout(call: Call[None]) -> Answer:
    return _shown(200, service.cancel_checkout(call.merchant, call.path["id"], call.at))


def _shown(status: int, view: CheckoutView) -> Answer:
    return Answer(status, view, _ASK_AGAIN if view.status == "open" else {})
