"""A forgotten password, and how good a new one is."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.identity import resets
from chalicelib.identity.model_resets import ConfirmRequest, ResetRequest, ResetView, StrengthRequest, StrengthView
from chalicelib.kernel.errors import InvalidOrExpired, TooManyRequests

room = Room("identity_passwords", function="access")


@room.route(
    "POST",
    "/v1/password-resets",
    body=ResetRequest,
    answers={202: ResetView},
    errors=(TooManyRequests,),
    summary="Ask for a code to set a new password",
)
def ask(call: Call[ResetRequest]) -> Answer:
    resets.ask(call.body, call.source_address, call.language, call.at)
    return Answer(202, ResetView("code_sent"))


@room.route(
    "POST",
    "/v1/password-resets/confirm",
    body=ConfirmRequest,
    answers={204: None},
    errors=(InvalidOrExpired,),
    summary="Set a new password with the code; every device is signed out",
)
def confirm(call: Call[ConfirmRequest]) -> Answer:
    resets.confirm(call.body, call.source_address, call.at)
    return Answer(204)


@room.route(
    "POST",
    "/v1/password-strength",
    body=StrengthRequest,
    answers={200: StrengthView},
    summary="How hard a password is to guess, with advice",
)
def measure(call: Call[StrengthRequest]) -> Answer:
    from chalicelib.identity import strength

    return Answer(200, strength.measured(call.body, call.language))
