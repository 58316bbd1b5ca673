"""Programmes of points, for operators."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import AmountOutOfRange, CurrencyMismatch, InvalidState, LimitReached, NotFound
from chalicelib.rewards import programmes
from chalicelib.rewards.model_points_views import NewProgramme, NewReward, NewRule, ProgrammeView

room = Room("rewards_points_office", function="office")


@room.route(
    "POST",
    "/v1/points-programmes",
    body=NewProgramme,
    answers={201: ProgrammeView},
    caller=Operator,
    permission="rewards.keep",
    errors=(AmountOutOfRange, CurrencyMismatch, LimitReached),
    summary="Make a programme of points; what it promises never changes",
)
def make(call: Call[NewProgramme]) -> Answer:
    return Answer(201, programmes.make(call.operator, call.body, call.at))


@room.route(
    "GET",
    "/v1/points-programmes",
    answers={200: ProgrammeView},
    caller=Operator,
    permission="rewards.see",
    listing=True,
    summary="Programmes of points, stopped ones too, newest first",
)
def listed(call: Call[None]) -> Answer:
    found, following = programmes.listed(call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope(found, following))


@room.route(
    "GET",
    "/v1/points-programmes/{id}",
    answers={200: ProgrammeView},
    caller=Operator,
    permission="rewards.see",
    errors=(NotFound,),
    summary="One programme of points, and how many people have of it",
)
def one(call: Call[None]) -> Answer:
    return Answer(200, programmes.one(call.path["id"]))


@room.route(
    "POST",
    "/v1/points-programmes/{id}/stop",
    answers={200: ProgrammeView},
    caller=Operator,
    permission="rewards.keep",
    errors=(NotFound,),
    summary="Let nothing bring points of a programme any more; those that people have stay good",
)
def stop(call: Call[None]) -> Answer:
    return Answer(200, programmes.stop(call.operator, call.path["id"], call.at))


@room.route(
    "POST",
    "/v1/points-programmes/{id}/rules",
    body=NewRule,
    answers={201: ProgrammeView},
    caller=Operator,
    permission="rewards.keep",
    errors=(NotFound, AmountOutOfRange, LimitReached, InvalidState),
    summary="Let something bring points from now on",
)
def add_rule(call: Call[NewRule]) -> Answer:
    return Answer(201, programmes.add_rule(call.operator, call.path["id"], call.body, call.at))


@room.route(
    "POST",
    "/v1/points-programmes/{id}/rules/{rule}/end",
    answers={200: ProgrammeView},
    caller=Operator,
    permission="rewards.keep",
    errors=(NotFound,),
    summary="End a rule: what happens from now on brings no points by it",
)
def end_rule(call: Call[None]) -> Answer:
    return Answer(200, programmes.end_rule(call.operator, call.path["id"], call.path["rule"], call.at))


@room.route(
    "POST",
    "/v1/points-programmes/{id}/rewards",
    body=NewReward,
    answers={201: ProgrammeView},
    caller=Operator,
    permission="rewards.keep",
    errors=(NotFound, CurrencyMismatch, LimitReached, InvalidState),
    summary="Offer coupons of a template for points",
)
def add_reward(call: Call[NewReward]) -> Answer:
    return Answer(201, programmes.add_reward(call.operator, call.path["id"], call.body, call.at))


@room.route(
    "POST",
    "/v1/points-programmes/{id}/rewards/{template}/end",
    answers={200: ProgrammeView},
    caller=Operator,
    permission="rewards.keep",
    errors=(NotFound,),
    summary="Offer no more coupons of a template for points",
)
def end_reward(call: Call[None]) -> Answer:
    return Answer(200, programmes.end_reward(call.operator, call.path["id"], call.path["template"], call.at))
