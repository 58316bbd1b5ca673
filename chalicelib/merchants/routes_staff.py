"""Who works at a merchant, kept by operators and by merchants themselves; and the roles of whoever is asked to."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.identity.meeting import masked
from chalicelib.kernel.callers import Customer, Merchant, Operator
from chalicelib.kernel.errors import (
    InvalidOrExpired,
    InvalidState,
    NotFound,
    SecondPersonRequired,
    TooManyRequests,
)
from chalicelib.merchants import staff
from chalicelib.merchants.model_staff import AcceptRole, Member, NewStaff, RoleView, StaffChange, StaffView

room = Room("merchants_staff", function="access")
_ALL = "/v1/merchants/{id}/staff"
_ONE = _ALL + "/{staff_id}"


@room.route(
    "POST",
    _ALL,
    body=NewStaff,
    answers={201: StaffView},
    caller=Operator | Merchant,
    permission="merchants.keep-staff",
    errors=(InvalidState, SecondPersonRequired, TooManyRequests),
    summary="Invite somebody to work at a merchant: a code goes to their e-mail address or telephone",
)
def invite(call: Call[NewStaff]) -> Answer:
    caller, merchant_id = call.merchant_or_operator, call.path["id"]
    kept = staff.invite(caller, merchant_id, call.body, call.source_address, call.language, call.at)
    return Answer(201, _shown(kept, call.language))


@room.route(
    "GET",
    _ALL,
    answers={200: StaffView},
    caller=Operator | Merchant,
    permission="merchants.see-staff",
    listing=True,
    summary="Who works at a merchant, newest first",
)
def listed(call: Call[None]) -> Answer:
    page = call.page
    found, following = staff.listed(call.merchant_or_operator, call.path["id"], page.cursor, page.limit)
    return Answer(200, page.envelope([_shown(one, call.language) for one in found], following))


@room.route(
    "PATCH",
    _ONE,
    body=StaffChange,
    answers={200: StaffView},
    caller=Operator | Merchant,
    permission="merchants.keep-staff",
    errors=(InvalidState, SecondPersonRequired),
    summary="Give another role or other stores; sessions at tills end",
)
def change(call: Call[StaffChange]) -> Answer:
    merchant_id, staff_id = call.path["id"], call.path["staff_id"]
    now = staff.change(call.merchant_or_operator, merchant_id, staff_id, call.body, call.at)
    return Answer(200, _shown(now, call.language))


@room.route(
    "DELETE",
    _ONE,
    answers={204: None},
    caller=Operator | Merchant,
    permission="merchants.keep-staff",
    errors=(InvalidState,),
    summary="Revoke a role at once, with its sessions at tills",
)
def revoke(call: Call[None]) -> Answer:
    staff.revoke(call.merchant_or_operator, call.path["id"], call.path["staff_id"], call.at)
    return Answer(204)


@room.route(
    "GET",
    "/v1/me/staff-roles",
    answers={200: RoleView},
    caller=Customer,
    listing=True,
    summary="Where I work, and where I am asked to",
)
def roles(call: Call[None]) -> Answer:
    return Answer(200, call.page.envelope(staff.roles(call.customer), None))


@room.route(
    "POST",
    "/v1/me/staff-roles/{staff_id}/accept",
    body=AcceptRole,
    answers={200: RoleView},
    caller=Customer,
    errors=(NotFound, InvalidOrExpired),
    summary="Work for a merchant: with the code that came with the invitation",
)
def accept(call: Call[AcceptRole]) -> Answer:
    return Answer(200, staff.accept(call.customer, call.path["staff_id"], call.body.code, call.at))


def _shown(member: Member, language: str) -> StaffView:
    return member.view(masked(member.contact) if member.contact else "", language)
