"""Authenticator, recovery codes, payment PIN and passkeys: what a person sets up for themselves."""

from __future__ import annotations

from typing import Any

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.identity import (
    passkeys,
    pins,
    proofs,
    recovery_codes,
    service,
    step_up,
    store_factors,
    store_passkeys,
    store_sessions,
    totp,
)
from chalicelib.identity.model import User
from chalicelib.identity.model_factors import (
    CodeRequest,
    NewPasskeyRequest,
    OptionsView,
    PasskeysView,
    PasskeyView,
    PinRequest,
    ProofRequest,
    RecoveryCodesLeftView,
    RecoveryCodesView,
    TotpView,
)
from chalicelib.identity.routes import Person, person_of
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import (
    Forbidden,
    InvalidOrExpired,
    InvalidState,
    InvalidToken,
    NotFound,
    StepUpRequired,
    TooManyRequests,
)

room = Room("identity_factors", function="access")
_UNPROVED = (InvalidOrExpired, StepUpRequired, TooManyRequests)


@room.route(
    "POST",
    "/v1/me/totp",
    body=ProofRequest,
    answers={201: TotpView},
    caller=Person,
    permission="account.own",
    errors=(*_UNPROVED, InvalidState),
    summary="A secret for my authenticator, in force once confirmed",
)
def propose_totp(call: Call[ProofRequest]) -> Answer:
    step_up.careful(person_of(call), call.at)
    return Answer(201, totp.propose(_proved(call), call.at))


@room.route(
    "POST",
    "/v1/me/totp/confirm",
    body=CodeRequest,
    answers={204: None},
    caller=Person,
    permission="account.own",
    errors=_UNPROVED,
    summary="Put my authenticator in force with one of its codes",
)
def confirm_totp(call: Call[CodeRequest]) -> Answer:
    totp.confirm(_user(call), person_of(call).session_id, call.body.code, call.at)
    return Answer(204)


@room.route(
    "DELETE",
    "/v1/me/totp",
    body=ProofRequest,
    answers={204: None},
    caller=Person,
    permission="account.own",
    errors=(*_UNPROVED, NotFound, Forbidden),
    summary="Remove my authenticator",
)
def remove_totp(call: Call[ProofRequest]) -> Answer:
    user = _proved(call)
    totp.remove(user, call.at)
    return Answer(204)


@room.route(
    "POST",
    "/v1/me/recovery-codes",
    body=ProofRequest,
    answers={201: RecoveryCodesView},
    caller=Person,
    permission="account.own",
    errors=(*_UNPROVED, InvalidState),
    summary="Ten recovery codes, shown once, in the place of those before",
)
def renew_recovery_codes(call: Call[ProofRequest]) -> Answer:
    return Answer(201, RecoveryCodesView(recovery_codes.renew(_proved(call), call.at)))


@room.route(
    "GET",
    "/v1/me/recovery-codes",
    answers={200: RecoveryCodesLeftView},
    caller=Person,
    permission="account.own",
    summary="How many recovery codes are left",
)
def recovery_codes_left(call: Call[None]) -> Answer:
    return Answer(200, RecoveryCodesLeftView(store_factors.recovery_codes_left(person_of(call).user_id)))


@room.route(
    "PUT",
    "/v1/me/payment-pin",
    body=PinRequest,
    answers={204: None},
    caller=Customer,
    errors=_UNPROVED,
    summary="Set my payment PIN",
)
def put_pin(call: Call[PinRequest]) -> Answer:
    if call.body.current_pin is None:
        step_up.careful(call.customer, call.at)
    pins.put(_user(call), call.body, call.at)
    return Answer(204)


@room.route(
    "POST",
    "/v1/me/passkeys/options",
    body=ProofRequest,
    answers={200: OptionsView},
    caller=Person,
    permission="account.own",
    errors=_UNPROVED,
    summary="What a device needs to make a passkey",
)
def passkey_options(call: Call[ProofRequest]) -> Answer:
    step_up.careful(person_of(call), call.at)
    return Answer(200, OptionsView(passkeys.options_to_register(_proved(call), call.at)))


@room.route(
    "POST",
    "/v1/me/passkeys",
    body=NewPasskeyRequest,
    answers={201: PasskeyView},
    caller=Person,
    permission="account.own",
    errors=(InvalidOrExpired, InvalidState),
    summary="Register a passkey",
)
def register_passkey(call: Call[NewPasskeyRequest]) -> Answer:
    wish, person = call.body, person_of(call)
    made = passkeys.register(_user(call), person.session_id, wish.name, wish.credential, call.at)
    return Answer(201, made.view)


@room.route(
    "GET",
    "/v1/me/passkeys",
    answers={200: PasskeysView},
    caller=Person,
    permission="account.own",
    summary="My passkeys",
)
def listed_passkeys(call: Call[None]) -> Answer:
    """Newest first."""
    found = store_passkeys.every(person_of(call).user_id)
    return Answer(200, PasskeysView([passkey.view for passkey in found]))


@room.route(
    "DELETE",
    "/v1/me/passkeys/{id}",
    body=ProofRequest,
    answers={204: None},
    caller=Person,
    permission="account.own",
    errors=(*_UNPROVED, NotFound, Forbidden),
    summary="Remove a passkey",
)
def remove_passkey(call: Call[ProofRequest]) -> Answer:
    passkeys.remove(_proved(call), call.path["id"], call.at)
    return Answer(204)


def _user(call: Call[Any]) -> User:
    return service.profile(person_of(call).user_id)


def _proved(call: Call[ProofRequest]) -> User:
    person = person_of(call)
    user, session = store_sessions.user_and_session(person.user_id, person.session_id)
    if user is None or session is None:
        raise InvalidToken()
    stepped_up = isinstance(person, Customer) and person.stepped_up_until > call.at.timestamp()
    proofs.prove(user, call.body, session.proved or stepped_up, call.at)
    return user
