"""What a merchant says of its business, what is still due of it, and what a person decides."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Merchant, Operator
from chalicelib.kernel.errors import InvalidState, NotFound, SecondPersonRequired
from chalicelib.merchants.model_onboarding import BusinessChange, BusinessView, VerificationDecision

room = Room("merchants_onboarding", function="office")
_BUSINESS = "/v1/merchants/{id}/business"


@room.route(
    "GET",
    _BUSINESS,
    answers={200: BusinessView},
    caller=Operator | Merchant,
    permission="merchants.see-business",
    errors=(NotFound,),
    summary="What a merchant says of its business, masked, and how far its verification is",
)
def business(call: Call[None]) -> Answer:
    from chalicelib.merchants import onboarding

    return Answer(200, onboarding.business(call.merchant_or_operator, call.path["id"]).view)


@room.route(
    "PATCH",
    _BUSINESS,
    body=BusinessChange,
    answers={200: BusinessView},
    caller=Operator | Merchant,
    permission="merchants.keep-business",
    errors=(InvalidState, NotFound),
    summary="Complete what is due of a business; it is asked about again",
)
def complete(call: Call[BusinessChange]) -> Answer:
    from chalicelib.merchants import onboarding

    return Answer(200, onboarding.complete(call.merchant_or_operator, call.path["id"], call.body, call.at).view)


@room.route(
    "POST",
    "/v1/merchants/{id}/verification",
    body=VerificationDecision,
    answers={200: BusinessView},
    caller=Operator,
    permission="merchants.verify",
    errors=(InvalidState, NotFound, SecondPersonRequired),
    summary="Verify or refuse a business by hand, with a reason",
)
def decide(call: Call[VerificationDecision]) -> Answer:
    from chalicelib.merchants import onboarding

    return Answer(200, onboarding.decide(call.operator, call.path["id"], call.body, call.at).view)
