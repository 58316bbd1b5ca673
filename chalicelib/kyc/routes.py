"""What I have to add to be verified, what it unlocks, and handing it in. In *access*, which alone reads people."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Customer, Operator
from chalicelib.kernel.errors import InvalidState, NotFound, SecondPersonRequired, TooManyRequests
from chalicelib.kyc.model import (
    DocumentDecision,
    DocumentRequest,
    HandedInView,
    PersonsDocumentsView,
    PersonsDocumentView,
    VerificationView,
)

room = Room("kyc", function="access")


@room.route(
    "GET",
    "/v1/me/verification",
    answers={200: VerificationView},
    caller=Customer,
    summary="What I can add to be verified, and what it unlocks",
)
def verification(call: Call[None]) -> Answer:
    from chalicelib.kyc import requirements

    return Answer(200, requirements.of(call.customer.user_id, call.language, call.at))


@room.route(
    "POST",
    "/v1/me/verification/documents",
    body=DocumentRequest,
    answers={201: HandedInView},
    caller=Customer,
    errors=(TooManyRequests,),
    summary="Hand in a document; the answer says where to put its images",
)
def hand_in(call: Call[DocumentRequest]) -> Answer:
    from chalicelib.kyc import service

    return Answer(201, service.hand_in(call.customer.user_id, call.body, call.at))


@room.route(
    "POST",
    "/v1/me/verification/documents/{id}/submit",
    answers={200: HandedInView},
    caller=Customer,
    errors=(NotFound,),
    summary="Submit a document whose images are there",
)
def submit(call: Call[None]) -> Answer:
    from chalicelib.kyc import service

    return Answer(200, service.submit(call.customer.user_id, call.path["id"], call.at))


@room.route(
    "GET",
    "/v1/people/{id}/documents",
    answers={200: PersonsDocumentsView},
    caller=Operator,
    permission="people.verify",
    errors=(NotFound, SecondPersonRequired),
    summary="What a person has handed in, in clear, to verify it by hand",
)
def of_person(call: Call[None]) -> Answer:
    from chalicelib.kyc import service

    return Answer(200, PersonsDocumentsView(service.of_person(call.operator, call.path["id"], call.at)))


@room.route(
    "POST",
    "/v1/people/{id}/documents/{document_id}/decision",
    body=DocumentDecision,
    answers={200: PersonsDocumentView},
    caller=Operator,
    permission="people.verify",
    errors=(InvalidState, NotFound, SecondPersonRequired),
    summary="Verify or refuse a document by hand, with a reason",
)
def decide(call: Call[DocumentDecision]) -> Answer:
    from chalicelib.kyc import service

    return Answer(200, service.decide(call.operator, call.path["id"], call.path["document_id"], call.body, call.at))
