"""Signing up, and the profile."""

from __future__ import annotations

from typing import Any

import msgspec

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.identity import profile as profile_changes
from chalicelib.identity import service, signing_up
from chalicelib.identity.model import (
    ProfileRequest,
    SignUpRequest,
    SignUpView,
    User,
    UserView,
    VerifyRequest,
    WelcomeView,
)
from chalicelib.identity.model_arrivals import Arrival, country_of, place_of
from chalicelib.kernel.callers import Customer, Merchant, Operator
from chalicelib.kernel.capabilities import Begins
from chalicelib.kernel.errors import Forbidden, InvalidOrExpired, TooManyRequests
from chalicelib.policy import service as policy

room = Room("identity", function="access")
Person = Customer | Operator


@room.route(
    "POST",
    "/v1/users",
    body=SignUpRequest,
    answers={202: SignUpView},
    errors=(TooManyRequests,),
    begins=Begins("sign-ups"),
    summary="Sign up",
)
def sign_up(call: Call[SignUpRequest]) -> Answer:
    signing_up.sign_up(call.body, call.source_address, call.at)
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
    return Answer(201, signing_up.verify(call.body, user_agent(call), call.at, call.source_address))


@room.route("GET", "/v1/me", answers={200: UserView}, caller=Person, permission="account.own", summary="My profile")
def profile(call: Call[None]) -> Answer:
    return Answer(200, _shown(call, service.profile(person_of(call).user_id)))


@room.route(
    "PATCH",
    "/v1/me",
    body=ProfileRequest,
    answers={200: UserView},
    caller=Person,
    permission="account.own",
    summary="Change my profile",
)
def change_profile(call: Call[ProfileRequest]) -> Answer:
    return Answer(200, _shown(call, profile_changes.change(person_of(call).user_id, call.body, call.at)))


def _shown(call: Call[Any], user: User) -> UserView:
    """With what is large for a customer: operators move no money."""
    if not isinstance(call.caller, Customer):
        return user.view
    return msgspec.structs.replace(user.view, large=policy.large(call.caller, call.at))


def person_of(call: Call[Any]) -> Person:
    """Who asks, where a customer and an operator are alike."""
    caller = call.caller
    if isinstance(caller, Merchant):
        raise Forbidden()
    return caller


def user_agent(call: Call[Any]) -> str:
    agent: str = call.headers.get("user-agent", "")
    return agent


def arrival(call: Call[Any], device_name: str | None, device_token: str | None = None) -> Arrival:
    """From which device, and from where as far as the CDN knows."""
    place, country = place_of(call.headers), country_of(call.headers)
    return Arrival(user_agent(call), device_name, place, device_token, call.source_address, country)
