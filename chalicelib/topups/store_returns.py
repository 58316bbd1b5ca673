"""The writes of a return: money that a second processor took for one top-up, on its way back to whoever paid it.

It is a movement of its own (`rtn_…`) in the ledger's table, due until it is known; no balance of ours changes by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.kernel import clock, ids
from chalicelib.ledger import expected, items
from chalicelib.ledger.model import Due, Leg, Movement, Taken, Verdict
from chalicelib.ledger.wire import Item
from chalicelib.ledger.write import Update
from chalicelib.processors import model_patience
from chalicelib.processors.model import Created, ProcessorEvent, Refund
from chalicelib.settings import settings

DUE = "return"
_REASON_CHARACTERS = 64


def id_of(event: ProcessorEvent) -> str:
    """One for each top-up and processor, however often and in whatever way it is told."""
    return ids.derived("rtn", event.processor, event.topup_id or "")


def movement(event: ProcessorEvent, state: str, at: datetime) -> Movement:
    """`pending`, then it is due at once; `succeeded`, if the processor has sent it back by itself already."""
    return Movement(
        id=id_of(event),
        kind="return",
        account=event.wallet_id or "",
        amount=event.amount or 0,
        currency=event.currency or "",
        state=state,
        at=at,
        due=Due(DUE, at) if state == "pending" else None,
        facts={
            "topup": event.topup_id or "",
            "processor": event.processor,
            "reference": event.reference or "",
            "refund_reference": "",
        },
    )


def came(wish: Movement, at: datetime) -> Leg:
    """What the processor's statement must show of the money that came."""
    return _expected(wish.id, wish.facts, wish.currency, wish.amount, at)


def went(wish: Movement, at: datetime) -> Leg:
    """And of its way back."""
    return _expected(wish.id, wish.facts, wish.currency, -wish.amount, at)


def asked_back(found: Mapping[str, Any], at: datetime) -> Leg:
    """Its way back, of one that is kept already."""
    return _expected(found["pk"], found, found["currency"], -found["amount"], at)


def refund_of(found: Mapping[str, Any]) -> Refund:
    return Refund(found["pk"], found["topup"], found["amount"], found["currency"], found["amount"], found["reference"])


def claimed(return_id: str, at: datetime) -> Leg:
    """Written before the processor is first called, once: from here on it may have been asked."""
    update = _unfinished(return_id).require_absent("asked_at").assign("asked_at", clock.written(at))
    return Leg(update.assign("due_at", clock.written(at + model_patience.ASK_AGAIN[0])).written(), _taken)


def heard(return_id: str, created: Created) -> Leg:
    """What it answered while nothing is final."""
    update = _unfinished(return_id).assign("state", "pending" if created.status == "pending" else "unknown")
    if created.reference:
        update.assign("refund_reference", created.reference)
    return Leg(update.written(), _taken)


def ended(return_id: str, state: str, reason: str = "") -> Leg:
    update = _unfinished(return_id).assign("state", state).remove("due_key", "due_at")
    if reason:
        update.assign("reason", reason[:_REASON_CHARACTERS])
    return Leg(update.written(), _taken)


def asked_again(return_id: str, was_due_at: str, next_at: datetime | None) -> Leg:
    """When to ask the processor next; None: no more."""
    update = _unfinished(return_id).require("due_at", "=", was_due_at)
    if next_at is None:
        update.remove("due_key", "due_at")
    else:
        update.assign("due_at", clock.written(next_at))
    return Leg(update.written(), _taken)


def _expected(return_id: str, facts: Mapping[str, Any], currency: str, amount: int, at: datetime) -> Leg:
    about = f"{return_id} {'back' if amount < 0 else 'came'}"
    return Leg(expected.beside(facts["topup"], about, facts["processor"], currency, amount, at), _taken)


def _unfinished(return_id: str) -> Update:
    update = Update(settings().ledger_table, return_id, items.MOVEMENT)
    return update.require_one_of("state", *model_patience.UNFINISHED)


def _taken(wired: Item | None) -> Verdict:
    return Taken(wired or {})
