"""Correcting adjustments, for two operators."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound, SecondPersonRequired
from chalicelib.kernel.idempotency import Receipt
from chalicelib.settlement import adjustments
from chalicelib.settlement.model_adjustments import AdjustmentView, Decision, NewAdjustment

room = Room("settlement_adjustments", function="office")


@room.route(
    "POST",
    "/v1/adjustments",
    body=NewAdjustment,
    answers={201: AdjustmentView},
    caller=Operator,
    permission="adjustments.propose",
    moves_money=True,
    errors=(NotFound, SecondPersonRequired),
    summary="Propose a correction of the books; somebody else approves it",
)
def propose(call: Call[NewAdjustment]) -> Receipt:
    return adjustments.propose(call.operator, call.body, call.key, call.at)


@room.route(
    "GET",
    "/v1/adjustments",
    answers={200: AdjustmentView},
    caller=Operator,
    permission="adjustments.see",
    listing=True,
    summary="Corrections of the books, newest first",
)
def listed(call: Call[None]) -> Answer:
    found, following = adjustments.adjustments(call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope(found, following))


@room.route(
    "GET",
    "/v1/adjustments/{id}",
    answers={200: AdjustmentView},
    caller=Operator,
    permission="adjustments.see",
    errors=(NotFound,),
    summary="One correction of the books",
)
def one(call: Call[None]) -> Answer:
    return Answer(200, adjustments.adjustment(call.path["id"]))


@room.route(
    "POST",
    "/v1/adjustments/{id}/approve",
    body=Decision,
    answers={201: AdjustmentView},
    caller=Operator,
    permission="adjustments.decide",
    moves_money=True,
    errors=(NotFound, SecondPersonRequired),
    summary="Approve somebody else's correction: money moves",
)
def approve(call: Call[Decision]) -> Receipt:
    return adjustments.approve(call.operator, call.path["id"], call.body.note, call.key, call.at)


@room.route(
    "POST",
    "/v1/adjustments/{id}/decline",
    body=Decision,
    answers={200: AdjustmentView},
    caller=Operator,
    permission="adjustments.decide",
    errors=(NotFound, InvalidState),
    summary="Decline a correction",
)
def decline(call: Call[Decision]) -> Answer:
    return Answer(200, adjustments.decline(call.operator, call.path["id"], call.body.note, call.at))
