"""Withdrawals as people see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.identity.model_funding import Kind
from chalicelib.kernel import clock, money
from chalicelib.kernel.idempotency import Receipt
from chalicelib.ledger.model import Movement

Status = Literal["pending", "succeeded", "failed", "unknown"]
RETRY_AFTER_SECONDS = 30
"""It is sent by the sweep, once a minute."""
Amount = Annotated[int, msgspec.Meta(extra_json_schema=money.AMOUNT_SCHEMA)]
Currency = Annotated[str, msgspec.Meta(extra_json_schema=money.CURRENCY_SCHEMA)]


class WithdrawalRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    wallet_id: str
    amount: Amount
    currency: Currency
    funding_method_id: str


class WithdrawalView(msgspec.Struct, frozen=True):
    id: str
    status: Status
    wallet_id: str
    amount: int
    currency: str
    funding_method_id: str
    processor: str
    created_at: str
    reason: str | None = None
    """Why it failed; the money is back in the wallet."""
    usual_seconds: int | None = None
    """While it is on its way: how long this way usually takes, three times of four, from asking to paid; null where
    that is not known."""


class WithdrawalOfferView(msgspec.Struct, frozen=True):
    """One way for money to go out. Amounts in minor units, of one withdrawal."""

    processor: str
    kind: Kind
    currency: str
    least: int
    most: int
    usual_seconds: int | None
    """From asking to paid, three times of four; null where too few went this way in the last week."""


class WithdrawalOffersView(msgspec.Struct, frozen=True):
    data: list[WithdrawalOfferView]


def answer(movement: Movement) -> Receipt:
    """What the customer is told, now and whenever the same key comes again."""
    stored = {"pk": movement.id, "created_at": clock.written(movement.at), **movement.facts}
    shared = {name: getattr(movement, name) for name in ("account", "amount", "currency", "state")}
    return Receipt(201, msgspec.json.encode(view({**stored, **shared})).decode())


def view(movement: Mapping[str, Any], usual_seconds: int | None = None) -> WithdrawalView:
    """As the ledger has it now."""
    return WithdrawalView(
        id=movement["pk"],
        status=movement["state"],
        wallet_id=movement["account"],
        amount=movement["amount"],
        currency=movement["currency"],
        funding_method_id=movement["funding_method"],
        processor=movement["processor"],
        created_at=movement["created_at"],
        reason=movement.get("reason"),
        usual_seconds=usual_seconds,
    )
