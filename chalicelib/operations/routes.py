"""How Coffer is, for everybody who asks."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.operations import service
from chalicelib.operations.model import StatusView

room = Room("operations", function="access")


@room.route(
    "GET",
    "/v1/status",
    answers={200: StatusView},
    summary="How Coffer is just now: incidents and maintenance, at most 15 s old",
)
def status(call: Call[None]) -> Answer:
    return Answer(200, service.status(call.language, call.at))
