"""Signing in with a second factor or a passkey, stepping up, and devices."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.identity import freezing, own_sessions, second_factor, step_up
from chalicelib.identity.model import SessionView, TokensView
from chalicelib.identity.model_devices import RenameRequest
from chalicelib.identity.model_factors import (
    AccessView,
    OptionsView,
    PasskeySignInRequest,
    SecondFactorRequest,
    StepUpRequest,
)
from chalicelib.identity.routes import Person, arrival, person_of
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import InvalidOrExpired, NotFound, StepUpRequired, TooManyRequests

room = Room("identity_entering", function="access")
_UNPROVED = (InvalidOrExpired, TooManyRequests)


@room.route(
    "POST",
    "/v1/sessions/second-factor",
    body=SecondFactorRequest,
    answers={201: TokensView},
    errors=_UNPROVED,
    summary="Sign in: answer the challenge with the second factor",
)
def second_half(call: Call[SecondFactorRequest]) -> Answer:
    return Answer(201, second_factor.enter(call.body, arrival(call, None, call.body.device_token), call.at))


@room.route(
    "POST",
    "/v1/sessions/passkey/options",
    answers={200: OptionsView},
    errors=(TooManyRequests,),
    summary="What a device needs to sign in with a passkey",
)
def passkey_options(call: Call[None]) -> Answer:
    return Answer(200, OptionsView(second_factor.options(call.source_address, call.at)))


@room.route(
    "POST",
    "/v1/sessions/passkey",
    body=PasskeySignInRequest,
    answers={201: TokensView},
    errors=(InvalidOrExpired,),
    summary="Sign in with a passkey",
)
def passkey(call: Call[PasskeySignInRequest]) -> Answer:
    wish = call.body
    arrived = arrival(call, wish.device_name, wish.device_token)
    return Answer(201, second_factor.enter_by_passkey(wish.credential, arrived, call.at))


@room.route(
    "POST",
    "/v1/me/step-up/options",
    answers={200: OptionsView},
    caller=Customer,
    summary="What a device needs to step up with a passkey",
)
def step_up_options(call: Call[None]) -> Answer:
    return Answer(200, OptionsView(step_up.options(call.customer.user_id, call.at)))


@room.route(
    "POST",
    "/v1/me/step-up",
    body=StepUpRequest,
    answers={200: AccessView},
    caller=Customer,
    errors=_UNPROVED,
    summary="Prove that it is me, for five minutes of large payments",
)
def stepped_up(call: Call[StepUpRequest]) -> Answer:
    return Answer(200, step_up.step_up(call.customer, call.body, call.at))


@room.route("POST", "/v1/me/freeze", answers={204: None}, caller=Customer, summary="Freeze all my wallets at once")
def freeze(call: Call[None]) -> Answer:
    freezing.freeze(call.customer, call.at)
    return Answer(204)


@room.route(
    "DELETE",
    "/v1/me/freeze",
    answers={204: None},
    caller=Customer,
    errors=(StepUpRequired,),
    summary="Take my own freeze back",
)
def thaw(call: Call[None]) -> Answer:
    freezing.thaw(call.customer, call.at)
    return Answer(204)


@room.route(
    "PATCH",
    "/v1/sessions/{id}",
    body=RenameRequest,
    answers={200: SessionView},
    caller=Person,
    permission="account.own",
    errors=(NotFound,),
    summary="Name a device",
)
def rename(call: Call[RenameRequest]) -> Answer:
    person = person_of(call)
    renamed = own_sessions.rename(person.user_id, call.path["id"], call.body.device_name, call.at)
    return Answer(200, renamed.view(person.session_id))


@room.route(
    "DELETE",
    "/v1/sessions",
    answers={204: None},
    after_the_end=True,
    caller=Person,
    permission="account.own",
    summary="Sign out everywhere",
)
def sign_out_everywhere(call: Call[None]) -> Answer:
    person = person_of(call)
    own_sessions.sign_out_everywhere(person.user_id, person.session_id, call.at)
    return Answer(204)
