"""A customer shows a payment code, and sees what a till made of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import NotFound
from chalicelib.payments import charging, model_codes, store_codes
from chalicelib.payments.model_codes import Code, NewPaymentCode, PaymentCodeView, ShownCodeView


def show(customer: Customer, wanted: NewPaymentCode, at: datetime) -> PaymentCodeView:
    """A fresh one for the wallet; the one before is over. Raises NotFound, Unavailable."""
    if wanted.wallet_id not in customer.wallet_ids:
        raise NotFound()
    digits = model_codes.fresh()
    shown = Code(model_codes.id_of(digits), replace(customer, wallet_ids=(wanted.wallet_id,)), at)
    store_codes.show(shown)
    return PaymentCodeView(
        shown.id, digits, shown.wallet, clock.written(shown.created_at), clock.written(shown.expires_at)
    )


def seen(customer: Customer, code_id: str, at: datetime) -> ShownCodeView:
    """Raises NotFound, of somebody else's too."""
    code = store_codes.code(code_id) if ids.is_id(code_id, "cod") else None
    if code is None or code.wallet not in customer.wallet_ids:
        raise NotFound()
    return code.view(at, charging.seen(customer, code.used_by, at) if code.used_by else None)
