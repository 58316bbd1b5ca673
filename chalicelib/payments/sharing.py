"""A checkout that several people pay: each part is held; once it is full all are taken, and otherwise all go back.

Whatever stops in between, it is due and goes on later: each part is taken or given back under an id that follows from
it, and only while the checkout says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.kernel import ids, money
from chalicelib.kernel.errors import InvalidRequest, InvalidState, Unavailable
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Draft, Known, Leg
from chalicelib.merchants import service as merchants
from chalicelib.merchants import shares
from chalicelib.merchants.model import Checkout
from chalicelib.merchants.model_shares import Shared
from chalicelib.payments import following
from chalicelib.payments.model import PayRequest
from chalicelib.payments.paying import Order

Build = Callable[[datetime, Known], Draft]


def part_of(checkout: Checkout, request: PayRequest) -> int:
    """What the request pays of it. Raises InvalidRequest, AmountOutOfRange."""
    if request.capture == "manual" and checkout.capture == "automatic":
        raise InvalidRequest(param="capture")
    if (request.amount is None) == (checkout.max_payers > 0):
        raise InvalidRequest(param="amount")
    return checkout.amount if request.amount is None else money.check_amount(request.amount)


def look(order: Order, at: datetime) -> None:
    """Right after a part: if it was the last, all are taken. It is due anyhow, so this may fail."""
    try:
        finish(order.request.checkout_id or "", at)
    except (BotoCoreError, ClientError, Unavailable):
        return


def finish(checkout_id: str, at: datetime) -> bool:
    """Takes every part of one that is full, gives back every part of one that is over; whether any was left to."""
    shared = shares.ended(checkout_id, at)
    if shared is None:
        return False
    if shared.status == "open":
        shares.wait(checkout_id, shared, at)
        return False
    ended = [_end(payment, checkout_id, shared.status, at) for payment in _held(shared)]
    if not ended or not _held(shared):
        shares.done(checkout_id, at)
    return any(ended)


def _held(shared: Shared) -> list[dict[str, Any]]:
    """Its parts that are still to be taken or given back."""
    return [one for one in ledger.movements(shared.parts) if one["state"] == "authorized"] if shared.parts else []


def _end(payment: Mapping[str, Any], checkout_id: str, status: str, at: datetime) -> bool:
    """Once, whoever comes first."""
    build, proof = _ENDS[status](payment, at), shares.full if status == "paid" else shares.over
    try:
        return not ledger.commit(_proved(build, proof(checkout_id)), at).replayed
    except InvalidState:
        return False


def _proved(build: Build, proof: Leg) -> Build:
    """What is drafted happens only if `proof` holds."""

    def proved(at: datetime, known: Known) -> Draft:
        draft = build(at, known)
        return replace(draft, legs=(proof, *draft.legs))

    return proved


def _taken(payment: Mapping[str, Any], at: datetime) -> Build:
    capture_id, terms = ids.derived("cap", payment["pk"]), merchants.terms(payment["payee"], at)
    return lambda at, known: following.take(payment, capture_id, terms, at, known)


def _run_out(payment: Mapping[str, Any], at: datetime) -> Build:
    expiry_id = ids.derived("exp", payment["pk"])
    return lambda at, known: following.expire(payment, expiry_id, at, known)


def _called_off(payment: Mapping[str, Any], at: datetime) -> Build:
    void_id = ids.derived("voi", payment["pk"])
    return lambda at, known: following.let_go(payment, void_id, at, known)


_ENDS: dict[str, Callable[[Mapping[str, Any], datetime], Build]] = {
    "paid": _taken,
    "expired": _run_out,
    "cancelled": _called_off,
}
