"""Beginning a plan of instalments over HTTP."""

from __future__ import annotations

from chalicelib.api.blueprint import Call, Room
from chalicelib.credit.model_views import InstalmentPlanView
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.capabilities import Begins
from chalicelib.kernel.errors import (
    CoolingOff,
    CreditLimitReached,
    CreditUnavailable,
    CurrencyMismatch,
    GuardianApprovalRequired,
    InsufficientFunds,
    InvalidState,
    LimitReached,
    NotFound,
    ProbableDuplicate,
    StepUpRequired,
    WalletFrozen,
)
from chalicelib.kernel.idempotency import Receipt
from chalicelib.payments import instalments
from chalicelib.payments.model_instalments import InstalmentPlanRequest

room = Room("payments_instalments", function="money")
_OF_A_PAYMENT = (NotFound, InsufficientFunds, LimitReached, WalletFrozen, ProbableDuplicate, CurrencyMismatch)


@room.route(
    "POST",
    "/v1/instalment-plans",
    body=InstalmentPlanRequest,
    answers={201: InstalmentPlanView},
    caller=Customer,
    moves_money=True,
    errors=(
        *_OF_A_PAYMENT,
        *(CreditUnavailable, CreditLimitReached, InvalidState),
        *(StepUpRequired, CoolingOff, GuardianApprovalRequired),
    ),
    begins=Begins("payments", receipt="pay"),
    summary="Agree to a quote: buy something in instalments, or take a loan",
)
def agree(call: Call[InstalmentPlanRequest]) -> Receipt:
    return instalments.agree(call.customer, call.body, call.key, call.at)
