"""The writes of a movement that a processor is asked for, after its first: legs of transactions.

A withdrawal, a payout or a return is claimed, then asked for, and asked about until it is known.
"""

from __future__ import annotations

from datetime import datetime

from chalicelib.kernel import clock
from chalicelib.ledger import items
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Draft, Leg, Taken, Verdict
from chalicelib.ledger.wire import Item
from chalicelib.ledger.write import Update
from chalicelib.processors import model_patience
from chalicelib.processors.model import Created
from chalicelib.settings import settings

_REASON_CHARACTERS = 64


def claimed(movement_id: str, at: datetime) -> Leg:
    """Written before the processor is first called, once: from here on it may have been asked."""
    update = unfinished(movement_id).require_absent("asked_at").assign("asked_at", clock.written(at))
    return leg(update.assign("due_at", clock.written(at + model_patience.ASK_AGAIN[0])))


def heard(movement_id: str, created: Created, reference: str = "reference") -> Leg:
    """What it answered while nothing is final; `reference` is what the movement calls the processor's name for it."""
    update = unfinished(movement_id).assign("state", "pending" if created.status == "pending" else "unknown")
    if created.reference:
        update.assign(reference, created.reference)
    return leg(update)


def again(movement_id: str, was_due_at: str, next_at: datetime | None) -> Leg:
    """When to ask the processor next; None: no more."""
    update = unfinished(movement_id).require("due_at", "=", was_due_at)
    if next_at is None:
        update.remove("due_key", "due_at")
    else:
        update.assign("due_at", clock.written(next_at))
    return leg(update)


def ended(movement_id: str, state: str, reason: str = "") -> Update:
    """Nobody asks any more."""
    update = unfinished(movement_id).assign("state", state)
    if reason:
        update.assign("reason", reason[:_REASON_CHARACTERS])
    return update.remove("due_key", "due_at")


def unfinished(movement_id: str) -> Update:
    update = Update(settings().ledger_table, movement_id, items.MOVEMENT)
    return update.require_one_of("state", *model_patience.UNFINISHED)


def leg(update: Update) -> Leg:
    return Leg(update.written(), taken)


def made(leg: Leg, at: datetime, *more: Leg) -> bool:
    """In a transaction of their own. False if somebody else was there first."""
    return not ledger.commit(lambda at, known: Draft(None, (), None, (leg, *more)), at).replayed


def taken(wired: Item | None) -> Verdict:
    return Taken(wired or {})
