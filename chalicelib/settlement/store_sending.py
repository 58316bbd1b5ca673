"""Writes of a withdrawal or payout after its first, each with the meaning of its failure: legs of transactions."""

from __future__ import annotations

from datetime import datetime

from chalicelib.kernel import clock
from chalicelib.ledger import items
from chalicelib.ledger.model import Leg, Taken, Verdict
from chalicelib.ledger.wire import Item
from chalicelib.ledger.write import Update
from chalicelib.processors import model_patience
from chalicelib.processors.model import Created
from chalicelib.settings import settings

_REASON_CHARACTERS = 64


def claimed(movement_id: str, at: datetime) -> Leg:
    """Written before the processor is first called, once: from here on it may have been asked."""
    update = _unfinished(movement_id).require_absent("asked_at").assign("asked_at", clock.written(at))
    return Leg(update.assign("due_at", clock.written(at + model_patience.ASK_AGAIN[0])).written(), _taken)


def heard(movement_id: str, created: Created) -> Leg:
    """What it answered while nothing is final."""
    update = _unfinished(movement_id).assign("state", "pending" if created.status == "pending" else "unknown")
    if created.reference:
        update.assign("reference", created.reference)
    return Leg(update.written(), _taken)


def succeeded(movement_id: str, reference: str, at: datetime) -> Leg:
    update = _unfinished(movement_id).assign("state", "succeeded").assign("reference", reference)
    return Leg(update.assign("ended_at", clock.written(at)).remove("due_key", "due_at").written(), _taken)


def failed(movement_id: str, reason: str, at: datetime, *, unsent: bool) -> Leg:
    """Together with the money's return, so that it returns once. `unsent`: only if nobody has asked the processor."""
    update = _unfinished(movement_id).assign("state", "failed").assign("reason", reason[:_REASON_CHARACTERS])
    if unsent:
        update.require_absent("asked_at")
    return Leg(update.assign("ended_at", clock.written(at)).remove("due_key", "due_at").written(), _taken)


def asked_again(movement_id: str, was_due_at: str, next_at: datetime | None) -> Leg:
    """When to ask the processor next; None: no more."""
    update = _unfinished(movement_id).require("due_at", "=", was_due_at)
    if next_at is None:
        update.remove("due_key", "due_at")
    else:
        update.assign("due_at", clock.written(next_at))
    return Leg(update.written(), _taken)


def _unfinished(movement_id: str) -> Update:
    update = Update(settings().ledger_table, movement_id, items.MOVEMENT)
    return update.require_one_of("state", *model_patience.UNFINISHED)


def _taken(wired: Item | None) -> Verdict:
    return Taken(wired or {})
