"""Sending money to a person, in the order a person would tell it: send, look, cancel; and what is due by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from chalicelib.identity import payee_checks, payees
from chalicelib.kernel import clock, ids, money
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import (
    CoolingOff,
    CurrencyMismatch,
    GuardianApprovalRequired,
    InvalidOrExpired,
    InvalidRequest,
    InvalidState,
    NotFound,
    StepUpRequired,
    TooManyRequests,
)
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import chart, consents, history
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Draft, Known
from chalicelib.transfers import model, moving, store
from chalicelib.transfers.model import TransferRequest
from chalicelib.transfers.moving import Stranger, Wish

_NOT_YET = (CoolingOff, GuardianApprovalRequired, InvalidOrExpired, NotFound, StepUpRequired, TooManyRequests)
"""Nothing is stored of them: the same key sends once they are over, and one that has sent is told so."""
_SHOWN = ("transfer", "transfer-scheduled", "transfer-completed")
"""Kinds of entries by which somebody knows a transfer: each of them once."""
_LOOK_AGAIN = timedelta(minutes=5)
"""How often it is looked whether whoever is invited has an account."""


def send(customer: Customer, request: TransferRequest, key: RequestKey, at: datetime) -> Receipt:
    """One round trip, at once or into escrow. Raises or stores every refusal of `ledger.commit`; of `_NOT_YET` nothing.

    Raises InvalidRequest (note, oneself), CurrencyMismatch, AmountOutOfRange, InvalidOrExpired (the check).
    """
    money.check_currency(request.currency)
    money.check_amount(request.amount)
    check = payee_checks.read(customer, request.payee_check)
    wallet = chart.wallet_of(customer.user_id, request.currency)
    if request.currency != check.currency or wallet not in customer.wallet_ids:
        raise CurrencyMismatch(param="currency")
    if check.payee == wallet:
        raise InvalidRequest(param="payee_check")
    note = model.tidy_note(request.note)
    wish = Wish(check, wallet, request.amount, request.currency, note, request.delay_hours, key)
    stranger = Stranger()
    try:
        return ledger.commit(lambda at, known: moving.draft(customer, wish, stranger, at, known), at, key)
    except _NOT_YET as refusal:
        if first := ledger.answered(wish.id, key):
            return first
        if isinstance(refusal, GuardianApprovalRequired):
            _ask_guardian(customer, wish, at)
        raise


def transfer(customer: Customer, transfer_id: str) -> dict[str, Any]:
    """As it is now. Raises NotFound, to whom it is for too before it arrives."""
    found = _found(transfer_id)
    if found["account"] in customer.wallet_ids:
        return model.view(found, incoming=False)
    if found["state"] == "completed" and found["to"] in customer.wallet_ids:
        return model.view(found, incoming=True)
    raise NotFound()


def listed(customer: Customer, before: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
    """Mine, out and in, newest first; and the position of the next page, which may follow one that is not full."""
    wallet = customer.wallet_ids[0]
    found, following = history.of_kinds(wallet, _SHOWN, before, limit)
    known = {one["pk"]: one for one in ledger.movements([entry["movement"] for entry in found])}
    mine = [known[entry["movement"]] for entry in found]
    return [model.view(one, incoming=one["account"] != wallet) for one in mine], following


def cancel(customer: Customer, transfer_id: str, at: datetime) -> dict[str, Any]:
    """All of it back, while it waits; once more is as good as once. Raises NotFound, InvalidState (how it is)."""
    found = _found(transfer_id)
    if found["account"] not in customer.wallet_ids:
        raise NotFound()
    try:
        ledger.commit(lambda at, known: moving.back(found, "cancelled", at, known), at)
    except InvalidState as refusal:
        if refusal.params["state"] != "cancelled":
            raise
    return model.view(_found(transfer_id), incoming=False)


def go_on(transfer_id: str, at: datetime) -> bool:
    """What is due of it: on to its payee, or back; whether either happened. Whoever was faster has it."""
    found = _found(transfer_id)
    if found["state"] != "scheduled" or found["due_at"] > clock.written(at):
        return False
    whole = found if "to" in found else found | _claimed(found, at)
    try:
        ledger.commit(lambda at, known: _next(whole, at, known), at)
    except InvalidState:
        return False
    return "to" in whole


def _next(found: dict[str, Any], at: datetime, known: Known) -> Draft:
    if "to" not in found:
        until = min(at + _LOOK_AGAIN, model.unclaimed_at(found))
        return Draft(None, (), None, legs=(store.postponing(found["pk"], until),))
    if found["to"] in ("", found["account"]):
        return moving.back(found, "unclaimed", at, known)
    return moving.complete(found, at, known)


def _claimed(found: dict[str, Any], at: datetime) -> dict[str, str]:
    """Whoever has the name now as its payee, or nobody once its time is over; nothing while it waits.

    The name may be given up in this very moment, and the money is theirs all the same.
    """
    invited = store.invited(found["pk"])
    payee = payees.named(invited.mark) if invited else None
    wallet = chart.wallet_of(payee.user_id, found["currency"]) if payee else ""
    if payee and wallet in payee.wallets:
        return {"to": wallet, "to_owner": payee.user_id}
    return {"to": ""} if at >= model.unclaimed_at(found) else {}


def _ask_guardian(customer: Customer, wish: Wish, at: datetime) -> None:
    """Nobody is asked about a payee whom nobody has looked at lately."""
    if not wish.fresh(at):
        raise InvalidOrExpired(param="payee_check")
    consents.ask(moving.consent_of(customer, wish, at))


def _found(transfer_id: str) -> dict[str, Any]:
    if not ids.is_id(transfer_id, "trf"):
        raise NotFound()
    return ledger.movement(transfer_id)
