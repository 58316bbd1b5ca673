"""Reports of regular checks, for operators."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound
from chalicelib.operations import reviews
from chalicelib.operations.model_reviews_views import ReviewLineView, ReviewView

room = Room("operations_reviews", function="office")

_KIND = {"schema": {"type": "string", "enum": ["access", "load"]}}


@room.route(
    "GET",
    "/v1/reviews",
    answers={200: ReviewLineView},
    caller=Operator,
    permission="reviews.see",
    listing=True,
    query=("kind",),
    parameters={"kind": _KIND},
    summary="Reports of regular checks, newest first: of access, or of load on a probe stage",
)
def listed(call: Call[None]) -> Answer:
    found, following = reviews.listed(call.query.get("kind"), call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope(found, following))


@room.route(
    "POST",
    "/v1/reviews",
    answers={202: ReviewLineView},
    caller=Operator,
    permission="reviews.ask",
    errors=(InvalidState,),
    summary="Ask for a review of access; it begins within five minutes",
)
def ask(call: Call[None]) -> Answer:
    return Answer(202, reviews.asked(call.operator, call.at))


@room.route(
    "GET",
    "/v1/reviews/{id}",
    answers={200: ReviewView},
    caller=Operator,
    permission="reviews.see",
    errors=(NotFound,),
    summary="One report: its figures, what was found, and the case of each finding",
)
def one(call: Call[None]) -> Answer:
    return Answer(200, reviews.one(call.path["id"]))
