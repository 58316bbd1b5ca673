"""Coupons and offers, for customers."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import CouponsExhausted, InvalidState, NotFound
from chalicelib.rewards import service
from chalicelib.rewards.model_views import CouponOfferView, CouponView

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
    found, following = service.offers(page.cursor, page.limit, call.language, call.at)
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
