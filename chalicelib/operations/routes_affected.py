"""Who was affected by an incident, for operators: searching, looking, telling them."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound
from chalicelib.operations import affected
from chalicelib.operations.model_affected import AffectedPersonView, AffectedView, AffectedWish, NoticeWish

room = Room("operations_affected", function="office")


@room.route(
    "POST",
    "/v1/incidents/{id}/affected",
    body=AffectedWish,
    answers={202: AffectedView},
    caller=Operator,
    permission="status.keep",
    errors=(NotFound, InvalidState),
    summary="Search who was affected by an incident; it begins within a minute",
)
def search(call: Call[AffectedWish]) -> Answer:
    return Answer(202, affected.begin(call.operator, call.path["id"], call.body, call.at).view)


@room.route(
    "GET",
    "/v1/incidents/{id}/affected",
    answers={200: AffectedView},
    caller=Operator,
    permission="status.see",
    errors=(NotFound,),
    summary="How many were affected by an incident, by kind and outcome",
)
def counts(call: Call[None]) -> Answer:
    return Answer(200, affected.found(call.path["id"]).view)


@room.route(
    "GET",
    "/v1/incidents/{id}/affected/people",
    answers={200: AffectedPersonView},
    caller=Operator,
    permission="movements.see",
    listing=True,
    errors=(NotFound,),
    summary="Who was affected by an incident: ids alone, with their movements",
)
def people(call: Call[None]) -> Answer:
    page = call.page
    found, following = affected.people(call.operator, call.path["id"], page.cursor, page.limit, call.at)
    return Answer(200, page.envelope(found, following))


@room.route(
    "POST",
    "/v1/incidents/{id}/affected/notify",
    body=NoticeWish,
    answers={202: AffectedView},
    caller=Operator,
    permission="status.keep",
    errors=(NotFound, InvalidState),
    summary="Tell whoever was affected what was told of the incident last, once each",
)
def notify(call: Call[NoticeWish]) -> Answer:
    return Answer(202, affected.notify(call.operator, call.path["id"], call.body, call.at).view)
