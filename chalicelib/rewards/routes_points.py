"""Points, for customers."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import (
    CouponsExhausted,
    InsufficientPoints,
    InvalidRequest,
    InvalidState,
    NotFound,
    WalletFrozen,
)
from chalicelib.kernel.idempotency import Receipt
from chalicelib.rewards import points
from chalicelib.rewards.model_points_views import AllPointsView, PointsEntryView, RedemptionRequest, RedemptionView

room = Room("rewards_points", function="money")


@room.route(
    "GET",
    "/v1/points",
    answers={200: AllPointsView},
    caller=Customer,
    summary="My points: how many, when they run out, how more come, and what there is for them",
)
def mine(call: Call[None]) -> Answer:
    return Answer(200, AllPointsView(points.mine(call.customer, call.language, call.at)))


@room.route(
    "GET",
    "/v1/points/entries",
    answers={200: PointsEntryView},
    caller=Customer,
    listing=True,
    query=("programme_id",),
    parameters={"programme_id": {"required": True}},
    errors=(NotFound,),
    summary="What became of my points in a programme, newest first",
)
def entries(call: Call[None]) -> Answer:
    if "programme_id" not in call.query:
        raise InvalidRequest(param="programme_id")
    wanted, page = call.query["programme_id"], call.page
    found, following = points.entries(call.customer, wanted, page.cursor, page.limit, call.language)
    return Answer(200, page.envelope(found, following))


@room.route(
    "POST",
    "/v1/points/redemptions",
    body=RedemptionRequest,
    answers={201: RedemptionView},
    caller=Customer,
    moves_money=True,
    errors=(NotFound, InsufficientPoints, CouponsExhausted, InvalidState, WalletFrozen),
    summary="Take a coupon for points",
)
def redeem(call: Call[RedemptionRequest]) -> Receipt:
    return points.redeem(call.customer, call.body, call.key, call.at)
