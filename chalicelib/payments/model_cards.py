"""Prepaid cards as people see them: what they buy, what they have, what happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.kernel.money import MAX_AMOUNT
from chalicelib.ledger import cards, lots
from chalicelib.ledger.cards import Card
from chalicelib.ledger.lots import FOR_EVER, Lots
from chalicelib.payments.model import Amount

CardStatus = Literal["active", "frozen", "empty"]


class CardTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The terms as whoever buys was shown them, in minor units."""

    price: Amount
    bonus: Annotated[int, msgspec.Meta(ge=0, le=MAX_AMOUNT)]
    fee: Annotated[int, msgspec.Meta(ge=0, le=MAX_AMOUNT)]
    bonus_expires_at: str | None = None


class BuyRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`agreed` repeats what was shown: where it is not what is offered, nothing is bought."""

    wallet_id: str
    plan_id: str
    agreed: CardTerms


class CashOutRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class LotView(msgspec.Struct, frozen=True):
    """`expires_at`: from when on it is good no more; null: never."""

    amount: int
    expires_at: str | None


class CardView(msgspec.Struct, frozen=True, omit_defaults=True):
    """`available` is `principal` and `bonus`. The principal never runs out and can always be taken back.

    `bonus_expires_at`: when the next of it runs out. `frozen`: as the wallet is.
    """

    id: str
    status: CardStatus
    merchant_id: str
    merchant_name: str
    currency: str
    principal: int
    bonus: int
    bonus_expires_at: str | None
    available: int
    created_at: str
    lots: list[LotView] = []
    """All of the bonus; not in the answer to buying it, which is kept."""
    purchase_id: str = ""
    """Of the answer to buying it."""


class CardsView(msgspec.Struct, frozen=True):
    """All of them: nobody has more than fit on a page."""

    data: list[CardView]
    has_more: bool = False
    next_cursor: str | None = None


class CardEntryView(msgspec.Struct, frozen=True):
    """`principal` and `bonus` are what they changed by."""

    id: str
    kind: str
    movement_id: str
    at: str
    currency: str
    principal: int
    bonus: int
    order_reference: str


class CashOutView(msgspec.Struct, frozen=True):
    """`amount` is all of the principal, now in the wallet; `bonus_reversed` went back to the merchant's promise."""

    id: str
    status: Literal["succeeded"]
    card_id: str
    wallet_id: str
    amount: int
    bonus_reversed: int
    currency: str
    created_at: str


def view(card: Card, principal: int, good: Lots, *, frozen: bool = False, purchase_id: str = "") -> CardView:
    bonus = lots.total(good)
    shown = [LotView(lot.left, _ending(lot.until)) for lot in good]
    status: CardStatus = "frozen" if frozen else "active" if principal + bonus else "empty"
    return CardView(
        id=card.id,
        status=status,
        merchant_id=card.merchant_id,
        merchant_name=card.merchant_name,
        currency=card.currency,
        principal=principal,
        bonus=bonus,
        bonus_expires_at=shown[0].expires_at if shown else None,
        available=principal + bonus,
        created_at=card.created_at,
        lots=[] if purchase_id else shown,
        purchase_id=purchase_id,
    )


def entry_view(found: Mapping[str, Any], card: Card) -> CardEntryView:
    postings = found["postings"]
    return CardEntryView(
        id=found["id"],
        kind=found["kind"],
        movement_id=found["movement"],
        at=found["sk"],
        currency=found["currency"],
        principal=postings.get(card.id, 0),
        bonus=postings.get(card.bonus, 0),
        order_reference=found.get("text", ""),
    )


def _ending(until: str) -> str | None:
    return None if until == FOR_EVER else cards.ends_at(until)
