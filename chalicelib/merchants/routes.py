"""Checkouts, called by tills and phones (*money*); merchants, their keys and settlements (*office*)."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Customer, Merchant, Operator
from chalicelib.kernel.errors import CurrencyMismatch, InvalidState
from chalicelib.kernel.money import CURRENCY_SCHEMA
from chalicelib.merchants import service
from chalicelib.merchants.model import (
    CheckoutView,
    KeyView,
    MerchantView,
    NewCheckout,
    NewKey,
    NewMerchant,
    SettlementView,
)

room = Room("merchants", function="money")
office = Room("merchants_office", function="office")

_ASK_AGAIN = {"Retry-After": "2"}


@office.route(
    "POST",
    "/v1/merchants",
    body=NewMerchant,
    answers={201: MerchantView},
    caller=Operator,
    errors=(CurrencyMismatch,),
    summary="Take on a merchant",
)
def join(call: Call[NewMerchant]) -> Answer:
    return Answer(201, service.join(call.operator, call.body, call.at).view)


@office.route(
    "GET", "/v1/merchants/{id}", answers={200: MerchantView}, caller=Operator | Merchant, summary="One merchant"
)
def merchant(call: Call[None]) -> Answer:
    return Answer(200, service.merchant(_either(call), call.path["id"]).view)


@office.route(
    "POST",
    "/v1/merchants/{id}/keys",
    body=NewKey,
    answers={201: KeyView},
    caller=Operator | Merchant,
    summary="Make an API key, shown this once",
)
def make_key(call: Call[NewKey]) -> Answer:
    key, text = service.make_key(_either(call), call.path["id"], call.body.scopes, call.at)
    return Answer(201, key.shown(text))


@office.route(
    "DELETE",
    "/v1/merchants/{id}/keys/{key_id}",
    answers={204: None},
    caller=Operator | Merchant,
    summary="Revoke an API key",
)
def revoke_key(call: Call[None]) -> Answer:
    service.revoke_key(_either(call), call.path["id"], call.path["key_id"], call.at)
    return Answer(204)


@office.route(
    "GET",
    "/v1/merchants/{id}/settlements",
    answers={200: SettlementView},
    caller=Operator | Merchant,
    listing=True,
    query=("currency",),
    parameters={"currency": {"schema": CURRENCY_SCHEMA}},
    errors=(CurrencyMismatch,),
    summary="What was settled with a merchant, newest first",
)
def settlements(call: Call[None]) -> Answer:
    page, currency = call.page, call.query.get("currency")
    found, following = service.settlements(_either(call), call.path["id"], currency, page.cursor, page.limit, call.at)
    return Answer(200, page.envelope(found, following))


@room.route(
    "POST",
    "/v1/checkouts",
    body=NewCheckout,
    answers={201: CheckoutView},
    caller=Merchant,
    errors=(CurrencyMismatch, InvalidState),
    summary="Open a checkout: an order to be paid, at most once",
)
def open_checkout(call: Call[NewCheckout]) -> Answer:
    return _shown(201, service.open_checkout(call.merchant, call.body, call.at))


@room.route(
    "GET",
    "/v1/checkouts/{id}",
    answers={200: CheckoutView},
    caller=Customer | Merchant,
    summary="What is to be paid, and whether it is",
)
def checkout(call: Call[None]) -> Answer:
    caller = call.customer if isinstance(call.caller, Customer) else call.merchant
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


def _either(call: Call[NewKey] | Call[None]) -> Operator | Merchant:
    return call.merchant if isinstance(call.caller, Merchant) else call.operator
