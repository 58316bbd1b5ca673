"""How tasks went, told by the pages: by anybody, of nobody."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.insight import effort
from chalicelib.insight.model_effort import TaskEvents
from chalicelib.kernel.errors import TooManyRequests

room = Room("insight_effort", function="access")


@room.route(
    "POST",
    "/v1/task-events",
    body=TaskEvents,
    answers={204: None},
    errors=(TooManyRequests,),
    summary="Tell how long tasks took and how easy they were, without saying who",
)
def tell(call: Call[TaskEvents]) -> Answer:
    effort.told(call.body.events, call.source_address, call.at)
    return Answer(204)
