"""What may follow a payment, as drafts: captured, voided or expired once; refunded up to what was captured."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from chalicelib.kernel import clock
from chalicelib.kernel.errors import CofferError, InvalidState, NotFound, RefundExceedsCapture
from chalicelib.kernel.idempotency import RequestKey
from chalicelib.ledger import allowance, chart, crediting, items
from chalicelib.ledger.model import Changed, Draft, Due, Entry, Known, Leg, Line, Movement, Verdict, due_key, shard_of
from chalicelib.ledger.wire import Item, plain_item
from chalicelib.ledger.write import Update
from chalicelib.merchants.model import Terms
from chalicelib.payments import model
from chalicelib.payments.model import CaptureView, RefundView
from chalicelib.payments.paying import SETTLE_GRACE, line, receipt
from chalicelib.settings import settings

Payment = Mapping[str, Any]
"""A payment's movement as the ledger keeps it. Only what never changes is taken from it; the rest are conditions.

With `ASIDE`, for a refund of what a dispute has put aside of it: it takes that, and nothing that is refundable."""
ASIDE, DISPUTED, DISPUTE = "aside", "disputed", "dispute"


@dataclass(frozen=True, slots=True)
class Aside:
    """What a dispute has put aside of a payment, and of what its merchant's refunds may draw."""

    amount: int
    held: int


@dataclass(slots=True)
class Left:
    """What is known so far of what is left of a payment: all that was not refunded, and what of it is disputed."""

    refundable: int
    disputed: int = 0

    @classmethod
    def of(cls, payment: Payment) -> Self:
        return cls(payment["refundable"] + payment.get(DISPUTED, 0), payment.get(DISPUTED, 0))

    def count(self, payment: Payment) -> None:
        now = Left.of(payment)
        self.refundable, self.disputed = now.refundable, now.disputed


def capture(payment: Payment, terms: Terms, amount: int, key: RequestKey, at: datetime, known: Known) -> Draft:
    """Takes `amount` of what is held and releases the rest."""
    wallet, currency, held = payment["account"], payment["currency"], payment["amount"]
    answer = CaptureView(key.movement_id("cap"), "captured", payment["pk"], amount, currency, clock.written(at))
    settled = line(answer.id, terms, amount, currency)
    leaves = _captured(payment, amount)
    leaves.require("due_at", ">", clock.written(at))
    change, postings = crediting.release(wallet, currency, held, held - amount, known)
    return Draft(
        movement=_movement(payment, "capture", answer, amount, at, key, line=settled),
        changes=(change,),
        entry=_entry(
            payment, "capture", answer.id, at, postings | {chart.settling(currency): amount}, settled, terms.name
        ),
        legs=(Leg(leaves.written(), _not_authorized),),
    )


def take(payment: Payment, capture_id: str, terms: Terms, at: datetime, known: Known) -> Draft:
    """Takes all that is held of one part of a shared checkout. Nobody's key makes it, so it is made once."""
    wallet, amount, currency = payment["account"], payment["amount"], payment["currency"]
    settled = line(capture_id, terms, amount, currency)
    change, postings = crediting.release(wallet, currency, amount, 0, known)
    return Draft(
        movement=replace(
            _by_itself(payment, "capture", capture_id, "captured", at, fee=settled.fee),
            due=Due("settle", at + SETTLE_GRACE),
        ),
        changes=(change,),
        entry=_entry(
            payment, "capture", capture_id, at, postings | {chart.settling(currency): amount}, settled, terms.name
        ),
        legs=(Leg(_captured(payment, amount).written(), _not_authorized),),
    )


def let_go(payment: Payment, void_id: str, at: datetime, known: Known) -> Draft:
    """All that is held goes back, and nobody's key makes it."""
    return _release(payment, "voided", _by_itself(payment, "void", void_id, "voided", at), known)


def void(payment: Payment, key: RequestKey, at: datetime, known: Known) -> Draft:
    amount, currency = payment["amount"], payment["currency"]
    answer = CaptureView(key.movement_id("voi"), "voided", payment["pk"], amount, currency, clock.written(at))
    return _release(payment, "voided", _movement(payment, "void", answer, amount, at, key), known)


