"""People and operators, for operators. In *access*: finding somebody by name takes the pepper, which only it reads."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.identity import operators, people
from chalicelib.identity.model_people import (
    ColleagueView,
    EndingRequest,
    NewOperator,
    OperatorView,
    PermissionsView,
    PersonView,
    RevealRequest,
    RevealView,
    RoleChange,
    SearchRequest,
)
from chalicelib.kernel import roles
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import NotFound, TooManyRequests, WithoutSecondFactor

room = Room("identity_people", function="access")


@room.route(
    "POST",
    "/v1/people/searches",
    body=SearchRequest,
    answers={200: PersonView},
    caller=Operator,
    permission="people.see",
    errors=(NotFound, TooManyRequests),
    summary="Find a person by e-mail or phone; what is personal comes masked",
)
def found(call: Call[SearchRequest]) -> Answer:
    """Not in the address: addresses end up in logs and histories."""
    return Answer(200, people.found(call.operator, call.body.identifier, call.at))


@room.route(
    "GET",
    "/v1/people/{id}",
    answers={200: PersonView},
    caller=Operator,
    permission="people.see",
    summary="One person; what is personal comes masked",
)
def seen(call: Call[None]) -> Answer:
    return Answer(200, people.seen(call.operator, call.path["id"], call.at))


@room.route(
    "POST",
    "/v1/people/{id}/reveals",
    body=RevealRequest,
    answers={200: RevealView},
    caller=Operator,
    permission="people.reveal",
    errors=(TooManyRequests,),
    summary="See one masked field, for a reason that is kept",
)
def revealed(call: Call[RevealRequest]) -> Answer:
    value = people.revealed(call.operator, call.path["id"], call.body, call.at)
    return Answer(200, RevealView(call.body.field, value))


@room.route(
    "POST",
    "/v1/people/{id}/sessions/end",
    body=EndingRequest,
    answers={204: None},
    caller=Operator,
    permission="people.end-sessions",
    summary="Sign somebody out everywhere, for a reason that is kept",
)
def signed_out(call: Call[EndingRequest]) -> Answer:
    people.signed_out(call.operator, call.path["id"], call.body.reason, call.at)
    return Answer(204)


@room.route(
    "GET",
    "/v1/me/permissions",
    answers={200: PermissionsView},
    caller=Operator,
    permission="account.own",
    summary="What I may do as an operator",
)
def permitted(call: Call[None]) -> Answer:
    by = call.operator
    return Answer(200, PermissionsView(by.user_id, by.role, roles.granted(by.role)))


@room.route(
    "GET",
    "/v1/colleagues",
    answers={200: ColleagueView},
    caller=Operator,
    permission="on-call.see",
    listing=True,
    summary="Operators by name, as those who work together know them",
)
def colleagues(call: Call[None]) -> Answer:
    found, following = operators.colleagues(call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope(found, following))


@room.route(
    "GET",
    "/v1/operators",
    answers={200: OperatorView},
    caller=Operator,
    permission="operators.see",
    listing=True,
    summary="Who is an operator, and in which role",
)
def listed(call: Call[None]) -> Answer:
    known, following = operators.listed(call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope([one.view for one in known], following))


@room.route(
    "POST",
    "/v1/operators",
    body=NewOperator,
    answers={201: OperatorView},
    caller=Operator,
    permission="operators.appoint",
    errors=(NotFound, WithoutSecondFactor),
    summary="Make a person an operator, who has a second factor already",
)
def appointed(call: Call[NewOperator]) -> Answer:
    return Answer(201, operators.appointed(call.operator, call.body, call.at).view)


@room.route(
    "PATCH",
    "/v1/operators/{id}",
    body=RoleChange,
    answers={200: OperatorView},
    caller=Operator,
    permission="operators.appoint",
    summary="Give an operator another role, or take it away",
)
def changed(call: Call[RoleChange]) -> Answer:
    return Answer(200, operators.changed(call.operator, call.path["id"], call.body, call.at).view)
