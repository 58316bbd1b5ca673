"""How processors do, for operators."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Operator
from chalicelib.processors import offers
from chalicelib.processors.model_offers import ProcessorsHealthView

room = Room("processors_office", function="office")


@room.route(
    "GET",
    "/v1/processors/health",
    answers={200: ProcessorsHealthView},
    caller=Operator,
    permission="processors.see",
    summary="How each processor does in the last minutes, and whether its breaker passes it over",
)
def report(call: Call[None]) -> Answer:
    return Answer(200, offers.report(call.at))
