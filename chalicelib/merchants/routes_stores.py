"""Stores, kept by operators and by merchants themselves."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Merchant, Operator
from chalicelib.merchants import stores
from chalicelib.merchants.model_stores import NewStore, StoreChange, StoreView
from chalicelib.settings import settings

room = Room("merchants_stores", function="office")


@room.route(
    "POST",
    "/v1/merchants/{id}/stores",
    body=NewStore,
    answers={201: StoreView},
    caller=Operator | Merchant,
    permission="merchants.keep-stores",
    summary="Open a store, with the code for its counter",
)
def make(call: Call[NewStore]) -> Answer:
    opened = stores.make(call.merchant_or_operator, call.path["id"], call.body, call.at)
    return Answer(201, opened.view(settings().public_url))


@room.route(
    "GET",
    "/v1/merchants/{id}/stores",
    answers={200: StoreView},
    caller=Operator | Merchant,
    permission="merchants.see-stores",
    listing=True,
    summary="The stores of a merchant, newest first",
)
def listed(call: Call[None]) -> Answer:
    page = call.page
    found, following = stores.listed(call.merchant_or_operator, call.path["id"], page.cursor, page.limit)
    return Answer(200, page.envelope([one.view(settings().public_url) for one in found], following))


@room.route(
    "PATCH",
    "/v1/merchants/{id}/stores/{store_id}",
    body=StoreChange,
    answers={200: StoreView},
    caller=Operator | Merchant,
    permission="merchants.keep-stores",
    summary="Rename, move, close or open a store",
)
def change(call: Call[StoreChange]) -> Answer:
    merchant_id, store_id = call.path["id"], call.path["store_id"]
    changed = stores.change(call.merchant_or_operator, merchant_id, store_id, call.body, call.at)
    return Answer(200, changed.view(settings().public_url))
