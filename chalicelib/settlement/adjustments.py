"""Correcting the books takes two people: one proposes, another approves, and only then does money move.

proposed ──approved by somebody else──▶ approved: the entry is in the journal
    └──────declined by anybody────────▶ declined
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.cases import sealing
from chalicelib.cases import service as cases
from chalicelib.cases.model import Case
from chalicelib.kernel import clock, ids, money
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import (
    CurrencyMismatch,
    InsufficientFunds,
    InvalidRequest,
    InvalidState,
    NotFound,
    SecondPersonRequired,
    StillFrozen,
)
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import allowance, chart, crediting, items
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Change, Draft, Entry, Known, Leg, Movement, Verdict
from chalicelib.ledger.wire import Item, plain_item
from chalicelib.ledger.write import Update
from chalicelib.merchants import working
from chalicelib.processors import service as processors
from chalicelib.settings import settings
from chalicelib.settlement import model_adjustments as model
from chalicelib.settlement import store_adjustments as store
from chalicelib.settlement.model_adjustments import AdjustmentView, NewAdjustment

_LOWEST = -(10**15)
"""How far the house's own account may go below zero, in minor units."""
_ADJUSTABLE = ("wal", "mac", "cor")
_MOVEMENTS = ("top", "pay", "cap", "ref")
"""What a case may be about that moved money of an account."""
Found = dict[str, Any]


def propose(by: Operator, wish: NewAdjustment, key: RequestKey, at: datetime) -> Receipt:
    """Nothing moves yet.

    Raises InvalidRequest, AmountOutOfRange, CurrencyMismatch, NotFound, SecondPersonRequired (it is their own wallet,
    or of a shop that they work at).
    """
    money.check_currency(wish.currency)
    money.check_amount(wish.amount)
    if wish.against not in processors.known():
        raise InvalidRequest(param="against")
    if wish.case_id is not None and not ids.is_id(wish.case_id, "cas"):
        raise InvalidRequest(param="case_id")
    _check_stranger(by.user_id, wish.account, wish.currency)
    movement = _proposed(by, wish, _account(wish, at), key, at)
    cases.audit(
        by.user_id, "adjustment.propose", movement.id, wish.reason, at, source_address=by.source_address,
        account=movement.account, direction=wish.direction, amount=wish.amount, currency=wish.currency,
    )  # fmt: skip
    receipt = ledger.commit(lambda at, known: Draft(movement, (), None), at, key)
    store.keep(movement.id, sealing.sealed(movement.id, "reason", wish.reason), at)
    return receipt


def approve(by: Operator, adjustment_id: str, note: str, key: RequestKey, at: datetime) -> Receipt:
    """Moves the money.

    Raises NotFound, SecondPersonRequired (who proposed it, or whose it is), InvalidState, InsufficientFunds,
    MerchantFundsInsufficient.
    """
    found = _found(adjustment_id)
    by.require_other(found["proposed_by"])
    for one in (found["proposed_by"], by.user_id):
        _check_stranger(one, found["account"], found["currency"])
    _audit(by, "adjustment.approve", found, note, at)
    told, owner = _with_decision(found, "approved", by, at), _owner(found["account"])
    answer = model.receipt(201, model.view(told))
    movement = Movement(
        id=key.movement_id("apv"),
        kind="approval",
        account=found["account"],
        amount=found["amount"],
        currency=found["currency"],
        state="approved",
        at=at,
        fingerprint=key.fingerprint,
        receipt=answer,
        facts={"adjustment": adjustment_id},
    )

    def build(at: datetime, known: Known) -> Draft:
        change, postings = _change(found, known)
        entry = Entry(adjustment_id, "adjustment", found["currency"], at, postings, owner, found["against"])
        legs = (_decided(told, by), *_allowed(change))
        return Draft(movement, (change,), entry, legs, _short(found, known))

    receipt = ledger.commit(build, at, key)
    if receipt.status == answer.status and found["case_id"]:
        _resolved(found, by, note, at)
    return receipt


def decline(by: Operator, adjustment_id: str, note: str, at: datetime) -> AdjustmentView:
    """Also by who proposed it. Raises NotFound, InvalidState."""
    found = _found(adjustment_id)
    if found["state"] != "proposed":
        raise InvalidState(state=found["state"])
    _audit(by, "adjustment.decline", found, note, at)
    told = _with_decision(found, "declined", by, at)
    ledger.commit(lambda at, known: Draft(None, (), None, (_decided(told, by, alone=True),)), at)
    return model.view(told)


def adjustment(adjustment_id: str) -> AdjustmentView:
    """Raises NotFound."""
    found = _found(adjustment_id)
    return model.view(found, _reason(adjustment_id))


def adjustments(position: str | None, limit: int) -> tuple[list[AdjustmentView], str | None]:
    """Newest first, from `position` on; and the position of the next page."""
    kept, following = store.newest(position, limit)
    known = {one["pk"]: one for one in ledger.movements([one for one, _ in kept])} if kept else {}
    shown = [(known[one], sealed) for one, sealed in kept if one in known and "proposed_by" in known[one]]
    return [model.view(one, sealing.opened(one["pk"], "reason", sealed)) for one, sealed in shown], following


def waiting(position: str | None, limit: int) -> tuple[list[tuple[str, str]], str | None]:
    """Id and time of those on this page, newest first, that nobody has decided; reasons stay sealed.

    And the position of the next page.
    """
    kept, following = store.newest(position, limit)
    known = ledger.movements([one for one, _ in kept]) if kept else []
    return [(one["pk"], one["created_at"]) for one in known if one["state"] == "proposed"], following


def _with_decision(found: Found, state: str, by: Operator, at: datetime) -> Found:
    return {**found, "state": state, "decided_by": by.user_id, "decided_at": clock.written(at)}


