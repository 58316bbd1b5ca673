"""Whether a business is what it says: asked of a registry until it answers, completed, or decided by a person.

Until then the merchant may set everything up, and neither takes payments nor is paid out.
"""

from __future__ import annotations

from datetime import datetime

from chalicelib import queues
from chalicelib.cases import service as cases
from chalicelib.kernel.callers import Merchant, Operator
from chalicelib.kernel.errors import InvalidState, NotFound
from chalicelib.merchants import model_onboarding as model
from chalicelib.merchants import service as merchants
from chalicelib.merchants import store_onboarding as store
from chalicelib.merchants import working
from chalicelib.merchants.model import Terms
from chalicelib.merchants.model_onboarding import BusinessChange, Check, VerificationDecision
from chalicelib.merchants.verification import NoAnswer, registry

CASE = "merchant-unverified"


def business(caller: Operator | Merchant, merchant_id: str) -> Check:
    """Raises Forbidden, NotFound (nothing was said of it: an operator vouched)."""
    _keeper(caller, merchant_id)
    return _found(merchant_id)


def complete(caller: Operator | Merchant, merchant_id: str, wish: BusinessChange, at: datetime) -> Check:
    """What is given is changed, and asked about anew; once refused, by an operator alone. Raises Forbidden, NotFound,
    InvalidRequest, InvalidState (active; rejected; changed)."""
    agreed, was = _keeper(caller, merchant_id), _found(merchant_id)
    if agreed.status != "pending":
        raise InvalidState(state=agreed.status)
    if was.state == "refused" and isinstance(caller, Merchant):
        raise InvalidState(state=model.REJECTED)
    now = model.with_changes(was.business, wish)
    who = caller.who if isinstance(caller, Merchant) else caller.user_id
    cases.audit(who, "merchant.change_business", merchant_id, "", at, source_address=caller.source_address)
    if not store.change(was, now, at, model.WAITS):
        raise InvalidState(state="changed")
    return _found(merchant_id)


def decide(operator: Operator, merchant_id: str, wish: VerificationDecision, at: datetime) -> Check:
    """By hand, about what was seen. Raises NotFound, InvalidRequest, SecondPersonRequired (they work there),
    InvalidState (not pending; changed)."""
    agreed, why = merchants.merchant(operator, merchant_id), model.reason(wish.reason)
    was = _found(merchant_id)
    working.check_stranger(operator, merchant_id)
    if agreed.status != "pending":
        raise InvalidState(state=agreed.status)
    if was.version != wish.version:
        raise InvalidState(state="changed")
    told = {"source_address": operator.source_address}
    if wish.decision == "verify":
        cases.audit(operator.user_id, "merchant.verify", merchant_id, why, at, **told)
        done = store.decide(was, "verified", (), "active", "", at)
    else:
        cases.audit(operator.user_id, "merchant.refuse", merchant_id, why, at, **told)
        done = store.decide(was, "refused", (), "pending", model.REJECTED, at)
    if not done:
        raise InvalidState(state="changed")
    cases.close(CASE, merchant_id, "decided")
    return _found(merchant_id)


def ask_due(at: datetime) -> int:
    """The sweep's part: candidates only, conditions decide."""
    return queues.sweep("businesses", store.due(at), lambda merchant_id: ask(merchant_id, at))


def ask(merchant_id: str, at: datetime) -> bool:
    """Ask the registry, unless that is not due. No answer is none: it is asked again, at last by a person."""
    was = store.find(merchant_id)
    if was is None or was.due_at is None or was.due_at > at:
        return False
    try:
        found = registry().verify(merchant_id, was.business, was.tries)
    except NoAnswer:
        return _wait(was, at)
    if found.state == "verified":
        return store.decide(was, "verified", (), "active", "", at)
    reason = model.LACKS if found.state == "needs_more" else model.REJECTED
    return store.decide(was, found.state, found.due, "pending", reason, at)


def _wait(was: Check, at: datetime) -> bool:
    next_at = was.next_at(at)
    if next_at is None:
        cases.open_case(CASE, was.merchant_id, {}, due_at=at + model.CASE_DUE, at=at)
    return store.later(was, next_at)


def _keeper(caller: Operator | Merchant, merchant_id: str) -> Terms:
    if isinstance(caller, Merchant):
        caller.require("keys")
    return merchants.merchant(caller, merchant_id)


def _found(merchant_id: str) -> Check:
    found = store.find(merchant_id)
    if found is None:
        raise NotFound()
    return found
