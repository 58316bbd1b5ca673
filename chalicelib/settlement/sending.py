"""Sending withdrawals and payouts on, and asking what became of them: the sweep's part, each step one transaction.

pending ──claimed, then asked──▶ pending, unknown ──payout_succeeded──▶ succeeded
   │                                  │
   └──── nowhere to send it ──────────┴──payout_failed, never came──▶ failed, and the money is back: once

Whoever dies between the claim and the call is followed by a question, and what the processor has never heard of is
sent again under the same id. A refusal is believed of the first call, where nothing can have arrived before, and of
whatever names the payout it refuses; anything else is silence, and silence is no answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.cases import service as cases
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import InvalidRequest, NotFound, Unavailable
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Draft, Known
from chalicelib.observability import page
from chalicelib.processors import asked, missing, model_patience, routing
from chalicelib.processors import service as processors
from chalicelib.processors.model import PAYOUTS, Created, Payout, ProcessorEvent
from chalicelib.settlement import model_sending as model
from chalicelib.settlement import speed
from chalicelib.settlement import store_sending as store
from chalicelib.settlement.outgoing import KINDS

Found = Mapping[str, Any]


def go_on(movement_id: str, at: datetime) -> bool:
    """One step with what is due; whether it had an effect. Raises Unavailable if they are silent."""
    found = ledger.movement(movement_id)
    if found["state"] not in model_patience.UNFINISHED or found.get("due_at", "~") > clock.written(at):
        return False
    if not processors.is_set_up(found["processor"]):
        return _nobody_to_ask(found, at)
    return _question(found, at) if "asked_at" in found else _send(found, at)


def hear(event: ProcessorEvent, at: datetime) -> bool:
    """What a webhook says of it; whether it had an effect. Once, and not again once the sweep has heard the same.

    Raises NotFound, InvalidRequest where it contradicts what we know, or what was final before.
    """
    payout_id = event.payout_id or ""
    if not any(ids.is_id(payout_id, prefix) for prefix in PAYOUTS):
        raise NotFound(param="payout_id")
    found = ledger.movement(payout_id)
    if event.processor != found["processor"] or "asked_at" not in found:
        raise InvalidRequest(param="processor")
    if wrong := model.difference(event, found, processors.adapter(event.processor).account):
        raise InvalidRequest(param=wrong)
    if found["state"] in model_patience.UNFINISHED and _ended(found, event, at):
        return True
    if ledger.movement(payout_id)["state"] != event.kind.removeprefix("payout_"):
        raise InvalidRequest(param="state")
    return False


def _nobody_to_ask(found: Found, at: datetime) -> bool:
    """What was sent before waits as in any silence; what was not comes back after a while, and may leave otherwise."""
    missing.say(found["processor"], at)
    if "asked_at" not in found and at - clock.read(found["created_at"]) >= model.NEVER_CAME:
        return _return(found, model.NOT_SET_UP, at, unsent=True)
    _postpone(found, at)
    return False


def _send(found: Found, at: datetime) -> bool:
    payout = _payout(found)
    if payout is None:
        return _return(found, KINDS[found["kind"]].gone, at, unsent=True)
    if not asked.made(asked.claimed(found["pk"], at), at):
        return False
    return _asked(found, payout, at, first=True)


def _asked(found: Found, payout: Payout, at: datetime, *, first: bool) -> bool:
    """What it was asked is counted once its answer is written down."""
    began = clock.now()
    created = processors.adapter(found["processor"]).payout(payout)
    seconds = (clock.now() - began).total_seconds()
    had_effect = _told(found, created, at, first=first)
    speed.asked(found, seconds, at, failed=routing.own_fault(created))
    return had_effect


def _told(found: Found, created: Created, at: datetime, *, first: bool) -> bool:
    if created.status == "failed" and (first or created.reference):
        return _return(found, created.reason or "declined", at)
    return asked.made(asked.heard(found["pk"], created), at)


def _question(found: Found, at: datetime) -> bool:
    adapter, known, began = processors.adapter(found["processor"]), _named(found), clock.now()
    try:
        event = adapter.query_payout(known, at)
    except Unavailable:
        _postpone(found, at)
        speed.asked(found, (clock.now() - began).total_seconds(), at, failed=True)
        raise
    seconds = (clock.now() - began).total_seconds()
    had_effect = _answered(found, event, adapter.account, at)
    speed.asked(found, seconds, at, failed=False)
    return had_effect


def _answered(found: Found, event: ProcessorEvent, account: str, at: datetime) -> bool:
    if event.kind not in ("payout_succeeded", "payout_failed"):
        return _nothing_final(found, event, at)
    if wrong := model.difference(event, found, account):
        return _contradicted(found, event, wrong, at)
    return _ended(found, event, at)


def _ended(found: Found, event: ProcessorEvent, at: datetime) -> bool:
    if event.kind == "payout_failed":
        return _return(found, event.reason or "declined", at)
    succeeded = store.succeeded(found["pk"], event.reference or "", at)
    if not asked.made(succeeded, at, *KINDS[found["kind"]].told(found, at)):
        return False
    speed.paid(found, at)
    return True


def _nothing_final(found: Found, event: ProcessorEvent, at: datetime) -> bool:
    """What they have named before did come: that they know nothing of it now proves nothing."""
    _postpone(found, at)
    if event.reason != "not_found" or found["reference"]:
        return False
    waited = at - clock.read(found["asked_at"])
    if waited >= model.NEVER_CAME:
        return _return(found, "not_found", at)
    payout = _payout(found) if waited < model.SENT_AGAIN_FOR else None
    return payout is not None and _asked(found, payout, at, first=False)


def _return(found: Found, reason: str, at: datetime, *, unsent: bool = False) -> bool:
    def build(at: datetime, known: Known) -> Draft:
        failed = store.failed(found["pk"], reason, at, unsent=unsent)
        return KINDS[found["kind"]].returning(found, at, known, failed)

    return not ledger.commit(build, at).replayed


def _postpone(found: Found, at: datetime) -> None:
    next_at = model_patience.ask_again_at(clock.read(found.get("asked_at", found["created_at"])), at)
    if next_at is None:
        cases.open_case(found["kind"] + "-unknown", found["pk"], {}, due_at=at + model_patience.CASE_DUE, at=at)
    asked.made(asked.again(found["pk"], found["due_at"], next_at), at)


def _contradicted(found: Found, event: ProcessorEvent, wrong: str, at: datetime) -> bool:
    """Neither believed nor forgotten: a person looks, and nobody asks any more."""
    facts = {"processor": found["processor"], "event_id": event.event_id, "reason": wrong}
    due_at = at + model_patience.CASE_DUE
    kind = found["kind"]
    cases.open_case(kind + "-contradicted", found["pk"], facts, due_at=due_at, at=at, key=event.event_id)
    page(KINDS[kind].contradicted, **facts)
    asked.made(asked.again(found["pk"], found["due_at"], None), at)
    return False


def _named(found: Found) -> Payout:
    """Enough to ask about it: nobody needs to know where it went."""
    return Payout(found["pk"], "", found["amount"], found["currency"])


def _payout(found: Found) -> Payout | None:
    """None if there is nowhere to send it any more."""
    destination = KINDS[found["kind"]].destination(found)
    return Payout(found["pk"], destination, found["amount"], found["currency"]) if destination else None
