"""Coupons and offers, for customers."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import CouponsExhausted, InvalidState, NotFound
from chalicelib.rewards import liking, offering, service
from chalicelib.rewards.model_offers_views import ChoiceRequest, ChoiceView, CouponOfferView
from chalicelib.rewards.model_views import CouponView

room = Room("rewards", function="money")


@room.route(
    "GET",
    "/v1/coupons",
    answers={200: CouponView},
    caller=Customer,
    listing=True,
    summary="My coupons, newest first, used and expired ones too",
)
def mine(call: Call[None]) -> Answer:
    page = call.page
    found, following = service.mine(call.customer, page.cursor, page.limit, call.language, call.at)
    return Answer(200, page.envelope(found, following))


@room.route(
    "GET",
    "/v1/offers",
    answers={200: CouponOfferView},
    caller=Customer,
    listing=True,
    summary="Coupons that I may take, and why they are offered",
)
def offers(call: Call[None]) -> Answer:
    page = call.page
    found, following = offering.offers(call.customer, page.cursor, page.limit, call.language, call.at)
    return Answer(200, page.envelope(found, following))


@room.route(
    "POST",
    "/v1/offers/{id}/claims",
    answers={201: CouponView},
    caller=Customer,
    errors=(NotFound, InvalidState, CouponsExhausted),
    summary="Take a coupon that is offered, once",
)
def take(call: Call[None]) -> Answer:
    return Answer(201, service.take(call.customer, call.path["id"], call.language, call.at))


@room.route(
    "GET",
    "/v1/me/offers",
    answers={200: ChoiceView},
    caller=Customer,
    summary="Whether offers are chosen by what I buy, and what is known of me for it",
)
def chosen(call: Call[None]) -> Answer:
    return Answer(200, liking.chosen(call.customer))


@room.route(
    "PUT",
    "/v1/me/offers",
    body=ChoiceRequest,
    answers={200: ChoiceView},
    caller=Customer,
    summary="Have offers chosen by what I buy, or not: then what was known for it is deleted",
)
def choose(call: Call[ChoiceRequest]) -> Answer:
    return Answer(200, liking.choose(call.customer, call.body.personal, call.at))