def take_back(payment: Payment, void_id: str, terms: Terms, at: datetime, known: Known) -> Draft:
    """All that a charge took, while it is not final: what is held is released, what waits to be settled comes back.

    Its line is never settled then: the merchant's account sees neither. Nobody's key makes it, so it is made once.
    """
    wallet, amount, currency = payment["account"], payment["amount"], payment["currency"]
    movement = _by_itself(payment, "void", void_id, "voided", at)
    if payment["state"] == "authorized":
        return _release(payment, "voided", movement, known)
    change, credited = crediting.credit(wallet, currency, amount, known)
    postings = credited | {chart.settling(currency): -amount}
    return Draft(
        movement=movement,
        changes=(change,),
        entry=_entry(payment, "void", void_id, at, postings, payee_name=terms.name),
        legs=(_unsettled(payment, void_id),),
    )


def expire(payment: Payment, expiry_id: str, at: datetime, known: Known) -> Draft:
    return _release(payment, "expired", _by_itself(payment, "expiry", expiry_id, "succeeded", at), known)


def refund(
    payment: Payment, terms: Terms, amount: int, reason: str, key: RequestKey, at: datetime, known: Known
) -> Draft:
    """Credits the customer at once; the merchant's account follows by settlement, within its allowance."""
    currency, merchant = payment["currency"], payment["payee"]
    answer = RefundView(key.movement_id("ref"), "succeeded", payment["pk"], amount, currency, clock.written(at), reason)
    account = chart.merchant_account(merchant, currency)
    settled = Line(answer.id, merchant, account, -amount, 0)
    change, credited = crediting.credit(payment["account"], currency, amount, known)
    return Draft(
        movement=_movement(payment, "refund", answer, amount, at, key, line=settled),
        changes=(change,),
        entry=_entry(
            payment, "refund", answer.id, at, credited | {chart.settling(currency): -amount}, settled, terms.name
        ),
        legs=(_refundable(payment, amount), *drawn(payment, account, amount)),
    )


def drawn(payment: Payment, account: str, amount: int) -> tuple[Leg, ...]:
    """From what the merchant's refunds may draw, less what a dispute has put aside of that for this very refund."""
    missing = amount - (payment[ASIDE].held if ASIDE in payment else 0)
    if not missing:
        return ()
    return (allowance.draw(account, missing) if missing > 0 else allowance.give(account, -missing),)


def _release(payment: Payment, state: str, movement: Movement, known: Known) -> Draft:
    """All that is held goes back."""
    amount = payment["amount"]
    change, postings = crediting.release(payment["account"], payment["currency"], amount, amount, known)
    return Draft(
        movement=movement,
        changes=(change,),
        entry=_entry(payment, movement.kind, movement.id, movement.at, postings),
        legs=(Leg(_leave(payment, state).written(), _not_authorized),),
    )


def _by_itself(payment: Payment, kind: str, movement_id: str, state: str, at: datetime, **facts: int) -> Movement:
    """Of all that was paid, whoever or whatever brings it about."""
    whole = payment["account"], payment["amount"], payment["currency"]
    told = {"payee": payment["payee"], "payment": payment["pk"], **facts}
    return Movement(movement_id, kind, *whole, state, at, facts=told)


def _movement(
    payment: Payment,
    kind: str,
    answer: CaptureView | RefundView,
    amount: int,
    at: datetime,
    key: RequestKey,
    *,
    line: Line | None = None,
) -> Movement:
    facts = {"payee": payment["payee"], "payment": payment["pk"]}
    return Movement(
        id=answer.id,
        kind=kind,
        account=payment["account"],
        amount=amount,
        currency=payment["currency"],
        state=answer.status,
        at=at,
        fingerprint=key.fingerprint,
        receipt=receipt(answer),
        due=Due("settle", at + SETTLE_GRACE) if line else None,
        facts=facts | {"fee": line.fee} if line else facts,
    )


def _entry(
    payment: Payment,
    kind: str,
    movement: str,
    at: datetime,
    postings: dict[str, int],
    line: Line | None = None,
    payee_name: str = "",
) -> Entry:
    return Entry(
        movement=movement,
        kind=kind,
        currency=payment["currency"],
        at=at,
        postings=crediting.postings(postings),
        owner=payment["owner"],
        text=json.loads(payment["answer"])["order_reference"],
        payee=payment["payee"],
        payee_name=payee_name,
        line=line,
    )


def _leave(payment: Payment, state: str) -> Update:
    """Leaves `authorized` for good; nothing is due any more."""
    update = Update(settings().ledger_table, payment["pk"], items.MOVEMENT)
    return update.assign("state", state).remove("due_key", "due_at").require("state", "=", "authorized")


