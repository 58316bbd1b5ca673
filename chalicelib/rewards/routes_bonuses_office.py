"""Offers of bonuses for top-ups, for operators."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import AmountOutOfRange, CurrencyMismatch, NotFound
from chalicelib.rewards import bonus_offers
from chalicelib.rewards.model_bonuses_views import BonusTermsView, NewBonusOffer

room = Room("rewards_bonuses_office", function="office")


@room.route(
    "POST",
    "/v1/topup-bonuses",
    body=NewBonusOffer,
    answers={201: BonusTermsView},
    caller=Operator,
    permission="rewards.keep",
    errors=(AmountOutOfRange, CurrencyMismatch),
    summary="Offer a bonus for top-ups with its budget; it never changes",
)
def make(call: Call[NewBonusOffer]) -> Answer:
    return Answer(201, bonus_offers.make(call.operator, call.body, call.at))


@room.route(
    "GET",
    "/v1/topup-bonuses",
    answers={200: BonusTermsView},
    caller=Operator,
    permission="rewards.see",
    listing=True,
    summary="Offers of bonuses for top-ups, stopped ones too, newest first",
)
def listed(call: Call[None]) -> Answer:
    found, following = bonus_offers.listed(call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope(found, following))


@room.route(
    "GET",
    "/v1/topup-bonuses/{id}",
    answers={200: BonusTermsView},
    caller=Operator,
    permission="rewards.see",
    errors=(NotFound,),
    summary="One offer of bonuses for top-ups, and what is left of its budget",
)
def one(call: Call[None]) -> Answer:
    return Answer(200, bonus_offers.one(call.path["id"]))


@room.route(
    "POST",
    "/v1/topup-bonuses/{id}/stop",
    answers={200: BonusTermsView},
    caller=Operator,
    permission="rewards.keep",
    errors=(NotFound,),
    summary="Promise no more bonuses of an offer; those that were promised stay good",
)
def stop(call: Call[None]) -> Answer:
    return Answer(200, bonus_offers.stop(call.operator, call.path["id"], call.at))
