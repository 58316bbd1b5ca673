"""Where merchants' servers are told what happened, and what came of it.

What does it is imported when it is asked for: most of what the office answers is about other things.
"""

from __future__ import annotations

from typing import Any

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Merchant, Operator
from chalicelib.kernel.errors import InvalidState, TooManyRequests
from chalicelib.merchants.model_events import EventView
from chalicelib.merchants.model_webhooks import (
    AttemptView,
    EndpointChange,
    EndpointSecretView,
    EndpointView,
    NewEndpoint,
    RotateSecret,
)

room = Room("merchants_webhooks", function="office")
_ALL = "/v1/merchants/{id}/webhook-endpoints"
_ONE = _ALL + "/{endpoint_id}"


@room.route(
    "POST",
    _ALL,
    body=NewEndpoint,
    answers={201: EndpointSecretView},
    caller=Operator | Merchant,
    permission="merchants.keep-webhooks",
    errors=(InvalidState,),
    summary="Have a server told what happens to a merchant; its secret is shown this once",
)
def make(call: Call[NewEndpoint]) -> Answer:
    from chalicelib.merchants import endpoints

    return Answer(201, endpoints.make(call.merchant_or_operator, call.path["id"], call.body, call.at).shown(call.at))


@room.route(
    "GET",
    _ALL,
    answers={200: EndpointView},
    caller=Operator | Merchant,
    permission="merchants.see-webhooks",
    listing=True,
    summary="The servers that are told what happens to a merchant",
)
def listed(call: Call[None]) -> Answer:
    from chalicelib.merchants import endpoints

    found = endpoints.listed(call.merchant_or_operator, call.path["id"])
    return Answer(200, call.page.envelope([one.view(call.at) for one in found], None))


@room.route(
    "GET",
    _ONE,
    answers={200: EndpointView},
    caller=Operator | Merchant,
    permission="merchants.see-webhooks",
    summary="One of them, and how it does",
)
def endpoint(call: Call[None]) -> Answer:
    from chalicelib.merchants import endpoints

    return Answer(200, endpoints.endpoint(call.merchant_or_operator, *_named(call)).view(call.at))


@room.route(
    "PATCH",
    _ONE,
    body=EndpointChange,
    answers={200: EndpointView},
    caller=Operator | Merchant,
    permission="merchants.keep-webhooks",
    summary="Change what a server is told and where, or disable or enable it",
)
def change(call: Call[EndpointChange]) -> Answer:
    from chalicelib.merchants import endpoints

    return Answer(200, endpoints.change(call.merchant_or_operator, *_named(call), call.body, call.at).view(call.at))


@room.route(
    "DELETE",
    _ONE,
    answers={204: None},
    caller=Operator | Merchant,
    permission="merchants.keep-webhooks",
    summary="Tell a server nothing any more",
)
def remove(call: Call[None]) -> Answer:
    from chalicelib.merchants import endpoints

    endpoints.remove(call.merchant_or_operator, *_named(call), call.at)
    return Answer(204)


@room.route(
    "POST",
    _ONE + "/rotate",
    body=RotateSecret,
    answers={201: EndpointSecretView},
    caller=Operator | Merchant,
    permission="merchants.keep-webhooks",
    errors=(InvalidState,),
    summary="Replace the secret of a server; the old one signs along for some hours",
)
def rotate(call: Call[RotateSecret]) -> Answer:
    from chalicelib.merchants import endpoints

    rotated = endpoints.rotate(call.merchant_or_operator, *_named(call), call.body.overlap_hours, call.at)
    return Answer(201, rotated.shown(call.at))


@room.route(
    "POST",
    _ONE + "/test",
    answers={202: EventView},
    caller=Operator | Merchant,
    permission="merchants.keep-webhooks",
    errors=(InvalidState, TooManyRequests),
    summary="Send a server a ping",
)
def test(call: Call[None]) -> Answer:
    from chalicelib.merchants import endpoints

    return Answer(202, endpoints.test(call.merchant_or_operator, *_named(call), call.at).view)


@room.route(
    "GET",
    _ONE + "/deliveries",
    answers={200: AttemptView},
    caller=Operator | Merchant,
    permission="merchants.see-webhooks",
    listing=True,
    summary="Every attempt to tell a server, newest first, of the last thirty days",
)
def deliveries(call: Call[None]) -> Answer:
    from chalicelib.merchants import endpoints

    page = call.page
    found, following = endpoints.attempts(call.merchant_or_operator, *_named(call), page.cursor, page.limit)
    return Answer(200, page.envelope([one.view for one in found], following))


def _named(call: Call[Any]) -> tuple[str, str]:
    return call.path["id"], call.path["endpoint_id"]
