"""One masked fact of a business in clear, for a reason: it is in the audit log before it is answered."""

from __future__ import annotations

from datetime import datetime

from chalicelib import happenings
from chalicelib.cases import service as cases
from chalicelib.identity import people
from chalicelib.kernel import ids
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import NotFound
from chalicelib.merchants import store_onboarding
from chalicelib.merchants.model_onboarding import BusinessReveal


def revealed(by: Operator, merchant_id: str, wish: BusinessReveal, at: datetime) -> str:
    """Counted with what they look at of people. Raises InvalidRequest, NotFound, TooManyRequests."""
    reason = people.admitted(by, wish.reason, at)
    found = store_onboarding.find(merchant_id) if ids.is_id(merchant_id, "mer") else None
    if found is None:
        raise NotFound()
    cases.audit(
        by.user_id, "merchant.reveal", merchant_id, reason, at, source_address=by.source_address, field=wish.field
    )
    happenings.tell("reveal", at, "succeeded", actor=by.user_id, merchant=merchant_id, reason=wish.field)
    return str(getattr(found.business, wish.field))
