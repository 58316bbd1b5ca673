"""Signing in, staying signed in, signing out."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.identity import sessions, signing_in
from chalicelib.identity.model import RefreshRequest, SessionView, SignInRequest, TokensView
from chalicelib.identity.model_factors import ChallengeView
from chalicelib.identity.routes import Person, arrival, person_of, user_agent
from chalicelib.kernel.errors import InvalidCredentials, InvalidToken, NotFound, TooManyRequests

room = Room("identity_sessions", function="access")


@room.route(
    "POST",
    "/v1/sessions",
    body=SignInRequest,
    answers={201: TokensView, 202: ChallengeView},
    errors=(InvalidCredentials, TooManyRequests),
    summary="Sign in",
)
def sign_in(call: Call[SignInRequest]) -> Answer:
    let_in = signing_in.sign_in(call.body, arrival(call, call.body.device_name, call.body.device_token), call.at)
    return Answer(202 if isinstance(let_in, ChallengeView) else 201, let_in)


@room.route(
    "POST",
    "/v1/sessions/refresh",
    body=RefreshRequest,
    answers={200: TokensView},
    errors=(InvalidToken,),
    summary="New tokens for a refresh token, which is used up",
)
def refresh(call: Call[RefreshRequest]) -> Answer:
    return Answer(200, sessions.refreshed(call.body.refresh_token, user_agent(call), call.at))


@room.route(
    "GET",
    "/v1/sessions",
    answers={200: SessionView},
    caller=Person,
    permission="account.own",
    listing=True,
    summary="Where I am signed in",
)
def listed(call: Call[None]) -> Answer:
    person = person_of(call)
    found, following = sessions.listed(person.user_id, call.page.cursor, call.page.limit, call.at)
    return Answer(200, call.page.envelope([session.view(person.session_id) for session in found], following))


@room.route(
    "DELETE",
    "/v1/sessions/current",
    answers={204: None},
    after_the_end=True,
    caller=Person,
    permission="account.own",
    summary="Sign out",
)
def sign_out(call: Call[None]) -> Answer:
    person = person_of(call)
    sessions.sign_out(person.user_id, person.session_id)
    return Answer(204)


@room.route(
    "DELETE",
    "/v1/sessions/{id}",
    answers={204: None},
    caller=Person,
    permission="account.own",
    errors=(NotFound,),
    summary="Sign out a device",
)
def sign_out_device(call: Call[None]) -> Answer:
    sessions.sign_out_device(person_of(call).user_id, call.path["id"], call.at, call.source_address)
    return Answer(204)
