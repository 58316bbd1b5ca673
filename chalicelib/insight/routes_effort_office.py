"""How tasks go, for operators."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.insight import effort
from chalicelib.insight.model_effort import EffortReport
from chalicelib.kernel.callers import Operator

room = Room("insight_effort_office", function="office")
_DAY = {"schema": {"type": "string", "format": "date", "maxLength": 10}}


@room.route(
    "GET",
    "/v1/reports/tasks",
    answers={200: EffortReport},
    caller=Operator,
    permission="reports.see-tasks",
    query=("from", "to"),
    parameters={"from": _DAY, "to": _DAY},
    summary="How long tasks take, which are given up, and how easy people find them",
)
def report(call: Call[None]) -> Answer:
    return Answer(200, effort.report(call.query.get("from"), call.query.get("to"), call.at))
