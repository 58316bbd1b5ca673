"""Withdrawing."""

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
    WalletFrozen,
)
from chalicelib.processors import model_patience
from chalicelib.settlement import model_withdrawals as model
from chalicelib.settlement import withdrawals
from chalicelib.settlement.model_withdrawals import WithdrawalOffersView, WithdrawalRequest, WithdrawalView

room = Room("settlement_withdrawals", function="money")
_LATER = {"Retry-After": str(model.RETRY_AFTER_SECONDS)}


@room.route(
    "POST",
    "/v1/withdrawals",
    body=WithdrawalRequest,
    answers={201: WithdrawalView},
    caller=Customer,
    moves_money=True,
    begins=Begins("withdrawals", receipt="wdr"),
    summary="Send money to one of my funding methods",
    errors=(
        *(NotFound, AmountOutOfRange, CurrencyMismatch, LimitReached, InsufficientFunds, WalletFrozen, InvalidState),
        *(StepUpRequired, CoolingOff, GuardianApprovalRequired),
    ),
)
def start(call: Call[WithdrawalRequest]) -> Answer:
    receipt = withdrawals.start(call.customer, call.body, call.key, call.at)
    headers = {"Content-Type": "application/json" if receipt.status == 201 else "application/problem+json"}
    if receipt.replayed:
        headers["Idempotent-Replayed"] = "true"
    return Answer(receipt.status, receipt.body, headers | (_LATER if receipt.status == 201 else {}))


@room.route(
    "GET",
    "/v1/withdrawals/{id}",
    answers={200: WithdrawalView},
    caller=Customer,
    summary="How a withdrawal stands",
    errors=(NotFound,),
)
def withdrawal(call: Call[None]) -> Answer:
    view = withdrawals.withdrawal(call.customer, call.path["id"], call.at)
    return Answer(200, view, _LATER if view.status in model_patience.UNFINISHED else {})


@room.route(
    "GET",
    "/v1/withdrawal-offers",
    answers={200: WithdrawalOffersView},
    caller=Customer,
    summary="Ways for my money to go out, and between which amounts",
)
def offered(call: Call[None]) -> Answer:
    return Answer(200, withdrawals.offers(call.customer, call.at))
