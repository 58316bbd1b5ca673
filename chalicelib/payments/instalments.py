"""Agreeing to a quote: a purchase becomes a payment in instalments, a loan comes to the wallet."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import msgspec

from chalicelib.credit import lending
from chalicelib.credit import service as credit
from chalicelib.credit.model_views import begun_view
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.payments import service
from chalicelib.payments.model import InstalmentsPart, PaymentView, PayRequest
from chalicelib.payments.model_instalments import InstalmentPlanRequest


def agree(customer: Customer, request: InstalmentPlanRequest, key: RequestKey, at: datetime) -> Receipt:
    """Raises and stores what `service.pay` does, or `lending.borrow`; answers with the plan as it begins."""
    if not request.buys:
        if request.amount is not None or request.currency is not None:
            raise InvalidRequest(param="merchant_id")
        return lending.borrow(customer, request.wallet_id, request.quote_id, request.quote_hash, key, at)
    paid = service.pay(customer, _payment(request), key, at)
    if paid.status != 201:
        return paid
    payment = msgspec.json.decode(paid.body, type=PaymentView)
    seen = credit.seen(customer.user_id, payment.currency, payment.plan_id)
    return replace(paid, body=msgspec.json.encode(begun_view(seen.kept)).decode())


def _payment(request: InstalmentPlanRequest) -> PayRequest:
    return PayRequest(
        wallet_id=request.wallet_id,
        instalments=InstalmentsPart(request.quote_id, request.quote_hash),
        checkout_id=request.checkout_id,
        merchant_id=request.merchant_id,
        amount=request.amount,
        currency=request.currency,
        order_reference=request.order_reference,
        store_id=request.store_id,
        description=request.description,
        confirm_duplicate=request.confirm_duplicate,
    )
