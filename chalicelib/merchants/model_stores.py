"""Stores of a merchant: where people pay. A store never moves to another merchant; its id is on its printed code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from chalicelib.kernel import clock

StoreStatus = Literal["open", "closed"]
ADDRESS_LETTERS = 200
Name = Annotated[str, msgspec.Meta(extra_json_schema={"minLength": 1})]
Place = Annotated[str, msgspec.Meta(extra_json_schema={"maxLength": ADDRESS_LETTERS})]


class NewStore(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Name
    address: Place = ""


class StoreChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A closed store takes no payments; it may open again."""

    name: Name | None = None
    address: Place | None = None
    status: StoreStatus | None = None


class StoreView(msgspec.Struct, frozen=True):
    """`code_url` is what the code on its counter holds."""

    id: str
    merchant_id: str
    name: str
    address: str
    status: StoreStatus
    code_url: str
    created_at: str


class ShopView(msgspec.Struct, frozen=True):
    """What whoever stands before the code sees of a store: whom they are about to pay, and in what."""

    id: str
    name: str
    merchant_id: str
    merchant_name: str
    currencies: tuple[str, ...]
    status: StoreStatus


@dataclass(frozen=True, slots=True)
class Store:
    id: str
    merchant_id: str
    name: str
    address: str
    status: StoreStatus
    created_at: datetime

    def view(self, public_url: str) -> StoreView:
        return StoreView(
            self.id,
            self.merchant_id,
            self.name,
            self.address,
            self.status,
            f"{public_url}/store/{self.id}",
            clock.written(self.created_at),
        )
