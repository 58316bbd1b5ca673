"""What a processor's event does to our books: each kind one transaction, in whatever order and however often they come.

pending, unknown ──failed──▶ failed ──succeeded──▶ succeeded ──reversed──▶ succeeded, less what was taken back
       └───────────────succeeded────────────────────▲

What was taken back is told as a running total, or refund by refund: `model.Reversals`.

Where a processor said no and another was asked, the first success of any of them is credited. What one that said no
says of its no is known. Any further success is money twice: kept as it came, and the money is sent back (`returns`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from chalicelib.cases import service as cases
from chalicelib.kernel import ids
from chalicelib.kernel.errors import CofferError, InvalidRequest, InvalidState, NotFound, Unavailable
from chalicelib.ledger import chart, crediting
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Changed, Draft, Known, Taken, Verdict
from chalicelib.observability import page
from chalicelib.processors import hearing, model_patience
from chalicelib.processors import service as processors
from chalicelib.processors.model import ProcessorEvent
from chalicelib.topups import booking, disputed, model, returns, store, telling
from chalicelib.topups.promised import Promised

Effect = Literal["made", "none", "quarantined"]
_EFFECTLESS = ("ignored", "refund_failed")
"""Whoever asked for a refund asks what became of it; a top-up is none the wiser."""
PAID_TWICE = "paid-twice"
"""Why an event is kept whose money is a second processor's for one top-up: it goes back."""
PAID_TWICE_AND_RETURNED = "paid-twice-and-returned"
"""The same, but all of it has gone back already: nobody may send it a second time."""


def apply(event: ProcessorEvent, raw: bytes, at: datetime) -> Effect:
    """`raw` is kept if the event contradicts what we know. Raises Unavailable, then the processor sends it again."""
    if event.kind in _EFFECTLESS:
        return "none"
    if event.kind not in hearing.PAYOUTS and (wrong := model.unsound(event)):
        return _quarantine(event, raw, wrong, at)
    try:
        return "made" if _effect(event, at) else "none"
    except Unavailable:
        raise
    except CofferError as refusal:
        return _set_aside(event, raw, refusal.param or refusal.code, at)


def _effect(event: ProcessorEvent, at: datetime) -> bool:
    if event.kind in hearing.PAYOUTS:
        return hearing.hear(event, at)
    known = _completed(event)
    if event.kind in model.DISPUTES:
        return _dispute(known, at)
    return {"topup_succeeded": _credit, "topup_failed": _fail, "topup_reversed": _reverse}[event.kind](known, at)


def _completed(event: ProcessorEvent) -> ProcessorEvent:
    """Not every processor repeats whose wallet it is about: then our own intent says it, which never changes."""
    if event.wallet_id is not None:
        return event
    try:
        found = ledger.movement(event.topup_id or "")
    except NotFound as problem:
        raise NotFound(param="topup_id") from problem
    return replace(event, wallet_id=found["account"], owner=event.owner or found.get("owner"))


def _credit(event: ProcessorEvent, at: datetime, *, implied: bool = False) -> bool:
    """`implied`: another event, still to be received, cannot be true without this."""
    wallet, amount, currency = booking.facts(event)
    receipt = () if implied else (store.told(event, at),)
    instead: Mapping[str, Any] | None = None
    promised = Promised()

    def elsewhere(found: Mapping[str, Any]) -> Verdict:
        nonlocal instead
        if event.account != processors.adapter(event.processor).account:
            return InvalidRequest(param="processor_account")
        if found["state"] == "succeeded":
            return _paid_twice(event)
        instead = found
        promised.learn(found)
        return Changed()

    def build(at: datetime, known: Known) -> Draft:
        change, received = crediting.credit(wallet, currency, amount, known)
        postings = received | {chart.clearing(event.processor, currency): -amount}
        entry = booking.entry(event, "top-up", postings, at)
        success = store.succeeded(event, instead, elsewhere, promised)
        return Draft(None, (change,), entry, (*receipt, success, *promised.coming()))

    return not ledger.commit(build, at).replayed


