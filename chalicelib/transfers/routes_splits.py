"""Bills that several people share."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.capabilities import Begins
from chalicelib.kernel.errors import (
    AmountOutOfRange,
    CoolingOff,
    CurrencyMismatch,
    ExceedsWhatIsLeft,
    GuardianApprovalRequired,
    InsufficientFunds,
    InvalidOrExpired,
    InvalidState,
    LimitReached,
    NotFound,
    StepUpRequired,
    TooManyRequests,
    WalletFrozen,
)
from chalicelib.kernel.idempotency import Receipt
from chalicelib.transfers import splits
from chalicelib.transfers.model import TransferView
from chalicelib.transfers.model_splits import BillSplitView, PartRequest, SplitRequest, SplitStepRequest

room = Room("transfers_splits", function="money")
_SPLITS = "/v1/bill-splits"


@room.route(
    "POST",
    _SPLITS,
    body=SplitRequest,
    answers={201: BillSplitView},
    caller=Customer,
    moves_money=True,
    begins=Begins("transfers", receipt="spl"),
    summary="Share a bill: ask up to twenty people for their parts",
    errors=(AmountOutOfRange, CurrencyMismatch, InvalidOrExpired, TooManyRequests),
)
def make(call: Call[SplitRequest]) -> Receipt:
    return splits.make(call.customer, call.body, call.key, call.at)


@room.route(
    "GET",
    _SPLITS,
    answers={200: BillSplitView},
    caller=Customer,
    listing=True,
    summary="Bills that I share, mine and those I am asked for, newest first",
)
def listed(call: Call[None]) -> Answer:
    found, following = splits.listed(call.customer, call.page.cursor, call.page.limit, call.at)
    return Answer(200, call.page.envelope(found, following))


@room.route(
    "GET",
    _SPLITS + "/{id}",
    answers={200: BillSplitView},
    caller=Customer,
    summary="How far a shared bill is",
    errors=(NotFound,),
)
def split(call: Call[None]) -> Answer:
    return Answer(200, splits.split(call.customer, call.path["id"], call.at))


@room.route(
    "POST",
    _SPLITS + "/{id}/payments",
    body=PartRequest,
    answers={201: TransferView},
    caller=Customer,
    moves_money=True,
    begins=Begins("transfers", receipt="trf"),
    summary="Pay my part of a shared bill, or some of it",
    errors=(
        *(NotFound, AmountOutOfRange, CurrencyMismatch, LimitReached, InsufficientFunds, WalletFrozen, InvalidState),
        *(ExceedsWhatIsLeft, StepUpRequired, CoolingOff, GuardianApprovalRequired),
    ),
)
def pay(call: Call[PartRequest]) -> Receipt:
    return splits.pay(call.customer, call.path["id"], call.body, call.key, call.at)


@room.route(
    "POST",
    _SPLITS + "/{id}/decline",
    body=SplitStepRequest,
    answers={200: BillSplitView},
    caller=Customer,
    summary="Say that I will not pay what I still owe of a shared bill",
    errors=(NotFound, InvalidState),
)
def decline(call: Call[SplitStepRequest]) -> Answer:
    return Answer(200, splits.decline(call.customer, call.path["id"], call.at))


@room.route(
    "POST",
    _SPLITS + "/{id}/reminders",
    body=SplitStepRequest,
    answers={200: BillSplitView},
    caller=Customer,
    summary="Remind everybody who still owes, each at most once a day",
    errors=(NotFound, InvalidState, TooManyRequests),
)
def remind(call: Call[SplitStepRequest]) -> Answer:
    return Answer(200, splits.remind(call.customer, call.path["id"], call.at))


@room.route(
    "POST",
    _SPLITS + "/{id}/close",
    body=SplitStepRequest,
    answers={200: BillSplitView},
    caller=Customer,
    summary="Close a bill that I share: nobody pays any more of it",
    errors=(NotFound, InvalidState),
)
def close(call: Call[SplitStepRequest]) -> Answer:
    return Answer(200, splits.close(call.customer, call.path["id"], call.at))
