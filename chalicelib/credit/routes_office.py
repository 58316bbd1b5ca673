"""Credit over HTTP, for operators."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.credit import office
from chalicelib.credit.model_views import CreditView, InstalmentPlanView, WriteOffRequest
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound, SecondPersonRequired

room = Room("credit_office", function="office")


@room.route(
    "GET",
    "/v1/people/{id}/credit",
    answers={200: CreditView},
    caller=Operator,
    permission="credit.see",
    errors=(NotFound,),
    summary="Somebody's credit line and plans",
)
def seen(call: Call[None]) -> Answer:
    return Answer(200, office.seen(call.path["id"], call.at))


@room.route(
    "POST",
    "/v1/people/{id}/instalment-plans/{plan_id}/write-off",
    body=WriteOffRequest,
    answers={200: InstalmentPlanView},
    caller=Operator,
    permission="credit.write-off",
    errors=(NotFound, InvalidState, SecondPersonRequired),
    summary="Give up an overdue plan: what is owed of it is the house's loss",
)
def write_off(call: Call[WriteOffRequest]) -> Answer:
    return Answer(
        200, office.write_off(call.operator, call.path["id"], call.path["plan_id"], call.body.reason, call.at)
    )
