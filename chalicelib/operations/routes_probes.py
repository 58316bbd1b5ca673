"""The checks of the whole, for operators."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Operator
from chalicelib.operations import probes
from chalicelib.operations.model_probes import ProbesView

room = Room("operations_probes", function="office")


@room.route(
    "GET",
    "/v1/probes",
    answers={200: ProbesView},
    caller=Operator,
    permission="status.see",
    summary="The last checks that top up, pay and refund a cent, step by step",
)
def shown(call: Call[None]) -> Answer:
    return Answer(200, probes.shown())