def _fail(event: ProcessorEvent, at: datetime) -> bool:
    legs = (store.told(event, at), store.failed(event, at))
    failed = not ledger.commit(lambda at, known: Draft(None, (), None, legs), at).replayed
    if failed:
        telling.failed(event, at)
    return failed


def _reverse(event: ProcessorEvent, at: datetime) -> bool:
    """What is taken back was there first: if its success has not been heard of, it is credited, then reversed."""
    try:
        return _take_back(event, at)
    except InvalidState:
        _credit(event, at, implied=True)
        return _take_back(event, at)


def _dispute(event: ProcessorEvent, at: datetime) -> bool:
    """Likewise: what is disputed was there first."""
    try:
        return disputed.hear(event, at)
    except InvalidState as refusal:
        if refusal.params.get("state") == disputed.ANOTHER:
            raise
        _credit(event, at, implied=True)
        return disputed.hear(event, at)


def _take_back(event: ProcessorEvent, at: datetime) -> bool:
    """Raises InvalidState if it has not succeeded yet, InvalidRequest if it would be more than the top-up."""
    wallet, whole, currency = booking.facts(event)
    before, promised = model.Reversals(), Promised()

    def judge(found: Mapping[str, Any]) -> Verdict:
        nonlocal before
        if found["state"] != "succeeded":
            return InvalidState(state=found["state"])
        before = model.Reversals.of(found)
        if before.after(event).total > whole:
            return InvalidRequest(param="reversed_total")
        promised.learn(found)
        return Taken({}) if before.after(event) == before else Changed()

    def elsewhere(found: Mapping[str, Any]) -> Verdict:
        credited = found["state"] == "succeeded"
        return _paid_twice(event) if credited else InvalidState(state=found["state"])

    def build(at: datetime, known: Known) -> Draft:
        after = before.after(event)
        receipts = (store.told(event, at), *((store.refunded(event, at),) if event.reversed_part else ()))
        told = store.reversed_to(event, before, after, judge, elsewhere, promised)
        legs = (*receipts, told, *promised.going())
        if after.total == before.total:
            return Draft(None, (), None, legs)
        amount = after.total - before.total
        change, postings = booking.debit(wallet, currency, amount, known)
        postings[chart.clearing(event.processor, currency)] = amount
        return Draft(None, (change,), booking.entry(event, "top-up-reversal", postings, at, str(after.total)), legs)

    return not ledger.commit(build, at).replayed


def _paid_twice(event: ProcessorEvent) -> InvalidRequest:
    returned = event.kind == "topup_reversed" and event.amount in (event.reversed_total, event.reversed_part)
    return InvalidRequest(param=PAID_TWICE_AND_RETURNED if returned else PAID_TWICE)


def _set_aside(event: ProcessorEvent, raw: bytes, reason: str, at: datetime) -> Effect:
    """What was paid twice goes back by itself; anything else is a person's."""
    if reason == PAID_TWICE and event.kind == "topup_succeeded":
        returns.begin(event, raw, reason, at)
        return "quarantined"
    if reason == PAID_TWICE_AND_RETURNED and returns.told(event, at):
        return "none"
    return _quarantine(event, raw, reason, at)


def _quarantine(event: ProcessorEvent, raw: bytes, reason: str, at: datetime) -> Effect:
    """Never credited, never dropped: kept as it came, and a person is called."""
    leg = store.quarantined(event, raw, reason, at)
    ledger.commit(lambda at, known: Draft(None, (), None, (leg,)), at)
    facts = {"processor": event.processor, "event_id": event.event_id, "reason": reason}
    subject = event.topup_id if ids.is_id(event.topup_id or "", "top") else event.event_id
    due_at = at + model_patience.CASE_DUE
    cases.open_case("webhook-quarantine", subject or event.event_id, facts, due_at=due_at, at=at, key=event.event_id)
    page("WebhookQuarantined", **facts)
    telling.quarantined(event, reason, at)
    return "quarantined"
