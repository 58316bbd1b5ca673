"""Movements, accounts and orders, for operators."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.insight import records
from chalicelib.insight.model_records import AccountView, HistoryView, MovementView
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.ledger.views import EntryView

room = Room("insight_records", function="office")


@room.route(
    "GET",
    "/v1/movements/{id}",
    answers={200: HistoryView},
    caller=Operator,
    permission="movements.see",
    summary="A payment, top-up or other movement, and what became of it",
)
def movement(call: Call[None]) -> Answer:
    return Answer(200, records.movement(call.operator, call.path["id"], call.at))


@room.route(
    "GET",
    "/v1/movements",
    answers={200: MovementView},
    caller=Operator,
    permission="movements.see",
    listing=True,
    query=("merchant_id", "order_reference"),
    parameters={"order_reference": {"required": True}},
    summary="The payments of an order, of one merchant or of any",
)
def of_order(call: Call[None]) -> Answer:
    if "order_reference" not in call.query:
        raise InvalidRequest(param="order_reference")
    merchant, reference, page = call.query.get("merchant_id"), call.query["order_reference"], call.page
    found, following = records.of_order(call.operator, merchant, reference, page.cursor or "", page.limit, call.at)
    return Answer(200, page.envelope(found, following))


@room.route(
    "GET",
    "/v1/accounts/{id}",
    answers={200: AccountView},
    caller=Operator,
    permission="accounts.see",
    summary="A customer's wallet or a merchant's account",
)
def account(call: Call[None]) -> Answer:
    return Answer(200, records.account(call.operator, call.path["id"], call.at))


@room.route(
    "GET",
    "/v1/accounts/{id}/entries",
    answers={200: EntryView},
    caller=Operator,
    permission="accounts.see",
    listing=True,
    summary="What happened in an account, newest first",
)
def entries(call: Call[None]) -> Answer:
    page = call.page
    found, following = records.entries(call.operator, call.path["id"], page.cursor, page.limit, call.at)
    return Answer(200, page.envelope(found, following))
