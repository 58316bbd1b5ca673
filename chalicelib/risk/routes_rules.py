"""The rules of risk, for operators."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound
from chalicelib.risk import ruling
from chalicelib.risk.model_rules import RuleRequest, RuleView

room = Room("risk_rules", function="office")


@room.route(
    "GET",
    "/v1/risk/rules",
    answers={200: RuleView},
    caller=Operator,
    permission="risk.see",
    listing=True,
    summary="Every rule, with its parameters and how often it was right",
)
def listed(call: Call[None]) -> Answer:
    return Answer(200, call.page.envelope(*ruling.listed(call.page.cursor, call.page.limit, call.language)))


@room.route(
    "PATCH",
    "/v1/risk/rules/{name}",
    body=RuleRequest,
    answers={200: RuleView},
    caller=Operator,
    permission="risk.keep",
    errors=(NotFound, InvalidState),
    summary="Turn a rule on or off, put it on trial, or set its parameters",
)
def change(call: Call[RuleRequest]) -> Answer:
    return Answer(200, ruling.changed(call.operator, call.path["name"], call.body, call.at, call.language))
