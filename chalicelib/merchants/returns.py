"""A merchant makes the secret of its returns; whoever paid a checkout is shown the way back to its shop."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.cases import service as cases
from chalicelib.cases.model import Facts
from chalicelib.kernel.callers import Customer, Merchant, Operator
from chalicelib.kernel.errors import InvalidState, NotFound
from chalicelib.merchants import model_returns, signing
from chalicelib.merchants import service as merchants
from chalicelib.merchants import store_returns as store
from chalicelib.merchants.model import CheckoutView
from chalicelib.merchants.model_returns import ReturnSecret, ReturnView


def turn(caller: Operator | Merchant, merchant_id: str, overlap_hours: int, at: datetime) -> ReturnSecret:
    """A new secret, shown this once; the one before, if there is one, signs along for `overlap_hours`, and those before
    that as promised. Raises Forbidden, NotFound, InvalidState (too-many of them; changed: somebody else has just done
    it)."""
    if isinstance(caller, Merchant):
        caller.require("keys")
    merchants.merchant(caller, merchant_id)
    before = store.find(merchant_id)
    ends_at = at + timedelta(hours=overlap_hours)
    old = signing.following(before.old, before.secret, ends_at, at) if before else ()
    new = ReturnSecret(merchant_id, signing.fresh(), at, old)
    who = caller.who if isinstance(caller, Merchant) else caller.user_id
    facts: Facts = {"overlap_hours": overlap_hours}
    cases.audit(who, "merchant.turn_return", merchant_id, "", at, source_address=caller.source_address, **facts)
    if not store.put(new, before):
        raise InvalidState(state="changed")
    return new


def way_back(customer: Customer, checkout_id: str, at: datetime) -> ReturnView:
    """For whoever paid it or a part of it, where there is a way. Raises NotFound."""
    seen = merchants.see_checkout(customer, checkout_id, at)
    if not seen.return_url or not _has_paid(seen):
        raise NotFound()
    kept = store.find(seen.merchant_id)
    secrets = kept.secrets(at) if kept else ()
    to = model_returns.signed(seen.return_url, seen.id, seen.status, secrets, at)
    return ReturnView(seen.id, seen.status, seen.merchant_name, to)


def _has_paid(seen: CheckoutView) -> bool:
    return bool(seen.payment_id) or (seen.split is not None and any(part.mine for part in seen.split.parts))
