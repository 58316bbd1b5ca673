"""What happened to a merchant: to catch up by, and to have told once more."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Merchant, Operator
from chalicelib.kernel.errors import InvalidState, TooManyRequests
from chalicelib.merchants.model_events import EVENT_TYPES, EventView
from chalicelib.merchants.model_webhooks import Redelivery, RedeliveryView

room = Room("merchants_events", function="office")


@room.route(
    "GET",
    "/v1/merchants/{id}/events",
    answers={200: EventView},
    caller=Operator | Merchant,
    permission="merchants.see-webhooks",
    listing=True,
    query=("type", "after"),
    parameters={"type": {"schema": {"type": "string", "enum": list(EVENT_TYPES)}}},
    summary="What happened to a merchant, newest first, of the last ninety days",
)
def listed(call: Call[None]) -> Answer:
    from chalicelib.merchants import events

    caller, page = call.merchant_or_operator, call.page
    asked = (call.query.get("type"), call.query.get("after"))
    found, following = events.listed(caller, call.path["id"], *asked, page.cursor, page.limit, call.at)
    return Answer(200, page.envelope([one.view for one in found], following))


@room.route(
    "GET",
    "/v1/events/{id}",
    answers={200: EventView},
    caller=Operator | Merchant,
    permission="merchants.see-webhooks",
    summary="One thing that happened to a merchant",
)
def event(call: Call[None]) -> Answer:
    from chalicelib.merchants import events

    return Answer(200, events.event(call.merchant_or_operator, call.path["id"], call.at).view)


@room.route(
    "POST",
    "/v1/events/{id}/redeliver",
    body=Redelivery,
    answers={202: RedeliveryView},
    caller=Operator | Merchant,
    permission="merchants.redeliver",
    errors=(InvalidState, TooManyRequests),
    summary="Tell a merchant's servers once more what happened",
)
def redeliver(call: Call[Redelivery]) -> Answer:
    from chalicelib.merchants import events

    told = events.redeliver(call.merchant_or_operator, call.path["id"], call.body.endpoint_id, call.at)
    return Answer(202, RedeliveryView(call.path["id"], told))