def _check_stranger(user_id: str, account: str, currency: str) -> None:
    """Neither of the two corrects a wallet of their own, or the account of a shop that they work at."""
    if account == chart.wallet_of(user_id, currency):
        raise SecondPersonRequired()
    if ids.is_id(account, "mac") and working.works_at(user_id, ledger.head(account).owner):
        raise SecondPersonRequired()


def _owner(account: str) -> str:
    """Who is told of it; of a merchant's account and the house's own nobody."""
    return ledger.head(account).owner if ids.is_id(account, "wal") else ""


def _account(wish: NewAdjustment, at: datetime) -> str:
    """Its head is there and of that currency; the house's own is opened when it is first needed."""
    account = model.account_of(wish)
    if wish.account == model.OWN:
        ledger.open_house(account, wish.currency, _LOWEST, at)
    if not any(ids.is_id(account, prefix) for prefix in _ADJUSTABLE):
        raise InvalidRequest(param="account")
    if ledger.head(account).currency != wish.currency:
        raise CurrencyMismatch(param="currency")
    return account


def _proposed(by: Operator, wish: NewAdjustment, account: str, key: RequestKey, at: datetime) -> Movement:
    movement = Movement(
        id=key.movement_id("adj"),
        kind="adjustment",
        account=account,
        amount=wish.amount,
        currency=wish.currency,
        state="proposed",
        at=at,
        fingerprint=key.fingerprint,
        facts={
            "direction": wish.direction,
            "against": wish.against,
            "proposed_by": by.user_id,
            "case_id": wish.case_id or "",
        },
    )
    return replace(movement, receipt=model.receipt(201, model.view(items.movement_item(movement))))


def _found(adjustment_id: str) -> Found:
    found = ledger.movement(adjustment_id) if ids.is_id(adjustment_id, "adj") else None
    if found is None or found["kind"] != "adjustment":
        raise NotFound()
    return found


def _change(found: Found, known: Known) -> tuple[Change, dict[str, int]]:
    account, currency, amount = found["account"], found["currency"], found["amount"]
    clearing = chart.clearing(found["against"], currency)
    if found["direction"] == "credit":
        change, received = crediting.credit(account, currency, amount, known)
        return change, received | {clearing: -amount}
    head = known.get(account)
    change = Change(account, currency, available=-amount, floor=head.floor if head else _assumed_floor(account))
    return change, {account: -amount, clearing: amount}


def _allowed(change: Change) -> tuple[Leg, ...]:
    """A merchant's refunds draw on what stands beside its head: it follows every correction of it."""
    if not change.available or not ids.is_id(change.account, "mac"):
        return ()
    if change.available < 0:
        return (allowance.draw(change.account, -change.available),)
    return (allowance.give(change.account, change.available),)


def _assumed_floor(account: str) -> int:
    return _LOWEST if account.startswith("cor_") else 0


def _short(found: Found, known: Known) -> InsufficientFunds | None:
    """A debit takes what is there: nobody is put into debt by an operator."""
    head = known.get(found["account"])
    if head is None or found["direction"] == "credit":
        return None
    missing = head.floor - head.available + found["amount"]
    return InsufficientFunds(missing=missing, currency=head.currency) if missing > 0 else None


def _decided(told: Found, by: Operator, *, alone: bool = False) -> Leg:
    """Once, and an approval only by somebody else than who proposed it: a condition, whatever was read."""
    update = Update(settings().ledger_table, told["pk"], items.MOVEMENT).require("state", "=", "proposed")
    update.assign("state", told["state"]).assign("decided_by", by.user_id).assign("decided_at", told["decided_at"])
    if not alone:
        update.require("proposed_by", "<>", by.user_id)

    def explain(wired: Item | None) -> Verdict:
        if wired is None:
            return NotFound()
        state = plain_item(wired)["state"]
        return InvalidState(state=state) if state != "proposed" else SecondPersonRequired()

    return Leg(update.written(), explain)


def _resolved(found: Found, by: Operator, note: str, at: datetime) -> None:
    """The case that it was for, if it is about this money and may be resolved; somebody may have done so already."""
    with suppress(InvalidState, NotFound, StillFrozen):
        if _is_about(cases.case(found["case_id"]), found):
            cases.resolve(found["case_id"], by, note, at)


def _is_about(case: Case, found: Found) -> bool:
    """The case tells of the account, of a movement on it, or, of the house's own, of the processor's very currency."""
    named = {case.subject, str(case.facts.get("our_id", ""))}
    if found["account"] in named:
        return True
    if found["account"] == chart.corrections(found["currency"]):
        return found["against"] in (case.subject, case.facts.get("name")) and _same_currency(case, found)
    moved = [one for one in named if any(ids.is_id(one, kind) for kind in _MOVEMENTS)]
    return bool(moved) and any(found["account"] in _touched(one) for one in ledger.movements(moved))


def _same_currency(case: Case, found: Found) -> bool:
    return bool(case.facts.get("currency") == found["currency"])


def _touched(movement: Found) -> tuple[str, ...]:
    """The account that it is of, and the merchant's that it pays."""
    payee = movement.get("payee")
    paid = (chart.merchant_account(payee, movement["currency"]),) if payee else ()
    return movement["account"], *paid


def _reason(adjustment_id: str) -> str:
    sealed = store.reason(adjustment_id)
    return sealing.opened(adjustment_id, "reason", sealed) if sealed else ""


def _audit(by: Operator, deed: str, found: Found, note: str, at: datetime) -> None:
    cases.audit(
        by.user_id, deed, found["pk"], note, at, source_address=by.source_address,
        account=found["account"], direction=found["direction"], amount=found["amount"], currency=found["currency"],
    )  # fmt: skip
