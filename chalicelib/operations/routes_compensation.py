"""Making up for an incident, for two operators."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import CouponsExhausted, InvalidState, NotFound, SecondPersonRequired
from chalicelib.kernel.idempotency import Receipt
from chalicelib.operations import compensation
from chalicelib.operations.model_compensation import (
    CompensationDecision,
    CompensationPreview,
    CompensationView,
    NewCompensation,
)

room = Room("operations_compensation", function="office")


@room.route(
    "GET",
    "/v1/incidents/{id}/compensation/preview",
    answers={200: CompensationPreview},
    caller=Operator,
    permission="compensations.see",
    query=("template_id",),
    parameters={"template_id": {"required": True}},
    errors=(NotFound, InvalidState),
    summary="How many an incident hit, and what a coupon for each would cost at most",
)
def preview(call: Call[None]) -> Answer:
    return Answer(200, compensation.preview(call.path["id"], call.query.get("template_id")))


@room.route(
    "POST",
    "/v1/incidents/{id}/compensation",
    body=NewCompensation,
    answers={201: CompensationView},
    caller=Operator,
    permission="compensations.propose",
    moves_money=True,
    errors=(NotFound, InvalidState, CouponsExhausted, SecondPersonRequired),
    summary="Propose a coupon for each person whom an incident hit; somebody else approves it",
)
def propose(call: Call[NewCompensation]) -> Receipt:
    return compensation.propose(call.operator, call.path["id"], call.body, call.key, call.at)


@room.route(
    "GET",
    "/v1/incidents/{id}/compensation",
    answers={200: CompensationView},
    caller=Operator,
    permission="compensations.see",
    errors=(NotFound,),
    summary="What makes up for an incident: who decided, how many coupons were issued and refused, and their cost",
)
def one(call: Call[None]) -> Answer:
    return Answer(200, compensation.one(call.path["id"]))


@room.route(
    "POST",
    "/v1/incidents/{id}/compensation/decision",
    body=CompensationDecision,
    answers={200: CompensationView},
    caller=Operator,
    permission="compensations.decide",
    errors=(NotFound, InvalidState, SecondPersonRequired),
    summary="Approve or decline what was proposed to make up for an incident; coupons begin within a minute",
)
def decide(call: Call[CompensationDecision]) -> Answer:
    return Answer(200, compensation.decide(call.operator, call.path["id"], call.body, call.at))
