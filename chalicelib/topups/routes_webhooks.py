"""Webhooks of processors."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.errors import InvalidSignature, NotFound
from chalicelib.topups import service
from chalicelib.topups.model import Acknowledged

room = Room("topups_webhooks", function="webhooks")


@room.route(
    "POST",
    "/v1/webhooks/{processor}",
    answers={200: Acknowledged, 204: None},
    summary="A processor's own signed event",
    errors=(NotFound, InvalidSignature),
    media={"text/plain": {"type": "string"}},
)
def webhook(call: Call[None]) -> Answer:
    told = service.receive(call.path["processor"], call.raw, call.headers, call.at)
    if not told.body:
        return Answer(told.status)
    return Answer(told.status, told.body, {"Content-Type": told.content_type})
