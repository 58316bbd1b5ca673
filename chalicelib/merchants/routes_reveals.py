"""What is masked of a business, in clear. In *access*: looks are counted there, people's and merchants' together."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import NotFound, TooManyRequests
from chalicelib.merchants import reveals
from chalicelib.merchants.model_onboarding import BusinessFieldView, BusinessReveal

room = Room("merchants_reveals", function="access")


@room.route(
    "POST",
    "/v1/merchants/{id}/business/reveals",
    body=BusinessReveal,
    answers={200: BusinessFieldView},
    caller=Operator,
    permission="merchants.reveal-business",
    errors=(NotFound, TooManyRequests),
    summary="See one masked fact of a business, for a reason that is kept",
)
def revealed(call: Call[BusinessReveal]) -> Answer:
    value = reveals.revealed(call.operator, call.path["id"], call.body, call.at)
    return Answer(200, BusinessFieldView(call.body.field, value))
