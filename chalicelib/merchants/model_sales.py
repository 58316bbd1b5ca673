"""What a merchant sold and gave back, a line each, as it was settled: with its fee."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from chalicelib.merchants.model import SettlementView

Kind = Literal["payment", "capture", "refund", "card-purchase"]


class SaleView(msgspec.Struct, frozen=True, omit_defaults=True):
    """`amount` of a refund is negative; `fee` is what the house kept of it. A card's purchase has no order."""

    id: str
    kind: Kind
    payment_id: str
    order_reference: str
    amount: int
    fee: int
    currency: str
    created_at: str
    settlement_id: str
    settled_at: str
    reason: str = ""
    """Of a refund, as it was given."""
    store_id: str = ""
    store_name: str = ""
    """Where the payment was made, if at a store."""
    staff_id: str = ""
    staff_name: str = ""
    """Who was at the till, if anybody was."""


class SettlementDetailView(msgspec.Struct, frozen=True):
    """A batch and its lines, the newest first: they add up to it."""

    settlement: SettlementView
    lines: list[SaleView]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a list of lines goes on: in the batches before `before`, past the first `skip` lines of them."""

    before: str | None = None
    skip: int = 0

    @property
    def written(self) -> str:
        return f"{self.before or ''}|{self.skip}"


def place(position: str | None) -> Place:
    """Of a cursor of ours."""
    before, _, skip = (position or "|0").rpartition("|")
    return Place(before or None, int(skip))


def sale(
    movement: Mapping[str, Any], payment: Mapping[str, Any], line: tuple[int, int], batch: SettlementView
) -> SaleView:
    """Of a settled movement; `payment` is itself, or what it followed; `line`: amount and fee, as they were settled."""
    amount, fee = line
    return SaleView(
        id=movement["pk"],
        kind=movement["kind"],
        payment_id=payment["pk"],
        order_reference=_answer(payment).get("order_reference", ""),
        amount=amount,
        fee=fee,
        currency=movement["currency"],
        created_at=movement["created_at"],
        settlement_id=batch.id,
        settled_at=batch.at,
        reason=_answer(movement).get("reason", ""),
        store_id=_answer(payment).get("store_id", ""),
        staff_id=movement.get("staff_id", ""),
    )


def named(sale: SaleView, stores: Mapping[str, str], staff: Mapping[str, str]) -> SaleView:
    """With the names of where and who, as far as they are known."""
    where, who = stores.get(sale.store_id, ""), staff.get(sale.staff_id, "")
    return msgspec.structs.replace(sale, store_name=where, staff_name=who)


def _answer(movement: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(movement.get("answer") or "{}")
    return found
