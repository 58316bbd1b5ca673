"""Charges: a till takes a payment by a customer's code. It is known by the payment that it makes, or never makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast

import msgspec

from chalicelib.kernel import clock, ids, money, text
from chalicelib.payments import model
from chalicelib.payments.model import Amount, Capture, Currency, PayRequest, Reference, Text

WAITS = timedelta(minutes=5)
"""How long the customer may take to confirm what is large."""

ChargeStatus = Literal[
    "waiting", "refused", "authorized", "captured", "partially_refunded", "refunded", "voided", "expired"
]
Ending = Literal["declined", "expired", "reversed"]
ENDINGS = ("declined", "expired", "reversed")
_OF_THE_TILL = frozenset({*ENDINGS, "probable-duplicate"})


class ChargeRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`code`: the eighteen digits that the customer shows, typed or scanned."""

    code: str
    amount: Amount
    currency: Currency
    order_reference: Reference
    store_id: str | None = None
    description: Text = ""
    capture: Capture = "automatic"
    confirm_duplicate: bool = False


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class ReversalRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`store_id`: as the charge said it, if it did."""

    store_id: str | None = None


class ChargeView(msgspec.Struct, frozen=True, omit_defaults=True):
    """`waiting`: the customer must confirm it, and it may still be paid; ask again. All others are final, or a payment.

    `reason`: of a refused one, as far as it is the merchant's business.
    """

    id: str
    status: ChargeStatus
    wallet_id: str
    merchant_id: str
    merchant_name: str
    amount: int
    currency: str
    order_reference: str
    created_at: str
    description: str = ""
    expires_at: str = ""
    """Until when the customer may confirm it."""
    reason: str = ""
    store_id: str = ""


class ReversalView(msgspec.Struct, frozen=True):
    """The charge is over for good. `given_back`: what the customer had paid, or had on hold; 0 if nothing was taken."""

    charge_id: str
    status: Literal["reversed"]
    given_back: int


@dataclass(frozen=True, slots=True)
class Charge:
    """One that waits for its customer. Nothing of it ever changes: what became of it is the movement of its id."""

    id: str
    owner: str
    request: PayRequest
    merchant_name: str
    created_at: datetime
    fingerprint: bytes
    staff_id: str = ""

    @property
    def wallet(self) -> str:
        return self.request.wallet_id

    @property
    def merchant_id(self) -> str:
        return self.request.merchant_id or ""

    @property
    def until(self) -> datetime:
        return self.created_at + WAITS

    def view(self, movement: Mapping[str, Any] | None = None) -> ChargeView:
        asked = self.request
        return ChargeView(
            id=self.id,
            status=_status(movement),
            wallet_id=self.wallet,
            merchant_id=self.merchant_id,
            merchant_name=self.merchant_name,
            amount=asked.amount or 0,
            currency=asked.currency or "",
            order_reference=asked.order_reference or "",
            created_at=clock.written(self.created_at),
            description=asked.description,
            expires_at="" if movement else clock.written(self.until),
            reason=self._reason(movement) if movement else "",
            store_id=asked.store_id or "",
        )

    def _reason(self, movement: Mapping[str, Any]) -> str:
        """What a customer's wallet lacks is nobody else's business."""
        if movement["state"] != "refused":
            return ""
        if movement["created_at"] >= clock.written(self.until):
            return "expired"
        return str(movement["refusal"]) if movement["refusal"] in _OF_THE_TILL else "charge-declined"


def checked(asked: ChargeRequest) -> ChargeRequest:
    """As it is kept. Raises AmountOutOfRange, CurrencyMismatch, InvalidRequest."""
    money.check_amount(asked.amount)
    money.check_currency(asked.currency)
    text.reference(asked.order_reference)
    description = model.as_kept(asked.description, "description") if asked.description else ""
    return msgspec.structs.replace(asked, description=description)


def order_of(asked: ChargeRequest, wallet: str, merchant_id: str, family_card: str = "") -> PayRequest:
    """What the customer would have asked for themselves."""
    return PayRequest(
        wallet_id=wallet,
        family_card_id=family_card or None,
        merchant_id=merchant_id,
        amount=asked.amount,
        currency=asked.currency,
        order_reference=asked.order_reference,
        store_id=asked.store_id,
        description=asked.description,
        capture=asked.capture,
        confirm_duplicate=asked.confirm_duplicate,
    )


def paid_view(movement: Mapping[str, Any], merchant_name: str) -> ChargeView:
    """Of one that was paid at once, from its payment."""
    seen = model.view(movement)
    kept = ("wallet_id", "merchant_id", "amount", "currency", "order_reference", "created_at")
    return ChargeView(
        id=seen["id"],
        status=seen["status"],
        merchant_name=merchant_name,
        description=seen.get("description", ""),
        store_id=seen.get("store_id", ""),
        **{name: seen[name] for name in kept},
    )


def consent_id(charge_id: str) -> str:
    return ids.derived("apr", charge_id)


def reversal_id(charge_id: str) -> str:
    """One for each charge, whoever asks for it and how often."""
    return ids.derived("voi", charge_id)


def _status(movement: Mapping[str, Any] | None) -> ChargeStatus:
    if movement is None:
        return "waiting"
    return cast(ChargeStatus, "refused" if movement["state"] == "refused" else model.status(movement))
