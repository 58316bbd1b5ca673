"""Payments that a guardian has agreed to, made while whoever pays is away."""

from __future__ import annotations

from datetime import datetime

from chalicelib.identity import approvals, telling
from chalicelib.kernel.errors import CofferError, GuardianApprovalRequired, IdempotencyKeyReused, Unavailable
from chalicelib.ledger import consents
from chalicelib.ledger.consents import Consent
from chalicelib.payments import service


def make(approval_id: str, at: datetime) -> bool:
    """Whether it is paid; if it is not, whoever pays is told. Raises Unavailable: it stays due.

    A refusal is stored under their key, so what they are told stays so.
    """
    consent = consents.found(approval_id)
    try:
        paid = service.pay_agreed(consent, at).status < 400
        kind = "" if paid else "unpaid"
    except Unavailable:
        raise
    except GuardianApprovalRequired:
        paid, kind = False, "unpaid"
    except IdempotencyKeyReused:
        paid, kind = False, ""  # their app has sent it otherwise worded, and has its answer
    except CofferError:
        paid, kind = False, "open"
    if kind:
        _tell(consent, f"{approvals.kind_of(consent)}_{kind}")
    consents.over(consent)
    return paid


def _tell(consent: Consent, kind: str) -> None:
    at, once = consent.given_at, f"{consent.id} {kind}"
    telling.tell_id(consent.owner, kind, approvals.told_of(consent), at, once=once)
