"""Paying over HTTP."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Customer, Merchant
from chalicelib.kernel.capabilities import Begins
from chalicelib.kernel.errors import (
    CardApprovalRequired,
    CardDeclined,
    CardElsewhere,
    CoolingOff,
    CouponElsewhere,
    CouponExpired,
    CouponMinimum,
    CouponNotYet,
    CouponUsed,
    CreditLimitReached,
    CreditUnavailable,
    CurrencyMismatch,
    GuardianApprovalRequired,
    InsufficientFunds,
    InsufficientPoints,
    InvalidRequest,
    InvalidState,
    LimitReached,
    MerchantFundsInsufficient,
    NotFound,
    PointsMinimum,
    ProbableDuplicate,
    RefundExceedsCapture,
    StepUpRequired,
    WalletFrozen,
)
from chalicelib.kernel.idempotency import Receipt
from chalicelib.payments import deposits, service
from chalicelib.payments.model import (
    CaptureRequest,
    CaptureView,
    PaymentView,
    PayRequest,
    RefundRequest,
    RefundView,
    VoidRequest,
)

room = Room("payments", function="money")
_REFUSED = (NotFound, InsufficientFunds, LimitReached, WalletFrozen, InvalidState, ProbableDuplicate, CurrencyMismatch)
_OF_A_FAMILY_CARD = (CardElsewhere, CardDeclined, CardApprovalRequired)
_OF_CREDIT = (CreditUnavailable, CreditLimitReached)
_OF_POINTS = (InsufficientPoints, PointsMinimum)
_OF_A_COUPON = (CouponUsed, CouponExpired, CouponNotYet, CouponMinimum, CouponElsewhere)


@room.route(
    "POST",
    "/v1/payments",
    body=PayRequest,
    answers={201: PaymentView},
    caller=Customer,
    moves_money=True,
    errors=(
        *(*_REFUSED, *_OF_A_COUPON, *_OF_POINTS, *_OF_A_FAMILY_CARD, *_OF_CREDIT),
        *(StepUpRequired, CoolingOff, GuardianApprovalRequired),
    ),
    begins=Begins("payments", receipt="pay"),
    summary="Pay a merchant or a checkout",
)
def pay(call: Call[PayRequest]) -> Receipt:
    return service.pay(call.customer, call.body, call.key, call.at)


@room.route("GET", "/v1/payments/{id}", answers={200: PaymentView}, caller=Customer | Merchant, summary="One payment")
def payment(call: Call[None]) -> Answer:
    return Answer(200, service.payment(call.merchant_or_customer, call.path["id"]))


@room.route(
    "GET",
    "/v1/payments",
    answers={200: PaymentView},
    caller=Merchant,
    listing=True,
    query=("order_reference",),
    parameters={"order_reference": {"required": True}},
    summary="The payments of an order",
)
def payments_of_order(call: Call[None]) -> Answer:
    if "order_reference" not in call.query:
        raise InvalidRequest(param="order_reference")
    reference, page = call.query["order_reference"], call.page
    found, following = service.payments_of_order(call.merchant, reference, page.cursor or "", page.limit)
    return Answer(200, page.envelope(found, following))


@room.route(
    "GET",
    "/v1/deposits",
    answers={200: PaymentView},
    caller=Merchant,
    listing=True,
    summary="What is held for me and not taken yet, what runs out soonest first",
)
def open_deposits(call: Call[None]) -> Answer:
    page = call.page
    found, following = deposits.listed(call.merchant, page.cursor, page.limit, call.at)
    return Answer(200, page.envelope(found, following))


@room.route(
    "POST",
    "/v1/payments/{id}/capture",
    body=CaptureRequest,
    answers={201: CaptureView},
    caller=Merchant,
    moves_money=True,
    replays=True,
    errors=(InvalidState,),
    summary="Take what was authorised, or a part of it",
)
def capture(call: Call[CaptureRequest]) -> Receipt:
    return service.capture(call.merchant, call.path["id"], call.body, call.key, call.at)


@room.route(
    "POST",
    "/v1/payments/{id}/void",
    body=VoidRequest,
    answers={201: CaptureView},
    caller=Merchant,
    moves_money=True,
    replays=True,
    errors=(InvalidState,),
    summary="Give back what was authorised",
)
def void(call: Call[VoidRequest]) -> Receipt:
    return service.void(call.merchant, call.path["id"], call.key, call.at)


@room.route(
    "POST",
    "/v1/payments/{id}/refunds",
    body=RefundRequest,
    answers={201: RefundView},
    caller=Merchant,
    moves_money=True,
    replays=True,
    errors=(InvalidState, RefundExceedsCapture, MerchantFundsInsufficient),
    summary="Give back what was captured, or a part of it",
)
def refund(call: Call[RefundRequest]) -> Receipt:
    return service.refund(call.merchant, call.path["id"], call.body, call.key, call.at)


@room.route("GET", "/v1/refunds/{id}", answers={200: RefundView}, caller=Customer | Merchant, summary="One refund")
def refund_view(call: Call[None]) -> Answer:
    return Answer(200, service.refund_view(call.merchant_or_customer, call.path["id"]))
