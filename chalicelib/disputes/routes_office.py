"""Disputes, for operators who decide them."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.disputes import deciding, reviewing
from chalicelib.disputes.model import DecideRequest, DisputeView
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import (
    InvalidState,
    MerchantFundsInsufficient,
    NotFound,
    SecondPersonRequired,
)
from chalicelib.kernel.idempotency import Receipt

room = Room("disputes_office", function="office")


@room.route(
    "GET",
    "/v1/dispute-reviews",
    answers={200: DisputeView},
    caller=Operator,
    permission="disputes.see",
    listing=True,
    summary="All disputes, newest first",
)
def listed(call: Call[None]) -> Answer:
    found, following = reviewing.listed(call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope(found, following))


@room.route(
    "GET",
    "/v1/dispute-reviews/{id}",
    answers={200: DisputeView},
    caller=Operator,
    permission="disputes.see",
    errors=(NotFound,),
    summary="One dispute, for whoever decides it",
)
def one(call: Call[None]) -> Answer:
    return Answer(200, reviewing.dispute(call.path["id"]))


@room.route(
    "POST",
    "/v1/dispute-reviews/{id}/decide",
    body=DecideRequest,
    answers={201: DisputeView},
    caller=Operator,
    permission="disputes.decide",
    moves_money=True,
    errors=(NotFound, InvalidState, MerchantFundsInsufficient, SecondPersonRequired),
    summary="Decide a dispute: refunded from what is put aside, or the merchant's again",
)
def decide(call: Call[DecideRequest]) -> Receipt:
    return deciding.decide(call.operator, call.path["id"], call.body, call.key, call.at)
