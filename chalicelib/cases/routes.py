"""Cases, for operators."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.cases import service
from chalicelib.cases.model import CaseView, ResolveRequest
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, StillFrozen

room = Room("cases", function="office")


@room.route(
    "GET",
    "/v1/cases",
    answers={200: CaseView},
    caller=Operator,
    permission="cases.see",
    listing=True,
    summary="Open cases",
)
def open_cases(call: Call[None]) -> Answer:
    found, following = service.open_to(call.operator, call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope([case.view for case in found], following))


@room.route(
    "GET",
    "/v1/cases/{id}",
    answers={200: CaseView},
    caller=Operator,
    permission="cases.see",
    summary="One case",
)
def case(call: Call[None]) -> Answer:
    return Answer(200, service.seen(call.operator, call.path["id"]).view)


@room.route(
    "POST",
    "/v1/cases/{id}/take",
    answers={200: CaseView},
    caller=Operator,
    permission="cases.resolve",
    errors=(InvalidState,),
    summary="Take a case on: it is mine to resolve",
)
def take(call: Call[None]) -> Answer:
    return Answer(200, service.take(call.path["id"], call.operator, call.at).view)


@room.route(
    "POST",
    "/v1/cases/{id}/resolve",
    body=ResolveRequest,
    answers={200: CaseView},
    caller=Operator,
    permission="cases.resolve",
    errors=(InvalidState, StillFrozen),
    summary="Resolve a case",
)
def resolve(call: Call[ResolveRequest]) -> Answer:
    return Answer(200, service.resolve(call.path["id"], call.operator, call.body.note, call.at).view)
