"""Who a name is, before money is sent to it."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import NotFound, TooManyRequests
from chalicelib.transfers import checking
from chalicelib.transfers.model import CheckRequest, CheckView

room = Room("transfers_checks", function="access")


@room.route(
    "POST",
    "/v1/payee-checks",
    body=CheckRequest,
    answers={200: CheckView},
    caller=Customer,
    summary="See who gets the money before I send it",
    errors=(NotFound, TooManyRequests),
)
def check(call: Call[CheckRequest]) -> Answer:
    return Answer(200, checking.check(call.customer, call.body, call.language, call.at))
