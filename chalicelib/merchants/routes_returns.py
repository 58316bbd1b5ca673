"""Back to a merchant's shop: its secret, and the signed way for whoever has paid."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Customer, Merchant, Operator
from chalicelib.kernel.errors import InvalidState
from chalicelib.merchants.model_returns import ReturnSecretView, ReturnView
from chalicelib.merchants.model_webhooks import RotateSecret

room = Room("merchants_returns", function="office")


@room.route(
    "POST",
    "/v1/merchants/{id}/return-secret",
    body=RotateSecret,
    answers={201: ReturnSecretView},
    caller=Operator | Merchant,
    permission="merchants.keep-webhooks",
    errors=(InvalidState,),
    summary="Make the secret that returns are signed with; the one before signs along for some hours",
)
def turn(call: Call[RotateSecret]) -> Answer:
    from chalicelib.merchants import returns

    secret = returns.turn(call.merchant_or_operator, call.path["id"], call.body.overlap_hours, call.at)
    return Answer(201, secret.shown)


@room.route(
    "GET",
    "/v1/checkouts/{id}/return",
    answers={200: ReturnView},
    caller=Customer,
    summary="The signed way back to the shop, once I have paid",
)
def way_back(call: Call[None]) -> Answer:
    from chalicelib.merchants import returns

    return Answer(200, returns.way_back(call.customer, call.path["id"], call.at))
