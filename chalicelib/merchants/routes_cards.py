"""Plans of prepaid cards, kept by merchants and operators."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Merchant, Operator
from chalicelib.kernel.errors import AmountOutOfRange, CurrencyMismatch
from chalicelib.merchants import cards
from chalicelib.merchants.model_cards import NewPlan, PlanView

room = Room("merchants_cards", function="office")


@room.route(
    "POST",
    "/v1/merchants/{id}/card-plans",
    body=NewPlan,
    answers={201: PlanView},
    caller=Operator | Merchant,
    permission="merchants.keep-cards",
    errors=(AmountOutOfRange, CurrencyMismatch),
    summary="Offer a prepaid card; what is offered never changes",
)
def offer(call: Call[NewPlan]) -> Answer:
    return Answer(201, cards.offer(call.merchant_or_operator, call.path["id"], call.body, call.at).view(call.at))


@room.route(
    "GET",
    "/v1/merchants/{id}/card-plans",
    answers={200: PlanView},
    caller=Operator | Merchant,
    permission="merchants.see-cards",
    listing=True,
    summary="The prepaid cards of a merchant, withdrawn ones too, newest first",
)
def listed(call: Call[None]) -> Answer:
    page = call.page
    found, following = cards.listed(call.merchant_or_operator, call.path["id"], page.cursor, page.limit)
    return Answer(200, page.envelope([plan.view(call.at) for plan in found], following))


@room.route(
    "POST",
    "/v1/merchants/{id}/card-plans/{plan_id}/withdraw",
    answers={200: PlanView},
    caller=Operator | Merchant,
    permission="merchants.keep-cards",
    summary="Withdraw a prepaid card; those that were bought stay as they are",
)
def withdraw(call: Call[None]) -> Answer:
    plan = cards.withdraw(call.merchant_or_operator, call.path["id"], call.path["plan_id"], call.at)
    return Answer(200, plan.view(call.at))
