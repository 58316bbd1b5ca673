"""Templates of coupons, and issuing them, for operators."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import AmountOutOfRange, CurrencyMismatch, NotFound, SecondPersonRequired
from chalicelib.rewards import templates
from chalicelib.rewards.model_views import IssueRequest, IssuesView, NewTemplate, TemplateView

room = Room("rewards_office", function="office")


@room.route(
    "POST",
    "/v1/coupon-templates",
    body=NewTemplate,
    answers={201: TemplateView},
    caller=Operator,
    permission="rewards.keep",
    errors=(AmountOutOfRange, CurrencyMismatch),
    summary="Make a template of coupons with its budget; it never changes",
)
def make(call: Call[NewTemplate]) -> Answer:
    return Answer(201, templates.make(call.operator, call.body, call.at))


@room.route(
    "GET",
    "/v1/coupon-templates",
    answers={200: TemplateView},
    caller=Operator,
    permission="rewards.see",
    listing=True,
    summary="Templates of coupons, stopped ones too, newest first",
)
def listed(call: Call[None]) -> Answer:
    found, following = templates.listed(call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope(found, following))


@room.route(
    "GET",
    "/v1/coupon-templates/{id}",
    answers={200: TemplateView},
    caller=Operator,
    permission="rewards.see",
    errors=(NotFound,),
    summary="One template of coupons, and what is left of its budget",
)
def one(call: Call[None]) -> Answer:
    return Answer(200, templates.one(call.path["id"]))


@room.route(
    "POST",
    "/v1/coupon-templates/{id}/stop",
    answers={200: TemplateView},
    caller=Operator,
    permission="rewards.keep",
    errors=(NotFound,),
    summary="Issue no more coupons of a template; those that were issued stay good",
)
def stop(call: Call[None]) -> Answer:
    return Answer(200, templates.stop(call.operator, call.path["id"], call.at))


@room.route(
    "POST",
    "/v1/coupon-templates/{id}/issues",
    body=IssueRequest,
    answers={200: IssuesView},
    caller=Operator,
    permission="rewards.issue",
    errors=(NotFound, SecondPersonRequired),
    summary="Issue coupons to people, one for each and campaign",
)
def issue(call: Call[IssueRequest]) -> Answer:
    return Answer(200, IssuesView(templates.issue(call.operator, call.path["id"], call.body, call.at)))
