"""Signing up, signing in and out, the profile."""

from __future__ import annotations

from typing import Any

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.identity import service
from chalicelib.identity.model import (
    ProfileRequest,
    RefreshRequest,
    SessionView,
    SignInRequest,
    SignUpRequest,
    SignUpView,
    TokensView,
    UserView,
    VerifyRequest,
    WelcomeView,
)
from chalicelib.kernel.callers import Customer, Merchant, Operator
from chalicelib.kernel.errors import (
    Forbidden,
    InvalidCredentials,
    InvalidOrExpired,
    InvalidToken,
    NotFound,
)

room = Room("identity", function="access")
Person = Customer | Operator


@room.route("POST", "/v1/users", body=SignUpRequest, answers={202: SignUpView}, summary="Sign up")
def sign_up(call: Call[SignUpRequest]) -> Answer:
    service.sign_up(call.body, call.at)
    return Answer(202, SignUpView("verification_sent"))


@room.route(
    "POST",
    "/v1/users/verify",
    body=VerifyRequest,
    answers={201: WelcomeView},
    errors=(InvalidOrExpired,),
    summary="Prove an e-mail address or phone with the code sent there",
)
def verify(call: Call[VerifyRequest]) -> Answer:
    return Answer(201, service.verify(call.body, _user_agent(call), call.at))


@room.route(
    "POST",
    "/v1/sessions",
    body=SignInRequest,
    answers={201: TokensView},
    errors=(InvalidCredentials,),
    summary="Sign in",
)
def sign_in(call: Call[SignInRequest]) -> Answer:
    return Answer(201, service.sign_in(call.body, _user_agent(call), call.at))


@room.route(
    "POST",
    "/v1/sessions/refresh",
    body=RefreshRequest,
    answers={200: TokensView},
    errors=(InvalidToken,),
    summary="New tokens for a refresh token, which is used up",
)
def refresh(call: Call[RefreshRequest]) -> Answer:
    return Answer(200, service.refreshed(call.body.refresh_token, _user_agent(call), call.at))


@room.route(
    "GET", "/v1/sessions", answers={200: SessionView}, caller=Person, listing=True, summary="Where I am signed in"
)
def sessions(call: Call[None]) -> Answer:
    person = _person(call)
    found, following = service.sessions(person.user_id, call.page.cursor, call.page.limit, call.at)
    return Answer(200, call.page.envelope([session.view(person.session_id) for session in found], following))


@room.route("DELETE", "/v1/sessions/current", answers={204: None}, caller=Person, summary="Sign out")
def sign_out(call: Call[None]) -> Answer:
    person = _person(call)
    service.sign_out(person.user_id, person.session_id)
    return Answer(204)


@room.route(
    "DELETE", "/v1/sessions/{id}", answers={204: None}, caller=Person, errors=(NotFound,), summary="Sign out a device"
)
def sign_out_device(call: Call[None]) -> Answer:
    service.sign_out_device(_person(call).user_id, call.path["id"])
    return Answer(204)


@room.route("GET", "/v1/me", answers={200: UserView}, caller=Person, summary="My profile")
def profile(call: Call[None]) -> Answer:
    return Answer(200, service.profile(_person(call).user_id).view)


@room.route("PATCH", "/v1/me", body=ProfileRequest, answers={200: UserView}, caller=Person, summary="Change my profile")
def change_profile(call: Call[ProfileRequest]) -> Answer:
    return Answer(200, service.change_profile(_person(call).user_id, call.body).view)


def _person(call: Call[Any]) -> Person:
    caller = call.caller
    if isinstance(caller, Merchant):
        raise Forbidden()
    return caller


def _user_agent(call: Call[Any]) -> str:
    agent: str = call.headers.get("user-agent", "")
    return agent
