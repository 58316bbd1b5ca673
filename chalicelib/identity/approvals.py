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
    """Raises NotFound unless they guard the payer, or gave the family card that is to pay; InvalidState unless it
    waits."""
    consent = consents.found(approval_id)
    if consent.decider not in ("", guardian_id):
        raise NotFound()
    proof = () if consent.decider else (_guarding(guardian_id, consent.owner),)
    decided = consents.decide(consent, state, at, *proof)
    kind = state if consent.authority or state == "declined" else "open"
    telling.tell_id(consent.owner, f"{kind_of(consent)}_{kind}", told_of(consent), at, once=approval_id)
    return decided


def tell_due(at: datetime) -> int:
    """Guardians of what waits for them and nobody has told them of."""
    return queues.sweep("approvals", consents.untold(at), _tell_at_last)


def tell(approval_id: str) -> Consent:
    """The guardian, as soon as they are asked; once, though the sweep tells too."""
    consent = consents.found(approval_id)
    if consent.decider:
        store_guardians.put_approval(consent.decider, approval_id, consent.created_at)
        asked: Params = {**told_of(consent), "person": consent.asker}
        telling.tell_id(consent.decider, f"{kind_of(consent)}_asked", asked, consent.created_at, once=approval_id)
        return consent
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


def kind_of(consent: Consent) -> str:
    """How notices of it begin."""
    return "card_approval" if consent.card else "approval"


def told_of(consent: Consent) -> Params:
    return {"amount": consent.amount, "currency": consent.currency, "payee": consent.payee_name}


def _guarding(guardian_id: str, ward_id: str) -> Leg:
    """The condition that this is the ward's guardian now."""
    check = Update(settings().identity_table, ward_id, "USER").require("guardian", "=", guardian_id)

    def explain(wired: Item | None) -> Verdict:
        return NotFound()

    return Leg(check.checked(), explain)
