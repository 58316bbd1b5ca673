"""Money that came twice for one top-up goes back: the second processor is asked to refund it, and asked until it has.

a second success ──kept as it came, and due──▶ claimed, then asked ──▶ pending, unknown ──they say so──▶ succeeded
                                                     │                      │
                                                     └──── a no ────────────┴── a no, or five days of silence ──▶ a case

Whoever dies between the claim and the call is followed by a question; what the processor has not heard of is asked for
once more, under the same id, which is one refund there. A refusal is believed of the first call, where nothing can have
arrived before, and of a question's answer; any other is silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.cases import service as cases
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Unavailable
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Draft
from chalicelib.processors import asked, missing, model_patience
from chalicelib.processors import service as processors
from chalicelib.processors.model import ProcessorEvent
from chalicelib.topups import store
from chalicelib.topups import store_returns as kept

Found = Mapping[str, Any]


def begin(event: ProcessorEvent, raw: bytes, reason: str, at: datetime) -> None:
    """Of a success: keeps it as it came, and what is to be returned, once. What is back already is not returned."""
    leg = store.quarantined(event, raw, reason, at)
    wish = kept.movement(event, "pending", at)
    if ledger.commit(lambda at, known: Draft(wish, (), None, (leg, kept.came(wish, at))), at).replayed:
        asked.made(leg, at)


def told(event: ProcessorEvent, at: datetime) -> bool:
    """Of a reversal of all of it: whether that is a return of ours, which is over then.

    Where it is none, the processor has done it by itself, and nobody asks for it once more.
    """
    by_itself = kept.movement(event, "succeeded", at)
    shown = (kept.came(by_itself, at), kept.went(by_itself, at))
    if not ledger.commit(lambda at, known: Draft(by_itself, (), None, shown), at).replayed:
        return False
    ended = kept.ended(by_itself.id, "succeeded")
    if not asked.made(ended, at, shown[1]):
        asked.made(ended, at)
    return bool(ledger.movement(by_itself.id)["state"] == "succeeded")


def go_on(return_id: str, at: datetime) -> bool:
    """One step with a return that is due; whether it had an effect. Raises Unavailable if they are silent."""
    found = ledger.movement(return_id)
    if found["state"] not in model_patience.UNFINISHED or found.get("due_at", "~") > clock.written(at):
        return False
    if not processors.is_set_up(found["processor"]):
        missing.say(found["processor"], at)
        return _postpone(found, at)
    if "asked_at" in found:
        return _question(found, at)
    return asked.made(asked.claimed(return_id, at), at, kept.asked_back(found, at)) and _asked(found, at, first=True)


def _asked(found: Found, at: datetime, *, first: bool) -> bool:
    created = processors.adapter(found["processor"]).refund(kept.refund_of(found))
    if created.status == "failed" and first:
        return _failed(found, created.reason or "declined", at)
    return asked.made(asked.heard(found["pk"], created, kept.REFERENCE), at)


def _question(found: Found, at: datetime) -> bool:
    try:
        event = processors.adapter(found["processor"]).query_refund(kept.refund_of(found), at)
    except Unavailable:
        _postpone(found, at)
        raise
    if event.kind == "topup_reversed":
        return asked.made(kept.ended(found["pk"], "succeeded"), at)
    if event.kind == "refund_failed":
        return _failed(found, event.reason or "declined", at)
    _postpone(found, at)
    return event.reason == "not_found" and _asked(found, at, first=False)


def _failed(found: Found, reason: str, at: datetime) -> bool:
    """The case first: an operator's work is not lost with whoever dies in between."""
    _open_case("return-failed", found, at, reason=reason)
    return asked.made(kept.ended(found["pk"], "failed", reason), at)


def _postpone(found: Found, at: datetime) -> bool:
    """Always False: what is put off had no effect."""
    next_at = model_patience.ask_again_at(clock.read(found.get("asked_at", found["created_at"])), at)
    if next_at is None:
        _open_case("return-unknown", found, at)
    asked.made(asked.again(found["pk"], found["due_at"], next_at), at)
    return False


def _open_case(kind: str, found: Found, at: datetime, **more: str) -> None:
    facts = {"processor": found["processor"], "topup": found["topup"], "reference": found["reference"], **more}
    cases.open_case(kind, found["pk"], facts, due_at=at + model_patience.CASE_DUE, at=at)
