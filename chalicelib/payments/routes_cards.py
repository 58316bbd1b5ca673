"""Prepaid cards over HTTP: what is offered, what I have, buying and taking back."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import (
    CoolingOff,
    CurrencyMismatch,
    GuardianApprovalRequired,
    InsufficientFunds,
    InvalidRequest,
    InvalidState,
    LimitReached,
    NotFound,
    StepUpRequired,
    TermsChanged,
    WalletFrozen,
)
from chalicelib.kernel.idempotency import Receipt
from chalicelib.merchants import cards as plans
from chalicelib.merchants.model_cards import PlanView
from chalicelib.payments import card_ending, carding
from chalicelib.payments.model_cards import (
    BuyRequest,
    CardEntryView,
    CardsView,
    CardView,
    CashOutRequest,
    CashOutView,
)

room = Room("payments_cards", function="money")


@room.route(
    "GET",
    "/v1/card-plans",
    answers={200: PlanView},
    caller=Customer,
    listing=True,
    query=("merchant_id",),
    parameters={"merchant_id": {"required": True}},
    summary="The prepaid cards that a merchant offers",
)
def offered(call: Call[None]) -> Answer:
    if "merchant_id" not in call.query:
        raise InvalidRequest(param="merchant_id")
    found, following = plans.offered(call.query["merchant_id"], call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope([plan.view(call.at) for plan in found], following))


@room.route(
    "POST",
    "/v1/cards",
    body=BuyRequest,
    answers={201: CardView},
    caller=Customer,
    moves_money=True,
    capability="payments",
    errors=(
        *(NotFound, CurrencyMismatch, TermsChanged, InvalidState, InsufficientFunds, LimitReached, WalletFrozen),
        *(StepUpRequired, CoolingOff, GuardianApprovalRequired),
    ),
    summary="Buy a prepaid card, or add to the one that I have",
)
def buy(call: Call[BuyRequest]) -> Receipt:
    return carding.buy(call.customer, call.body, call.key, call.at)


@room.route("GET", "/v1/cards", answers={200: CardsView}, caller=Customer, summary="My prepaid cards")
def mine(call: Call[None]) -> Answer:
    return Answer(200, CardsView(carding.mine(call.customer, call.at)))


@room.route("GET", "/v1/cards/{id}", answers={200: CardView}, caller=Customer, summary="One prepaid card")
def card(call: Call[None]) -> Answer:
    return Answer(200, carding.card(call.customer, call.path["id"], call.at))


@room.route(
    "GET",
    "/v1/cards/{id}/entries",
    answers={200: CardEntryView},
    caller=Customer,
    listing=True,
    summary="What happened on a card, newest first",
)
def entries(call: Call[None]) -> Answer:
    found, following = carding.entries(call.customer, call.path["id"], call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope(found, following))


@room.route(
    "POST",
    "/v1/cards/{id}/refund",
    body=CashOutRequest,
    answers={201: CashOutView},
    caller=Customer,
    moves_money=True,
    errors=(NotFound, InvalidState, WalletFrozen),
    summary="Take all of a card's principal back to the wallet",
)
def cash_out(call: Call[CashOutRequest]) -> Receipt:
    return card_ending.cash_out(call.customer, call.path["id"], call.key, call.at)
