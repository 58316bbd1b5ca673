"""Packs of rules, for operators: what is in force and coming, publishing, withdrawing."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound
from chalicelib.operations import policies
from chalicelib.operations.model_policies import PolicyLineView, PolicyView, SignedPack

room = Room("operations_policies", function="office")


@room.route(
    "GET",
    "/v1/policies",
    answers={200: PolicyLineView},
    caller=Operator,
    permission="policies.see",
    listing=True,
    summary="Packs of rules: in force, coming, past and withdrawn, the latest date first",
)
def listed(call: Call[None]) -> Answer:
    found, following = policies.listed(call.page.cursor, call.page.limit, call.at)
    return Answer(200, call.page.envelope(found, following))


@room.route(
    "POST",
    "/v1/policies",
    body=SignedPack,
    answers={201: PolicyView},
    caller=Operator,
    permission="policies.publish",
    errors=(InvalidState,),
    summary="Publish a signed pack of rules: it takes effect at its date, an hour ahead at least",
)
def publish(call: Call[SignedPack]) -> Answer:
    return Answer(201, policies.publish(call.operator, call.body, call.at))


@room.route(
    "GET",
    "/v1/policies/{id}",
    answers={200: PolicyView},
    caller=Operator,
    permission="policies.see",
    errors=(NotFound,),
    summary="A pack of rules: every figure, and on what each rule stands",
)
def one(call: Call[None]) -> Answer:
    return Answer(200, policies.one(call.path["id"], call.at))


@room.route(
    "POST",
    "/v1/policies/{id}/withdrawal",
    answers={200: PolicyView},
    caller=Operator,
    permission="policies.publish",
    errors=(NotFound, InvalidState),
    summary="Withdraw a published pack of rules before it takes effect",
)
def withdraw(call: Call[None]) -> Answer:
    return Answer(200, policies.withdraw(call.operator, call.path["id"], call.at))
