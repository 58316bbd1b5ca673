"""My names: seeing them, changing one, adding a second."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.identity import identifiers
from chalicelib.identity.model_identifiers import (
    ChangeProof,
    ChangeRequest,
    ChangeView,
    ContactsView,
    SentView,
    contact_view,
)
from chalicelib.identity.routes import Person, person_of
from chalicelib.kernel.errors import InvalidOrExpired, NotFound, TooManyRequests

room = Room("identity_identifiers", function="access")


@room.route(
    "GET",
    "/v1/me/identifiers",
    answers={200: ContactsView},
    caller=Person,
    permission="account.own",
    summary="My phone and e-mail, and a change on its way",
)
def contacts(call: Call[None]) -> Answer:
    user, pending = identifiers.contacts(person_of(call).user_id)
    shown = tuple(contact_view(one) for one in user.contacts)
    return Answer(200, ContactsView(shown, pending.view if pending else None))


@room.route(
    "POST",
    "/v1/me/identifiers",
    body=ChangeRequest,
    answers={202: SentView},
    caller=Person,
    permission="account.own",
    errors=(TooManyRequests,),
    summary="Change my phone or e-mail, or add one: codes go to the old and to the new one",
)
def ask(call: Call[ChangeRequest]) -> Answer:
    identifiers.ask(person_of(call).user_id, call.body.identifier, call.source_address, call.at)
    return Answer(202, SentView("verification_sent"))


@room.route(
    "POST",
    "/v1/me/identifiers/confirm",
    body=ChangeProof,
    answers={200: ChangeView},
    caller=Person,
    permission="account.own",
    errors=(InvalidOrExpired,),
    summary="Prove the new one, and the old one too or wait 72 hours",
)
def confirm(call: Call[ChangeProof]) -> Answer:
    return Answer(200, identifiers.confirm(person_of(call).user_id, call.body, call.at))


@room.route(
    "DELETE",
    "/v1/me/identifiers/second",
    answers={204: None},
    caller=Person,
    permission="account.own",
    errors=(NotFound,),
    summary="Take my second contact away, in 72 hours",
)
def remove_second(call: Call[None]) -> Answer:
    identifiers.remove_second(person_of(call).user_id, call.at)
    return Answer(204)


@room.route(
    "DELETE",
    "/v1/me/identifiers/pending",
    answers={204: None},
    caller=Person,
    permission="account.own",
    errors=(NotFound,),
    summary="Stop a change that waits",
)
def cancel(call: Call[None]) -> Answer:
    identifiers.cancel(person_of(call).user_id, call.at)
    return Answer(204)
