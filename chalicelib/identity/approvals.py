"""Payments of a ward that wait for their guardian: told, looked at, approved or declined.

What is approved is the ledger's consent; the payment uses it up in its own transaction. Where it holds the authority
of whoever pays, `payments` makes the payment without them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from chalicelib import queues
from chalicelib.identity import names, store, store_guardians, telling
from chalicelib.kernel.errors import NotFound
from chalicelib.ledger import consents
from chalicelib.ledger.consents import Consent
from chalicelib.ledger.model import Leg, Verdict
from chalicelib.ledger.wire import Item
from chalicelib.ledger.write import Update
from chalicelib.notices.model import Params
from chalicelib.settings import settings


def listed(guardian_id: str, position: str | None, limit: int) -> tuple[list[Consent], str | None]:
    """Newest first, from `position` on; and the position of the next page, None at the end."""
    found, following = store_guardians.approvals(guardian_id, position, limit)
    return consents.all_of(found) if found else [], following


def decide(guardian_id: str, approval_id: str, state: Literal["approved", "declined"], at: datetime) -> Consent:
    """Raises NotFound unless the guardian is the payer's, InvalidState unless it waits."""
    consent = consents.found(approval_id)
    decided = consents.decide(consent, state, at, _guarding(guardian_id, consent.owner))
    kind = f"approval_{state}" if consent.authority or state == "declined" else "approval_open"
    telling.tell_id(consent.owner, kind, told_of(consent), at, once=approval_id)
    return decided


def tell_due(at: datetime) -> int:
    """Guardians of what waits for them and nobody has told them of."""
    return queues.sweep("approvals", consents.untold(at), _tell_at_last)


def tell(approval_id: str) -> Consent:
    """The guardian, as soon as they are asked; once, though the sweep tells too."""
    consent = consents.found(approval_id)
    ward = store.user(consent.owner)
    guardian = store.user(ward.guardian) if ward and ward.guardian else None
    if ward and guardian:
        store_guardians.put_approval(guardian.id, approval_id, consent.created_at)
        told: Params = {**told_of(consent), "ward": names.masked(ward.identifier)}
        telling.tell(guardian, "approval_asked", told, consent.created_at, once=approval_id)
    return consent


def _tell_at_last(approval_id: str) -> bool:
    consents.told(tell(approval_id))
    return True


def told_of(consent: Consent) -> Params:
    return {"amount": consent.amount, "currency": consent.currency, "payee": consent.payee_name}


def _guarding(guardian_id: str, ward_id: str) -> Leg:
    """The condition that this is the ward's guardian now."""
    check = Update(settings().identity_table, ward_id, "USER").require("guardian", "=", guardian_id)

    def explain(wired: Item | None) -> Verdict:
        return NotFound()

    return Leg(check.checked(), explain)
