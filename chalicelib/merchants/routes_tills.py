"""Signing in at a till, and ending what was begun there."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Customer, Merchant, Operator
from chalicelib.kernel.errors import Forbidden, InvalidState, NotFound, TooManyRequests, WalletFrozen
from chalicelib.merchants import tills
from chalicelib.merchants.model_staff import CurrentTillView, KnownTillView, NewTill, TillView

room = Room("merchants_tills", function="access")


@room.route(
    "POST",
    "/v1/staff-sessions",
    body=NewTill,
    answers={201: TillView},
    caller=Customer,
    errors=(NotFound, Forbidden, InvalidState, TooManyRequests, WalletFrozen),
    summary="Begin a session at a till, in a role of mine",
)
def begin(call: Call[NewTill]) -> Answer:
    return Answer(201, tills.begin(call.customer, call.body, call.source_address, call.at))


@room.route(
    "GET",
    "/v1/staff-sessions/current",
    answers={200: CurrentTillView},
    caller=Merchant,
    errors=(NotFound,),
    summary="Who is at this till",
)
def current(call: Call[None]) -> Answer:
    return Answer(200, tills.current(call.merchant))


@room.route(
    "DELETE",
    "/v1/staff-sessions/current",
    answers={204: None},
    caller=Merchant,
    errors=(NotFound,),
    summary="End the session at this till",
)
def end_current(call: Call[None]) -> Answer:
    tills.end_current(call.merchant, call.at)
    return Answer(204)


@room.route(
    "GET",
    "/v1/merchants/{id}/staff-sessions",
    answers={200: KnownTillView},
    caller=Operator | Merchant,
    permission="merchants.see-staff",
    listing=True,
    summary="Sessions at tills, newest first",
)
def listed(call: Call[None]) -> Answer:
    page = call.page
    found, following = tills.listed(call.merchant_or_operator, call.path["id"], page.cursor, page.limit, call.at)
    return Answer(200, page.envelope(found, following))


@room.route(
    "DELETE",
    "/v1/merchants/{id}/staff-sessions/{session_id}",
    answers={204: None},
    caller=Operator | Merchant,
    permission="merchants.keep-staff",
    summary="End a session at a till, at once",
)
def end(call: Call[None]) -> Answer:
    tills.end(call.merchant_or_operator, call.path["id"], call.path["session_id"], call.at)
    return Answer(204)