def _captured(payment: Payment, amount: int) -> Update:
    return _leave(payment, "captured").assign("captured", amount).assign("refundable", amount)


def _unsettled(payment: Payment, void_id: str) -> Leg:
    """Leaves `captured` while its own line waits to be settled and nothing of it was refunded."""
    payment_id, amount = payment["pk"], payment["amount"]
    update = Update(settings().ledger_table, payment_id, items.MOVEMENT).remove("due_key", "due_at")
    update.assign("state", "voided").assign("captured", 0).assign("refundable", 0).assign("taken_back_by", void_id)
    update.require("state", "=", "captured").require("refundable", "=", amount).require_absent("settled_by")
    update.require("due_key", "=", due_key("settle", shard_of(payment_id)))

    def explain(wired: Item | None) -> Verdict:
        if not wired:
            return NotFound()
        found = plain_item(wired)
        settled = "settled_by" in found and found["refundable"] == found["captured"]
        return InvalidState(state="settled", payment_id=payment_id) if settled else _as_it_is(found)

    return Leg(update.written(), explain)


def _as_it_is(payment: Payment) -> InvalidState:
    payment_id, state = payment["pk"], "disputed" if payment.get(DISPUTED) else model.status(payment)
    return InvalidState(state=state, payment_id=payment_id)


def _refundable(payment: Payment, amount: int) -> Leg:
    return Leg(_taking(payment, amount).written(), lambda wired: _not_refundable(payment, wired))


def refundable_as_seen(payment: Payment, amount: int, seen: Left) -> Leg:
    """For what comes back differently after each refund: so much is left, neither less nor more. `seen` learns it."""
    update = _taking(payment, amount).require("refundable", "=", seen.refundable - seen.disputed)
    if seen.disputed:
        update.require(DISPUTED, "=", seen.disputed)
    else:
        update.require_at_most(DISPUTED, 0)

    def explain(wired: Item | None) -> Verdict:
        if wired:
            found = plain_item(wired)
            if found["state"] == "captured" and _has(payment, found) >= amount:
                seen.count(found)
                return Changed()
        return _not_refundable(payment, wired)

    return Leg(update.written(), explain)


def disputing(payment_id: str, amount: int, dispute_id: str) -> Leg:
    """So much of it can be refunded by nobody but its dispute, which is its only one. Refuses with InvalidState."""
    update = Update(settings().ledger_table, payment_id, items.MOVEMENT).assign(DISPUTE, dispute_id)
    update.add("refundable", -amount).count(DISPUTED, amount).require_absent(DISPUTE)
    update.require("refundable", ">=", amount).require("state", "=", "captured")

    def explain(wired: Item | None) -> Verdict:
        found = plain_item(wired or {})
        return InvalidState(state="disputed") if DISPUTE in found else _not_refundable({}, wired)

    return Leg(update.written(), explain)


def undisputed(payment_id: str, amount: int, *, forgotten: bool) -> Leg:
    """It can be refunded again, as before the dispute; `forgotten`: and disputed again."""
    update = Update(settings().ledger_table, payment_id, items.MOVEMENT)
    update.add("refundable", amount).add(DISPUTED, -amount).require(DISPUTED, ">=", amount)
    if forgotten:
        update.remove(DISPUTE)
    return Leg(update.written(), lambda wired: Changed())


def _taking(payment: Payment, amount: int) -> Update:
    name = _source(payment)
    update = Update(settings().ledger_table, payment["pk"], items.MOVEMENT).add(name, -amount)
    return update.require(name, ">=", amount).require("state", "=", "captured")


def _source(payment: Payment) -> str:
    return DISPUTED if ASIDE in payment else "refundable"


def _has(payment: Payment, found: Payment) -> int:
    return int(found.get(_source(payment), 0))


def _not_authorized(wired: Item | None) -> CofferError:
    if not wired:
        return NotFound()
    state = model.status(plain_item(wired))
    return InvalidState(state="expired" if state == "authorized" else state)


def _not_refundable(payment: Payment, wired: Item | None) -> CofferError:
    if not wired:
        return NotFound()
    found = plain_item(wired)
    if found["state"] != "captured":
        return InvalidState(state=model.status(found))
    return RefundExceedsCapture(refundable=_has(payment, found), currency=found["currency"])
