"""The rota, for operators; and answering a page, for whoever holds its code."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidOrExpired, InvalidState, NotFound
from chalicelib.operations import on_call, paging
from chalicelib.operations.model_on_call import Acknowledgement, NewShift, OnCallView, PageView, ShiftView

room = Room("operations_on_call", function="office")


@room.route(
    "GET",
    "/v1/on-call",
    answers={200: OnCallView},
    caller=Operator,
    permission="on-call.see",
    summary="Who is on call and who is next, when nobody is, and which pages wait",
)
def rota(call: Call[None]) -> Answer:
    return Answer(200, on_call.looked_at(call.at))


@room.route(
    "GET",
    "/v1/on-call/shifts",
    answers={200: ShiftView},
    caller=Operator,
    permission="on-call.see",
    listing=True,
    summary="Who is on call, now and later, the first to end first",
)
def shifts(call: Call[None]) -> Answer:
    return Answer(200, call.page.envelope(*on_call.listed(call.at, call.page.cursor, call.page.limit)))


@room.route(
    "POST",
    "/v1/on-call/shifts",
    body=NewShift,
    answers={201: ShiftView},
    caller=Operator,
    permission="on-call.keep",
    summary="Put an operator on call",
)
def add_shift(call: Call[NewShift]) -> Answer:
    return Answer(201, on_call.added(call.operator, call.body, call.at).view(call.at))


@room.route(
    "DELETE",
    "/v1/on-call/shifts/{id}",
    answers={204: None},
    caller=Operator,
    permission="on-call.keep",
    errors=(NotFound,),
    summary="Take an operator off call",
)
def remove_shift(call: Call[None]) -> Answer:
    on_call.removed(call.operator, call.path["id"], call.at)
    return Answer(204, None)


@room.route(
    "POST",
    "/v1/pages/{id}/acknowledge",
    body=Acknowledgement,
    answers={200: PageView},
    errors=(NotFound, InvalidOrExpired, InvalidState),
    summary="Answer a page with the code of its link: nobody else is paged then",
)
def acknowledge(call: Call[Acknowledgement]) -> Answer:
    return Answer(200, paging.acknowledged(call.path["id"], call.body.code, call.at))
