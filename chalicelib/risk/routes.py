"""Freezes, for operators."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound, SecondPersonRequired
from chalicelib.risk import service
from chalicelib.risk.model import FreezeRequest, FreezeView, KeepRequest, LiftRequest

room = Room("risk", function="office")


@room.route(
    "POST",
    "/v1/freezes",
    body=FreezeRequest,
    answers={201: FreezeView},
    caller=Operator,
    permission="freezes.keep",
    errors=(NotFound, InvalidState),
    summary="Freeze a wallet, for a reason that its owner may read",
)
def freeze(call: Call[FreezeRequest]) -> Answer:
    return Answer(201, service.frozen(call.operator, call.body, call.at))


@room.route(
    "GET",
    "/v1/freezes/{wallet_id}",
    answers={200: FreezeView},
    caller=Operator,
    permission="freezes.see",
    errors=(SecondPersonRequired,),
    summary="The last freeze of a wallet",
)
def seen(call: Call[None]) -> Answer:
    return Answer(200, service.seen(call.operator, call.path["wallet_id"]))


@room.route(
    "POST",
    "/v1/freezes/{wallet_id}/lift",
    body=LiftRequest,
    answers={200: FreezeView},
    caller=Operator,
    permission="freezes.keep",
    errors=(InvalidState, SecondPersonRequired),
    summary="Lift a freeze",
)
def lift(call: Call[LiftRequest]) -> Answer:
    return Answer(200, service.lifted(call.operator, call.path["wallet_id"], call.body.note, call.at))


@room.route(
    "POST",
    "/v1/freezes/{wallet_id}/keep",
    body=KeepRequest,
    answers={200: FreezeView},
    caller=Operator,
    permission="freezes.keep",
    errors=(InvalidState,),
    summary="Write down why a wallet stays frozen, and when it is looked at again",
)
def keep(call: Call[KeepRequest]) -> Answer:
    return Answer(200, service.kept(call.operator, call.path["wallet_id"], call.body, call.at))
