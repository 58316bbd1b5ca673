"""What a merchant sold and gave back, line by line."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Merchant, Operator
from chalicelib.kernel.errors import CurrencyMismatch
from chalicelib.kernel.money import CURRENCY_SCHEMA
from chalicelib.merchants.model_sales import SaleView, SettlementDetailView

room = Room("merchants_sales", function="office")


@room.route(
    "GET",
    "/v1/merchants/{id}/sales",
    answers={200: SaleView},
    caller=Operator | Merchant,
    permission="merchants.see-settlements",
    listing=True,
    query=("currency",),
    parameters={"currency": {"schema": CURRENCY_SCHEMA}},
    errors=(CurrencyMismatch,),
    summary="What a merchant sold and gave back, as it was settled, newest first",
)
def listed(call: Call[None]) -> Answer:
    from chalicelib.merchants import sales

    page, caller = call.page, call.merchant_or_operator
    found, following = sales.listed(
        caller, call.path["id"], call.query.get("currency"), page.cursor, page.limit, call.at
    )
    return Answer(200, page.envelope(found, following))


@room.route(
    "GET",
    "/v1/merchants/{id}/settlements/{settlement_id}",
    answers={200: SettlementDetailView},
    caller=Operator | Merchant,
    permission="merchants.see-settlements",
    summary="A settlement line by line, with each fee",
)
def settlement(call: Call[None]) -> Answer:
    from chalicelib.merchants import sales

    found = sales.settlement(call.merchant_or_operator, call.path["id"], call.path["settlement_id"], call.at)
    return Answer(200, found)
