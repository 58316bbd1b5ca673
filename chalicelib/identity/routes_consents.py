"""What I agree to, and what I said of it."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.identity import consents
from chalicelib.identity.model_consents import ConsentRequest, ConsentView, DocumentsView
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import NotFound

room = Room("identity_consents", function="access")


@room.route("GET", "/v1/documents", answers={200: DocumentsView}, summary="Terms and notices in force")
def documents(call: Call[None]) -> Answer:
    return Answer(200, DocumentsView([one.view(call.language) for one in consents.documents(call.at)]))


@room.route(
    "GET",
    "/v1/me/consents",
    answers={200: ConsentView},
    caller=Customer,
    listing=True,
    summary="What I agreed to and took back, newest first",
)
def listed(call: Call[None]) -> Answer:
    found, following = consents.listed(call.customer.user_id, call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope([one.view for one in found], following))


@room.route(
    "POST",
    "/v1/me/consents",
    body=ConsentRequest,
    answers={201: ConsentView},
    caller=Customer,
    errors=(NotFound,),
    summary="Agree to a document, or take it back",
)
def say(call: Call[ConsentRequest]) -> Answer:
    return Answer(201, consents.say(call.customer.user_id, call.body, call.at).view)
