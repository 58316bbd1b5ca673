"""The public status page's routes: nobody signs in for them."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.errors import InvalidOrExpired, NotFound, TooManyRequests
from chalicelib.operations import board, subscribing
from chalicelib.operations.model_board import BoardView, StoryView, ToldView, WindowView
from chalicelib.operations.model_subscribers import NewSubscription, ProofOfLink, SubscriptionView

room = Room("operations_status", function="access")


@room.route(
    "GET",
    "/v1/status/board",
    answers={200: BoardView},
    summary="How each thing is just now, open incidents with every update, and planned maintenance",
)
def whole_board(call: Call[None]) -> Answer:
    return Answer(200, board.board(call.language, call.at))


@room.route(
    "GET",
    "/v1/status/incidents",
    answers={200: ToldView},
    listing=True,
    summary="Incidents of the last 90 days, newest first",
)
def told_incidents(call: Call[None]) -> Answer:
    found, following = board.incidents(call.language, call.page.cursor, call.page.limit, call.at)
    return Answer(200, call.page.envelope(found, following))


@room.route(
    "GET",
    "/v1/status/incidents/{id}",
    answers={200: StoryView},
    errors=(NotFound,),
    summary="An incident with everything that was told of it, newest first",
)
def told_incident(call: Call[None]) -> Answer:
    return Answer(200, board.incident(call.path["id"], call.language, call.at))


@room.route(
    "GET",
    "/v1/status/maintenance-windows",
    answers={200: WindowView},
    listing=True,
    summary="Maintenance that was announced, newest first",
)
def told_windows(call: Call[None]) -> Answer:
    found, following = board.windows(call.language, call.page.cursor, call.page.limit, call.at)
    return Answer(200, call.page.envelope(found, following))


@room.route(
    "POST",
    "/v1/status/subscriptions",
    body=NewSubscription,
    answers={202: SubscriptionView},
    errors=(TooManyRequests,),
    summary="Be told of incidents and maintenance by e-mail, once the link that is sent there is opened",
)
def subscribe(call: Call[NewSubscription]) -> Answer:
    subscribing.ask(call.body, call.source_address, call.at)
    return Answer(202, SubscriptionView("sent"))


@room.route(
    "POST",
    "/v1/status/subscriptions/{id}/confirm",
    body=ProofOfLink,
    answers={200: SubscriptionView},
    errors=(InvalidOrExpired,),
    summary="Confirm a subscription with the code of its link",
)
def confirm_subscription(call: Call[ProofOfLink]) -> Answer:
    subscribing.confirm(call.path["id"], call.body.code, call.at)
    return Answer(200, SubscriptionView("confirmed"))


@room.route(
    "POST",
    "/v1/status/subscriptions/{id}/end",
    body=ProofOfLink,
    answers={200: SubscriptionView},
    errors=(InvalidOrExpired,),
    summary="End a subscription with the code of the link in every message: the address is deleted",
)
def end_subscription(call: Call[ProofOfLink]) -> Answer:
    subscribing.end(call.path["id"], call.body.code)
    return Answer(200, SubscriptionView("ended"))
