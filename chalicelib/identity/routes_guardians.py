"""My guardian, my wards, and the payments that wait for me."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.identity import approvals, guardians, step_up
from chalicelib.identity.model_guardians import (
    ApprovalView,
    GuardianRequest,
    GuardianView,
    WardView,
    approval_view,
    ward_view,
)
from chalicelib.identity.routes import Person, person_of
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import InvalidState, NotFound, StepUpRequired, TooManyRequests

room = Room("identity_guardians", function="access")


@room.route("GET", "/v1/me/guardian", answers={200: GuardianView}, caller=Customer, summary="Who guards me")
def guardian(call: Call[None]) -> Answer:
    return Answer(200, guardians.of(call.customer.user_id, call.at))


@room.route(
    "POST",
    "/v1/me/guardian",
    body=GuardianRequest,
    answers={202: GuardianView},
    caller=Customer,
    errors=(InvalidState, TooManyRequests),
    summary="Ask somebody to be my guardian",
)
def ask(call: Call[GuardianRequest]) -> Answer:
    guardians.ask(call.customer.user_id, call.body.identifier, call.source_address, call.at)
    return Answer(202, guardians.of(call.customer.user_id, call.at))


@room.route(
    "DELETE",
    "/v1/me/guardian",
    answers={204: None},
    caller=Customer,
    errors=(NotFound,),
    summary="Have no guardian any more, a day from now",
)
def leave(call: Call[None]) -> Answer:
    guardians.leave(call.customer.user_id, call.at)
    return Answer(204)


@room.route(
    "GET",
    "/v1/me/wards",
    answers={200: WardView},
    caller=Person,
    permission="wards.guard",
    listing=True,
    summary="Whom I guard",
)
def wards(call: Call[None]) -> Answer:
    page = call.page
    found, following = guardians.wards(person_of(call).user_id, page.cursor, page.limit, call.at)
    return Answer(200, page.envelope([ward_view(ward, bond) for ward, bond in found], following))


@room.route(
    "POST",
    "/v1/me/wards/{id}/accept",
    answers={204: None},
    caller=Person,
    permission="wards.guard",
    errors=(NotFound, InvalidState),
    summary="Be somebody's guardian",
)
def accept(call: Call[None]) -> Answer:
    guardians.accept(person_of(call).user_id, call.path["id"], call.at)
    return Answer(204)


@room.route(
    "DELETE",
    "/v1/me/wards/{id}",
    answers={204: None},
    caller=Person,
    permission="wards.guard",
    errors=(NotFound,),
    summary="Be somebody's guardian no more, a day from now; or decline",
)
def give_up(call: Call[None]) -> Answer:
    guardians.give_up(person_of(call).user_id, call.path["id"], call.at)
    return Answer(204)


@room.route(
    "GET",
    "/v1/me/approvals",
    answers={200: ApprovalView},
    caller=Person,
    permission="wards.guard",
    listing=True,
    summary="Payments of my wards that I was asked about, newest first",
)
def listed(call: Call[None]) -> Answer:
    page = call.page
    found, following = approvals.listed(person_of(call).user_id, page.cursor, page.limit)
    return Answer(200, page.envelope([approval_view(one, call.at) for one in found], following))


@room.route(
    "POST",
    "/v1/me/approvals/{id}/approve",
    answers={200: ApprovalView},
    caller=Person,
    permission="wards.guard",
    errors=(NotFound, InvalidState, StepUpRequired),
    summary="Agree to a payment",
)
def approve(call: Call[None]) -> Answer:
    step_up.careful(person_of(call), call.at)
    decided = approvals.decide(person_of(call).user_id, call.path["id"], "approved", call.at)
    return Answer(200, approval_view(decided, call.at))


@room.route(
    "POST",
    "/v1/me/approvals/{id}/decline",
    answers={200: ApprovalView},
    caller=Person,
    permission="wards.guard",
    errors=(NotFound, InvalidState),
    summary="Decline a payment",
)
def decline(call: Call[None]) -> Answer:
    decided = approvals.decide(person_of(call).user_id, call.path["id"], "declined", call.at)
    return Answer(200, approval_view(decided, call.at))
