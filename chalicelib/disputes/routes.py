"""Disputes, for both their sides."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.disputes import service
from chalicelib.disputes.model import AgreeRequest, AnswerRequest, DisputeRequest, DisputeView, WithdrawRequest
from chalicelib.kernel.callers import Customer, Merchant
from chalicelib.kernel.errors import (
    AmountOutOfRange,
    InvalidState,
    MerchantFundsInsufficient,
    NotFound,
    RefundExceedsCapture,
)
from chalicelib.kernel.idempotency import Receipt

room = Room("disputes", function="money")


@room.route(
    "POST",
    "/v1/payments/{id}/disputes",
    body=DisputeRequest,
    answers={201: DisputeView},
    caller=Customer,
    moves_money=True,
    errors=(NotFound, AmountOutOfRange, InvalidState, RefundExceedsCapture),
    summary="Dispute a payment of mine, or a part of it",
)
def begin(call: Call[DisputeRequest]) -> Receipt:
    return service.begin(call.customer, call.path["id"], call.body, call.key, call.at)


@room.route(
    "GET",
    "/v1/disputes",
    answers={200: DisputeView},
    caller=Customer | Merchant,
    listing=True,
    summary="Disputes that I began, or that are about payments to me; newest first",
)
def listed(call: Call[None]) -> Answer:
    found, following = service.listed(call.merchant_or_customer, call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope(found, following))


@room.route(
    "GET",
    "/v1/disputes/{id}",
    answers={200: DisputeView},
    caller=Customer | Merchant,
    errors=(NotFound,),
    summary="One dispute, with what both said and the clock",
)
def dispute(call: Call[None]) -> Answer:
    return Answer(200, service.dispute(call.merchant_or_customer, call.path["id"]))


@room.route(
    "POST",
    "/v1/disputes/{id}/withdraw",
    body=WithdrawRequest,
    answers={200: DisputeView},
    caller=Customer,
    errors=(NotFound, InvalidState),
    summary="Take a dispute back",
)
def withdraw(call: Call[WithdrawRequest]) -> Answer:
    return Answer(200, service.withdraw(call.customer, call.path["id"], call.at))


@room.route(
    "POST",
    "/v1/disputes/{id}/answer",
    body=AnswerRequest,
    answers={200: DisputeView},
    caller=Merchant,
    errors=(NotFound, InvalidState),
    summary="Answer a dispute with what speaks against it",
)
def answer(call: Call[AnswerRequest]) -> Answer:
    return Answer(200, service.answer(call.merchant, call.path["id"], call.body, call.at))


@room.route(
    "POST",
    "/v1/disputes/{id}/agree",
    body=AgreeRequest,
    answers={201: DisputeView},
    caller=Merchant,
    moves_money=True,
    errors=(NotFound, InvalidState, MerchantFundsInsufficient),
    summary="Agree to a dispute: the disputed amount is refunded at once",
)
def agree(call: Call[AgreeRequest]) -> Receipt:
    return service.agree(call.merchant, call.path["id"], call.key, call.at)
