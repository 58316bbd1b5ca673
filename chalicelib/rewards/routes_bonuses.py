"""Bonuses of top-ups, for customers."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Customer
from chalicelib.rewards import bonuses
from chalicelib.rewards.model_bonuses_views import BonusesView, BonusOfferView

room = Room("rewards_bonuses", function="money")


@room.route(
    "GET",
    "/v1/bonus-offers",
    answers={200: BonusOfferView},
    caller=Customer,
    listing=True,
    summary="Bonuses that a top-up may bring me, and by which rules",
)
def offers(call: Call[None]) -> Answer:
    page = call.page
    found, following = bonuses.offers(call.customer, page.cursor, page.limit, call.language, call.at)
    return Answer(200, page.envelope(found, following))


@room.route(
    "GET",
    "/v1/bonuses",
    answers={200: BonusesView},
    caller=Customer,
    summary="The bonuses that I have, the soonest to end first",
)
def mine(call: Call[None]) -> Answer:
    return Answer(200, bonuses.mine(call.customer, call.language, call.at))
