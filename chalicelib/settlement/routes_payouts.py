"""Merchants' payouts and the terms they are made by.

What does it is imported when it is asked for: most of what the office answers is about other things.
"""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Merchant, Operator
from chalicelib.kernel.capabilities import Begins
from chalicelib.kernel.errors import (
    CoolingOff,
    CurrencyMismatch,
    InvalidState,
    MerchantFundsInsufficient,
    NotFound,
    SecondPersonRequired,
)
from chalicelib.kernel.money import CURRENCY_SCHEMA
from chalicelib.processors import model_patience
from chalicelib.settlement import model_payouts as model
from chalicelib.settlement.model_payouts import (
    PayoutDetailView,
    PayoutRequest,
    PayoutTermsRequest,
    PayoutTermsView,
    PayoutView,
)

room = Room("settlement_payouts", function="office")
_LATER = {"Retry-After": str(model.RETRY_AFTER_SECONDS)}
_CURRENCY = {"currency": {"schema": CURRENCY_SCHEMA}}


@room.route(
    "PUT",
    "/v1/merchants/{id}/payout-terms/{currency}",
    body=PayoutTermsRequest,
    answers={200: PayoutTermsView},
    caller=Operator,
    permission="merchants.keep-payout-terms",
    parameters=_CURRENCY,
    errors=(NotFound, CurrencyMismatch, InvalidState, SecondPersonRequired),
    summary="Agree how a merchant is paid out; another bank account cools off for 72 hours",
)
def agree(call: Call[PayoutTermsRequest]) -> Answer:
    from chalicelib.settlement import payout_terms

    return Answer(
        200, payout_terms.agree(call.operator, call.path["id"], call.path["currency"], call.body, call.at).view
    )


@room.route(
    "GET",
    "/v1/merchants/{id}/payout-terms/{currency}",
    answers={200: PayoutTermsView},
    caller=Operator | Merchant,
    permission="merchants.see-payouts",
    parameters=_CURRENCY,
    errors=(NotFound, CurrencyMismatch),
    summary="How a merchant is paid out",
)
def terms(call: Call[None]) -> Answer:
    from chalicelib.settlement import payout_terms

    return Answer(200, payout_terms.terms(call.merchant_or_operator, call.path["id"], call.path["currency"]).view)


@room.route(
    "POST",
    "/v1/merchants/{id}/payouts",
    body=PayoutRequest,
    answers={201: PayoutView},
    caller=Operator | Merchant,
    permission="merchants.pay-out",
    moves_money=True,
    errors=(NotFound, CurrencyMismatch, InvalidState, MerchantFundsInsufficient, CoolingOff),
    begins=Begins("payouts", receipt="pot"),
    summary="Pay a merchant out now: all above the reserve",
)
def pay_out(call: Call[PayoutRequest]) -> Answer:
    from chalicelib.settlement import payouts

    receipt = payouts.pay_out(call.merchant_or_operator, call.path["id"], call.body, call.key, call.at)
    headers = {"Content-Type": "application/json" if receipt.status == 201 else "application/problem+json"}
    if receipt.replayed:
        headers["Idempotent-Replayed"] = "true"
    return Answer(receipt.status, receipt.body, headers | (_LATER if receipt.status == 201 else {}))


@room.route(
    "GET",
    "/v1/merchants/{id}/payouts",
    answers={200: PayoutView},
    caller=Operator | Merchant,
    permission="merchants.see-payouts",
    listing=True,
    query=("currency",),
    parameters=_CURRENCY,
    errors=(NotFound, CurrencyMismatch),
    summary="What was paid out to a merchant, newest first",
)
def listed(call: Call[None]) -> Answer:
    from chalicelib.settlement import payouts

    page, currency = call.page, call.query.get("currency")
    found, following = payouts.payouts(
        call.merchant_or_operator, call.path["id"], currency, page.cursor, page.limit, call.at
    )
    return Answer(200, page.envelope(found, following))


@room.route(
    "GET",
    "/v1/payouts/{id}",
    answers={200: PayoutDetailView},
    caller=Operator | Merchant,
    permission="merchants.see-payouts",
    errors=(NotFound,),
    summary="How a payout stands, and what it is made of",
)
def payout(call: Call[None]) -> Answer:
    from chalicelib.settlement import payouts

    view = payouts.payout(call.merchant_or_operator, call.path["id"], call.at)
    return Answer(200, view, _LATER if view.status in model_patience.UNFINISHED else {})
