"""Who may be on a list, for the house alone."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound, SecondPersonRequired, Unavailable
from chalicelib.kyc import screening
from chalicelib.kyc.model_screening import ScreeningDecision, ScreeningView

room = Room("kyc_office", function="office")


@room.route(
    "GET",
    "/v1/screenings",
    answers={200: ScreeningView},
    caller=Operator,
    permission="screenings.see",
    listing=True,
    summary="People who may be on a list, and whom nobody has decided about",
)
def listed(call: Call[None]) -> Answer:
    found, following = screening.listed(call.operator, call.page.cursor, call.page.limit, call.at)
    return Answer(200, call.page.envelope(found, following))


@room.route(
    "GET",
    "/v1/screenings/{id}",
    answers={200: ScreeningView},
    caller=Operator,
    permission="screenings.see",
    errors=(NotFound,),
    summary="One person who may be on a list",
)
def seen(call: Call[None]) -> Answer:
    return Answer(200, screening.seen(call.operator, call.path["id"], call.at))


@room.route(
    "POST",
    "/v1/screenings/{id}/decision",
    body=ScreeningDecision,
    answers={200: ScreeningView},
    caller=Operator,
    permission="screenings.decide",
    errors=(InvalidState, NotFound, SecondPersonRequired, Unavailable),
    summary="Decide whether somebody is the one on the list, with a reason",
)
def decide(call: Call[ScreeningDecision]) -> Answer:
    return Answer(200, screening.decided(call.operator, call.path["id"], call.body, call.at))
