"""What somebody at a till does: only while they may, with who they are, and at the store where they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.kernel.callers import Merchant
from chalicelib.kernel.errors import NotFound
from chalicelib.ledger.model import Draft
from chalicelib.merchants import service as merchants
from chalicelib.payments import model


def by(merchant: Merchant, draft: Draft) -> Draft:
    """The draft as it was, where a server asks. Refuses with Forbidden once whoever is at the till may not any more."""
    if merchant.staff is None:
        return draft
    movement = draft.movement
    if movement:
        movement = replace(movement, facts={**movement.facts, "staff_id": merchant.staff.id})
    return replace(draft, movement=movement, legs=(*draft.legs, *merchants.acting(merchant)))


def reaches(merchant: Merchant, payment: Mapping[str, Any]) -> bool:
    """Whether the payment was made where they are: at one store, or anywhere."""
    return merchant.store_id in ("", model.store_of(payment))


def check_reach(merchant: Merchant, payment: Mapping[str, Any]) -> None:
    """Raises NotFound."""
    if not reaches(merchant, payment):
        raise NotFound()
