"""What somebody at a till does: only while they may, with who they are, and at the store where they are.

What they may not do is not done, and yet they are told what was answered to it before, if that money is theirs to see:
a refusal would say that nothing has happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.kernel import ids
from chalicelib.kernel.callers import Merchant
from chalicelib.kernel.errors import CofferError, NotFound
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import service as ledger
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


def check_does(key: RequestKey) -> None:
    """Raises NotFound of the key where somebody only asks what was answered to it."""
    if key.only_replay:
        raise NotFound(param="Idempotency-Key")


def followed_before(
    merchant: Merchant, payment_id: str, movement_id: str, key: RequestKey, refusal: CofferError
) -> Receipt:
    """What was answered to the same request about a payment. Raises the refusal if nothing was."""
    sees = "payments" in merchant.scopes and ids.is_id(payment_id, "pay")
    payment = next(iter(ledger.movements([payment_id])), None) if sees else None
    if payment is None or not merchant.works_at(model.store_of(payment)):
        raise refusal
    return told(ledger.answered(movement_id, key), refusal)


def told(first: Receipt | None, refusal: CofferError) -> Receipt:
    """What was answered first. Raises the refusal if nothing was."""
    if first is None:
        raise refusal
    return first
