"""Credit over HTTP, for its owner. A plan begins in `payments`, which knows what is bought."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.credit import lines, quoting, service
from chalicelib.credit.model_views import (
    CreditLineRequest,
    CreditLineView,
    InstalmentPlanView,
    InstalmentQuoteRequest,
    InstalmentQuoteView,
    PlanPauseRequest,
    PlanWithdrawalRequest,
    RepaymentRequest,
    RepaymentView,
)
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import (
    AmountOutOfRange,
    CreditLimitReached,
    CreditUnavailable,
    CurrencyMismatch,
    InsufficientFunds,
    InvalidState,
    NotFound,
    WalletFrozen,
)
from chalicelib.kernel.idempotency import Receipt

room = Room("credit", function="money")


@room.route(
    "GET",
    "/v1/credit-line",
    answers={200: CreditLineView},
    caller=Customer,
    summary="My credit line, and what its limit follows from",
)
def line(call: Call[None]) -> Answer:
    return Answer(200, lines.mine(call.customer, call.at))


@room.route(
    "POST",
    "/v1/credit-line",
    body=CreditLineRequest,
    answers={200: CreditLineView},
    caller=Customer,
    errors=(CreditUnavailable, NotFound),
    summary="Ask for a credit line, or for another look at mine",
)
def ask(call: Call[CreditLineRequest]) -> Answer:
    return Answer(200, lines.ask(call.customer, call.at))


@room.route(
    "DELETE",
    "/v1/credit-line",
    answers={200: CreditLineView},
    caller=Customer,
    summary="Have no credit line any more; plans that run go on",
)
def close(call: Call[None]) -> Answer:
    return Answer(200, lines.close(call.customer, call.at))


@room.route(
    "POST",
    "/v1/instalment-quotes",
    body=InstalmentQuoteRequest,
    answers={201: InstalmentQuoteView},
    caller=Customer,
    errors=(CreditUnavailable, CreditLimitReached, AmountOutOfRange, CurrencyMismatch, NotFound),
    summary="What a plan would cost, all of it: valid for 15 minutes",
)
def quote(call: Call[InstalmentQuoteRequest]) -> Answer:
    return Answer(201, quoting.quote(call.customer, call.body, call.language, call.at))


@room.route(
    "GET",
    "/v1/instalment-plans",
    answers={200: InstalmentPlanView},
    caller=Customer,
    listing=True,
    summary="My plans, the newest first",
)
def plans(call: Call[None]) -> Answer:
    page = call.page
    found, following = service.mine(call.customer, page.cursor or "", page.limit, call.at)
    return Answer(200, page.envelope(found, following))


@room.route(
    "GET",
    "/v1/instalment-plans/{id}",
    answers={200: InstalmentPlanView},
    caller=Customer,
    summary="One plan, as it is today",
)
def plan(call: Call[None]) -> Answer:
    return Answer(200, service.view(call.customer, call.path["id"], call.at))


@room.route(
    "POST",
    "/v1/instalment-plans/{id}/repayments",
    body=RepaymentRequest,
    answers={201: RepaymentView},
    caller=Customer,
    moves_money=True,
    errors=(AmountOutOfRange, InvalidState, InsufficientFunds, WalletFrozen),
    summary="Repay a part of a plan or all of it, early too",
)
def repay(call: Call[RepaymentRequest]) -> Receipt:
    return service.repay(call.customer, call.path["id"], call.body, call.key, call.at)


@room.route(
    "POST",
    "/v1/instalment-plans/{id}/withdrawal",
    body=PlanWithdrawalRequest,
    answers={201: RepaymentView},
    caller=Customer,
    moves_money=True,
    errors=(InvalidState, InsufficientFunds, WalletFrozen),
    summary="Withdraw from a plan: what was lent goes back, and nothing else",
)
def withdraw(call: Call[PlanWithdrawalRequest]) -> Receipt:
    return service.withdraw(call.customer, call.path["id"], call.key, call.at)


@room.route(
    "POST",
    "/v1/instalment-plans/{id}/pause",
    body=PlanPauseRequest,
    answers={200: InstalmentPlanView},
    caller=Customer,
    errors=(InvalidState, NotFound),
    summary="Pause a plan for so many months in all, which costs nothing",
)
def pause(call: Call[PlanPauseRequest]) -> Answer:
    return Answer(200, service.pause(call.customer, call.path["id"], call.body.months, call.at))
