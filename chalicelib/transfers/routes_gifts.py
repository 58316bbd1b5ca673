"""Gift cards."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.capabilities import Begins
from chalicelib.kernel.errors import (
    AmountOutOfRange,
    CoolingOff,
    CurrencyMismatch,
    GuardianApprovalRequired,
    InsufficientFunds,
    InvalidState,
    LimitReached,
    NotFound,
    StepUpRequired,
    TooManyRequests,
    WalletFrozen,
)
from chalicelib.kernel.idempotency import Receipt
from chalicelib.transfers import gifts
from chalicelib.transfers.model import CancelRequest
from chalicelib.transfers.model_gifts import (
    GiftCardRequest,
    GiftCardView,
    GiftClaimRequest,
    GiftClaimView,
    LookRequest,
    LookView,
)

room = Room("transfers_gifts", function="money")


@room.route(
    "POST",
    "/v1/gift-cards",
    body=GiftCardRequest,
    answers={201: GiftCardView},
    caller=Customer,
    moves_money=True,
    begins=Begins("transfers", receipt="gft"),
    summary="Buy a gift card that whoever has its code can claim",
    errors=(
        *(NotFound, AmountOutOfRange, CurrencyMismatch, LimitReached, InsufficientFunds, WalletFrozen, InvalidState),
        *(StepUpRequired, CoolingOff, GuardianApprovalRequired),
    ),
)
def buy(call: Call[GiftCardRequest]) -> Receipt:
    return gifts.buy(call.customer, call.body, call.key, call.at)


@room.route(
    "GET",
    "/v1/gift-cards",
    answers={200: GiftCardView},
    caller=Customer,
    listing=True,
    summary="My gift cards, bought and received, newest first",
)
def listed(call: Call[None]) -> Answer:
    found, following = gifts.listed(call.customer, call.page.cursor, call.page.limit, call.at)
    return Answer(200, call.page.envelope(found, following))


@room.route(
    "GET",
    "/v1/gift-cards/{id}",
    answers={200: GiftCardView},
    caller=Customer,
    summary="A gift card that I bought or received",
    errors=(NotFound,),
)
def card(call: Call[None]) -> Answer:
    return Answer(200, gifts.card(call.customer, call.path["id"], call.at))


@room.route(
    "POST",
    "/v1/gift-card-looks",
    body=LookRequest,
    answers={200: LookView},
    caller=Customer,
    summary="See what the code of a gift card is good for",
    errors=(NotFound, TooManyRequests),
)
def look(call: Call[LookRequest]) -> Answer:
    return Answer(200, gifts.look(call.customer, call.body, call.at))


@room.route(
    "POST",
    "/v1/gift-cards/claims",
    body=GiftClaimRequest,
    answers={201: GiftClaimView},
    caller=Customer,
    moves_money=True,
    begins=Begins("transfers", receipt="gfc"),
    summary="Claim a gift card by its code",
    errors=(NotFound, CurrencyMismatch, InvalidState, WalletFrozen, TooManyRequests),
)
def claim(call: Call[GiftClaimRequest]) -> Receipt:
    return gifts.claim(call.customer, call.body, call.key, call.at)


@room.route(
    "POST",
    "/v1/gift-cards/{id}/cancel",
    body=CancelRequest,
    answers={201: GiftCardView},
    caller=Customer,
    moves_money=True,
    begins=Begins("transfers", receipt="gfr", waits=False),
    summary="Cancel a gift card that nobody has claimed, and have the money back",
    errors=(NotFound, InvalidState),
)
def cancel(call: Call[CancelRequest]) -> Receipt:
    return gifts.cancel(call.customer, call.path["id"], call.key, call.at)
