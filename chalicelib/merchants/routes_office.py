"""Merchants, their keys and settlements, called by operators and by merchants themselves."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Merchant, Operator
from chalicelib.kernel.errors import CurrencyMismatch, InvalidState
from chalicelib.kernel.money import CURRENCY_SCHEMA
from chalicelib.merchants import service
from chalicelib.merchants.model import (
    KeyView,
    KnownKeyView,
    MerchantView,
    NewKey,
    NewMerchant,
    RotatedKeyView,
    RotateKey,
    SettlementView,
)
from chalicelib.merchants.model_categories import NewCategory

room = Room("merchants_office", function="office")


@room.route(
    "POST",
    "/v1/merchants",
    body=NewMerchant,
    answers={201: MerchantView},
    caller=Operator,
    permission="merchants.join",
    errors=(CurrencyMismatch,),
    summary="Take on a merchant",
)
def join(call: Call[NewMerchant]) -> Answer:
    return Answer(201, service.join(call.operator, call.body, call.at).view)


@room.route(
    "GET",
    "/v1/merchants",
    answers={200: MerchantView},
    caller=Operator,
    permission="merchants.see",
    listing=True,
    summary="Every merchant, newest first",
)
def listed(call: Call[None]) -> Answer:
    found, following = service.listed(call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope([terms.view for terms in found], following))


@room.route(
    "GET",
    "/v1/merchants/{id}",
    answers={200: MerchantView},
    caller=Operator | Merchant,
    permission="merchants.see",
    summary="One merchant",
)
def merchant(call: Call[None]) -> Answer:
    return Answer(200, service.merchant(call.merchant_or_operator, call.path["id"]).view)


@room.route(
    "PUT",
    "/v1/merchants/{id}/category",
    body=NewCategory,
    answers={200: MerchantView},
    caller=Operator,
    permission="merchants.join",
    summary="Say what a merchant deals in",
)
def categorise(call: Call[NewCategory]) -> Answer:
    from chalicelib.merchants import categorising

    return Answer(200, categorising.change(call.operator, call.path["id"], call.body.category, call.at).view)


@room.route(
    "POST",
    "/v1/merchants/{id}/keys",
    body=NewKey,
    answers={201: KeyView},
    caller=Operator | Merchant,
    permission="merchants.keep-keys",
    summary="Make an API key, shown this once",
)
def make_key(call: Call[NewKey]) -> Answer:
    key, text = service.make_key(call.merchant_or_operator, call.path["id"], call.body.scopes, call.at)
    return Answer(201, key.shown(text))


@room.route(
    "GET",
    "/v1/merchants/{id}/keys",
    answers={200: KnownKeyView},
    caller=Operator | Merchant,
    permission="merchants.see-keys",
    listing=True,
    summary="The API keys of a merchant, without what is secret of them",
)
def listed_keys(call: Call[None]) -> Answer:
    found, following = service.listed_keys(
        call.merchant_or_operator, call.path["id"], call.page.cursor, call.page.limit
    )
    makers = service.makers(found)
    return Answer(200, call.page.envelope([key.known(call.at, makers.get(key.made_by)) for key in found], following))


@room.route(
    "POST",
    "/v1/merchants/{id}/keys/{key_id}/rotate",
    body=RotateKey,
    answers={201: RotatedKeyView},
    caller=Operator | Merchant,
    permission="merchants.keep-keys",
    errors=(InvalidState,),
    summary="Replace an API key; the old one goes on for some hours",
)
def rotate_key(call: Call[RotateKey]) -> Answer:
    merchant_id, key_id, overlap_hours = call.path["id"], call.path["key_id"], call.body.overlap_hours
    new, text, replaced = service.rotate_key(call.merchant_or_operator, merchant_id, key_id, overlap_hours, call.at)
    return Answer(201, new.rotated(text, replaced))


@room.route(
    "DELETE",
    "/v1/merchants/{id}/keys/{key_id}",
    answers={204: None},
    caller=Operator | Merchant,
    permission="merchants.keep-keys",
    summary="Revoke an API key",
)
def revoke_key(call: Call[None]) -> Answer:
    service.revoke_key(call.merchant_or_operator, call.path["id"], call.path["key_id"], call.at)
    return Answer(204)


@room.route(
    "GET",
    "/v1/merchants/{id}/settlements",
    answers={200: SettlementView},
    caller=Operator | Merchant,
    permission="merchants.see-settlements",
    listing=True,
    query=("currency",),
    parameters={"currency": {"schema": CURRENCY_SCHEMA}},
    errors=(CurrencyMismatch,),
    summary="What was settled with a merchant, newest first",
)
def settlements(call: Call[None]) -> Answer:
    page, currency = call.page, call.query.get("currency")
    found, following = service.settlements(
        call.merchant_or_operator, call.path["id"], currency, page.cursor, page.limit, call.at
    )
    return Answer(200, page.envelope(found, following))
