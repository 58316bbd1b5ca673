"""A customer shows a payment code, and sees what a till made of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import NotFound
from chalicelib.payments import charging, model_codes, store_codes, store_family
from chalicelib.payments.model_codes import Code, NewPaymentCode, PaymentCodeView, ShownCodeView


def show(customer: Customer, wanted: NewPaymentCode, at: datetime) -> PaymentCodeView:
    """A fresh one for the wallet; the one before is over. Raises NotFound (the family card too), Unavailable."""
    if wanted.wallet_id not in customer.wallet_ids:
        raise NotFound()
    card = _held(customer, wanted)
    digits = model_codes.fresh()
    shown = Code(model_codes.id_of(digits), replace(customer, wallet_ids=(wanted.wallet_id,)), at, family_card=card)
    store_codes.show(shown)
    created, expires = clock.written(shown.created_at), clock.written(shown.expires_at)
    return PaymentCodeView(shown.id, digits, shown.wallet, created, expires, card)


def seen(customer: Customer, code_id: str, at: datetime) -> ShownCodeView:
    """Raises NotFound, of somebody else's too."""
    code = store_codes.code(code_id) if ids.is_id(code_id, "cod") else None
    if code is None or code.wallet not in customer.wallet_ids:
        raise NotFound()
    return code.view(at, charging.seen(customer, code.used_by, at) if code.used_by else None)


def _held(customer: Customer, wanted: NewPaymentCode) -> str:
    """The family card that is to pay, "" for none. What it allows is looked at when the till charges."""
    if wanted.family_card_id is None:
        return ""
    card = store_family.card(wanted.family_card_id)
    if card is None or card.holder != customer.user_id or card.holder_wallet != wanted.wallet_id:
        raise NotFound(param=store_family.PARAM)
    return card.id
