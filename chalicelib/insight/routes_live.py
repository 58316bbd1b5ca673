"""The live report, for operators."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.insight import live
from chalicelib.insight.model_live import LiveView
from chalicelib.kernel.callers import Operator

room = Room("insight_live", function="office")


@room.route(
    "GET",
    "/v1/reports/live",
    answers={200: LiveView},
    caller=Operator,
    permission="reports.see",
    summary="As it is now: what moved in the last minutes, hours and days, what is held, what waits",
)
def report(call: Call[None]) -> Answer:
    return Answer(200, live.report(call.at))
