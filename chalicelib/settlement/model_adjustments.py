"""A correcting adjustment: money between an account and a clearing account, proposed by one, approved by another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.kernel import money
from chalicelib.kernel.idempotency import Receipt
from chalicelib.ledger import chart

Direction = Literal["credit", "debit"]
OWN = "corrections"
"""Instead of an account: the house's own, at whose expense something is put right."""
Amount = Annotated[int, msgspec.Meta(extra_json_schema=money.AMOUNT_SCHEMA)]
Currency = Annotated[str, msgspec.Meta(extra_json_schema=money.CURRENCY_SCHEMA)]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class NewAdjustment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`account`: a wallet, a merchant's account, or `corrections`. `against`: the processor whose clearing account."""

    account: str
    direction: Direction
    amount: Amount
    currency: Currency
    against: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
    reason: Reason
    case_id: str | None = None


class Decision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    note: Reason


class AdjustmentView(msgspec.Struct, frozen=True, omit_defaults=True):
    """`status`: proposed, approved (and moved), declined. `reason` only in lists: what people wrote is no receipt."""

    id: str
    status: str
    account: str
    direction: Direction
    amount: int
    currency: str
    against: str
    proposed_by: str
    proposed_at: str
    decided_by: str = ""
    decided_at: str = ""
    case_id: str = ""
    reason: str = ""


def view(movement: Mapping[str, Any], reason: str = "") -> AdjustmentView:
    """As the ledger has it."""
    return AdjustmentView(
        id=movement["pk"],
        status=movement["state"],
        account=movement["account"],
        direction="debit" if movement["direction"] == "debit" else "credit",
        amount=movement["amount"],
        currency=movement["currency"],
        against=movement["against"],
        proposed_by=movement["proposed_by"],
        proposed_at=movement["created_at"],
        decided_by=movement.get("decided_by", ""),
        decided_at=movement.get("decided_at", ""),
        case_id=movement["case_id"],
        reason=reason,
    )


def receipt(status: int, told: AdjustmentView) -> Receipt:
    return Receipt(status, msgspec.json.encode(told).decode())


def account_of(wish: NewAdjustment) -> str:
    return chart.corrections(wish.currency) if wish.account == OWN else wish.account
