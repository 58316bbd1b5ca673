"""Where my money may go back to."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.identity import funding as kept
from chalicelib.identity.model_funding import FundingMethodView
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import InvalidState, NotFound, StepUpRequired
from chalicelib.settlement import funding
from chalicelib.settlement.model_funding import FundingMethodRequest, FundingMethodsView

room = Room("settlement_funding", function="access")


@room.route(
    "GET",
    "/v1/me/funding-methods",
    answers={200: FundingMethodsView},
    caller=Customer,
    summary="Where my money may go back to",
)
def listed(call: Call[None]) -> Answer:
    return Answer(200, FundingMethodsView([one.view for one in kept.every(call.customer.user_id)]))


@room.route(
    "POST",
    "/v1/me/funding-methods",
    body=FundingMethodRequest,
    answers={201: FundingMethodView},
    caller=Customer,
    errors=(StepUpRequired, InvalidState),
    summary="Add a funding method; money may leave for it after 24 hours",
)
def add(call: Call[FundingMethodRequest]) -> Answer:
    return Answer(201, funding.add(call.customer, call.body, call.at).view)


@room.route(
    "DELETE",
    "/v1/me/funding-methods/{id}",
    answers={204: None},
    caller=Customer,
    errors=(NotFound,),
    summary="Remove a funding method, for good",
)
def remove(call: Call[None]) -> Answer:
    kept.remove(call.customer.user_id, call.path["id"], call.at)
    return Answer(204)
