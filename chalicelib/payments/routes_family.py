"""Family cards over HTTP."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.capabilities import Begins
from chalicelib.kernel.errors import (
    AmountOutOfRange,
    CoolingOff,
    CurrencyMismatch,
    InvalidOrExpired,
    InvalidState,
    LimitReached,
    NotFound,
    StepUpRequired,
    TooManyRequests,
    WalletFrozen,
)
from chalicelib.kernel.idempotency import Receipt
from chalicelib.payments import family
from chalicelib.payments.model_family import (
    FamilyCardChange,
    FamilyCardStep,
    FamilyCardView,
    FamilyPaymentView,
    NewFamilyCard,
)

room = Room("payments_family", function="money")
_CARDS = "/v1/family-cards"


@room.route(
    "POST",
    _CARDS,
    body=NewFamilyCard,
    answers={201: FamilyCardView},
    caller=Customer,
    moves_money=True,
    begins=Begins("payments", receipt="fam"),
    summary="Give a relative a family card: they pay merchants from my wallet, up to so much a month",
    errors=(
        *(NotFound, CurrencyMismatch, AmountOutOfRange, InvalidOrExpired, LimitReached, TooManyRequests),
        *(StepUpRequired, CoolingOff, WalletFrozen, InvalidState),
    ),
)
def offer(call: Call[NewFamilyCard]) -> Receipt:
    return family.offer(call.customer, call.body, call.key, call.at)


@room.route(
    "GET",
    _CARDS,
    answers={200: FamilyCardView},
    caller=Customer,
    listing=True,
    summary="Family cards that I gave and that I hold, newest first",
)
def listed(call: Call[None]) -> Answer:
    found, following = family.listed(call.customer, call.page.cursor, call.page.limit, call.at)
    return Answer(200, call.page.envelope(found, following))


@room.route(
    "GET",
    _CARDS + "/{id}",
    answers={200: FamilyCardView},
    caller=Customer,
    summary="One family card, and what is left of it this month",
    errors=(NotFound,),
)
def card(call: Call[None]) -> Answer:
    return Answer(200, family.card(call.customer, call.path["id"], call.at))


@room.route(
    "GET",
    _CARDS + "/{id}/payments",
    answers={200: FamilyPaymentView},
    caller=Customer,
    listing=True,
    summary="What was paid with a family card, newest first, for both sides",
    errors=(NotFound,),
)
def payments(call: Call[None]) -> Answer:
    page = call.page
    found, following = family.payments(call.customer, call.path["id"], page.cursor, page.limit, call.at)
    return Answer(200, page.envelope(found, following))


@room.route(
    "POST",
    _CARDS + "/{id}/accept",
    body=FamilyCardStep,
    answers={200: FamilyCardView},
    caller=Customer,
    summary="Take a family card that is offered to me",
    errors=(NotFound, InvalidState),
)
def accept(call: Call[FamilyCardStep]) -> Answer:
    return Answer(200, family.accept(call.customer, call.path["id"], call.at))


@room.route(
    "POST",
    _CARDS + "/{id}/decline",
    body=FamilyCardStep,
    answers={200: FamilyCardView},
    caller=Customer,
    summary="Decline a family card that is offered to me",
    errors=(NotFound, InvalidState),
)
def decline(call: Call[FamilyCardStep]) -> Answer:
    return Answer(200, family.decline(call.customer, call.path["id"], call.at))


@room.route(
    "PATCH",
    _CARDS + "/{id}",
    body=FamilyCardChange,
    answers={200: FamilyCardView},
    caller=Customer,
    summary="Change what a family card of mine allows",
    errors=(NotFound, AmountOutOfRange, InvalidState, StepUpRequired, CoolingOff, WalletFrozen),
)
def change(call: Call[FamilyCardChange]) -> Answer:
    return Answer(200, family.change(call.customer, call.path["id"], call.body, call.at))


@room.route(
    "POST",
    _CARDS + "/{id}/end",
    body=FamilyCardStep,
    answers={200: FamilyCardView},
    caller=Customer,
    summary="End a family card, given or held: nothing is paid with it any more",
    errors=(NotFound,),
)
def end(call: Call[FamilyCardStep]) -> Answer:
    return Answer(200, family.end(call.customer, call.path["id"], call.at))
