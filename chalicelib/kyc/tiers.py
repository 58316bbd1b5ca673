"""The tier that somebody's documents make: raised and lowered in the transaction that decides about a document."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.cases import service as cases
from chalicelib.identity.model import User
from chalicelib.kernel.errors import InvalidState
from chalicelib.kyc import model, store
from chalicelib.kyc.model import Document, Needs, State
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Draft
from chalicelib.policy import service as policy


def needs(jurisdiction: str, at: datetime) -> Needs:
    """Of each tier that documents make."""
    tiers = range(1, policy.highest_tier(jurisdiction, at) + 1)
    return {tier: policy.needs_of(jurisdiction, tier, at) for tier in tiers}


def kept(jurisdiction: str, at: datetime) -> timedelta:
    """How long after the decision images and number of a document stay, unless it was refused."""
    return timedelta(days=policy.retention_of(jurisdiction, at).days["identity-document"])


def accept(document: Document, user: User, at: datetime) -> bool:
    """It never takes away what somebody has. False if something changed meanwhile: it is looked at again."""
    standing = store.standing(user.id)
    made = _made(user, {document.kind}, document, at)
    return _move(document, user, standing, max(user.tier, made), "accepted", at)


def lapse(document: Document, user: User, at: datetime) -> bool:
    standing = store.standing(user.id)
    made = _made(user, set(), document, at)
    return _move(document, user, standing, min(user.tier, made), "expired", at)


def _made(user: User, with_it: set[str], apart_from: Document, at: datetime) -> int:
    others = {one.kind for one in store.every(user.id) if one.id != apart_from.id and one.stands(at)}
    return model.tier_made(others | with_it, needs(user.jurisdiction, at))


def _move(document: Document, user: User, standing: int, tier: int, state: State, at: datetime) -> bool:
    if state == "accepted":
        cases.audit("sweep", "person.verify", user.id, "", at, document=document.id, tier=tier)
    else:
        cases.audit("sweep", "person.lapse", user.id, "", at, document=document.id, tier=tier)
    legs = store.moving(document, user, standing, tier, state, at)
    try:
        ledger.commit(lambda moment, known: Draft(None, (), None, legs), at)
    except InvalidState:
        return False
    return True
