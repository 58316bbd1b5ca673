"""A top-up's writes, each with the meaning of its failure: legs of the ledger's transactions.

The movement is in the ledger's table; what processors told us (`EVT#…`, `RFD#…` for a refund told by itself) and what
we could not believe (`QUA#…`) are in `topups`, there once and for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.kernel import clock
from chalicelib.kernel.errors import InFlight, InvalidRequest, InvalidState, NotFound
from chalicelib.kernel.idempotency import Receipt
from chalicelib.ledger import items
from chalicelib.ledger.model import Changed, Due, Leg, Taken, Verdict
from chalicelib.ledger.wire import Item, plain_item
from chalicelib.ledger.write import Update, put_once
from chalicelib.processors import model_patience
from chalicelib.processors.model import Adapter, Created, ProcessorEvent
from chalicelib.settings import settings
from chalicelib.topups import model, model_route
from chalicelib.topups.model_route import Steps
from chalicelib.topups.promised import Promised

_REASON_CHARACTERS = 32
"""The fattest that failed stays within a kilobyte; no reason that anything is told by is longer."""
FAILED = "failed"
Judge = Callable[[Mapping[str, Any]], Verdict]


@dataclass(frozen=True, slots=True)
class Told:
    """What `processor` said, and the answer made of it. `state`: as the movement is known to be, `pending` at first.

    `lease_until`: for what is true only if nobody else has asked meanwhile.
    """

    processor: str
    created: Created
    receipt: Receipt
    state: str
    lease_until: str | None


def lease(topup_id: str, processor: str, held_until: str, until: datetime) -> Leg:
    """Go on with a top-up whose first request died. Fails with InFlight if somebody else does, or has moved it on."""
    update = _movement(topup_id).assign("lease_until", clock.written(until))
    update.require("lease_until", "=", held_until).require_absent("answer").require("processor", "=", processor)
    return Leg(update.written(), _in_flight)


def moved_on(topup_id: str, said_no: str, lease_until: str, to: Adapter, tried: Steps, at: datetime) -> Leg:
    """Name the next processor, before it is called. Its own no may have come as a webhook too.

    Fails with InvalidState if it has said yes after all, with InFlight if another request has the top-up.
    """
    update = _movement(topup_id).require("processor", "=", said_no).require("lease_until", "=", lease_until)
    update.require_absent("answer").require_one_of("state", "pending", "failed")
    update.assign("processor", to.name).assign("processor_account", to.account).assign("reference", "")
    update.assign("tried", model_route.written(tried)).assign("state", "pending").remove("reason")
    for name, text in Due("topup", at + model_patience.ASK_AGAIN[0]).attributes(topup_id).items():
        update.assign(name, text)

    def explain(wired: Item | None) -> Verdict:
        state = plain_item(wired or {}).get("state")
        return InvalidState(state=state) if state == "succeeded" else _in_flight(wired)

    return Leg(update.written(), explain)


def answered(topup_id: str, told: Told, judge: Judge, at: datetime) -> Leg:
    """Keep the answer, once; the state too, unless a webhook has changed it meanwhile, which `judge` learns."""
    update = _movement(topup_id).assign("answer", told.receipt.body).assign("answer_status", told.receipt.status)
    update.require_absent("answer").remove("lease_until").require("state", "=", told.state)
    if told.state == "pending":
        update.require("processor", "=", told.processor).assign("state", told.created.status)
        update.assign("reference", told.created.reference or "")
        if told.lease_until:
            update.require("lease_until", "=", told.lease_until)
        _conclude(update, topup_id, told.created.status, told.created.reason, at)
    return Leg(update.written(), lambda wired: _answered_before(wired) or judge(plain_item(wired or {})))


def told(event: ProcessorEvent, at: datetime) -> Leg:
    """The receipt of an event that had an effect. InvalidRequest if its id was another event's before."""
    about: dict[str, str | int] = {"kind": event.kind, "topup_id": event.topup_id or ""}
    kept = {"pk": f"EVT#{event.processor}#{event.event_id}", "sk": "EVENT", "at": clock.written(at)}
    return Leg(put_once(settings().topups_table, kept | about), _same(about, "event_id"))


def quarantined(event: ProcessorEvent, raw: bytes, reason: str, at: datetime) -> Leg:
    """The event as it came, for a person to judge."""
    kept = {"pk": f"QUA#{event.processor}#{event.event_id}", "sk": "QUARANTINE", "raw": raw}
    return Leg(put_once(settings().topups_table, {**kept, "reason": reason, "at": clock.written(at)}), _taken)


def succeeded(event: ProcessorEvent, instead: Mapping[str, Any] | None, elsewhere: Judge, promised: Promised) -> Leg:
    """From any state but itself: success wins over failure. `promised` learns of the bonus that it brings.

    `instead`: the movement as it was found, where the event is of a processor that had said no; it takes its place
    back. `elsewhere` learns of that, and says what to do.
    """
    update = _ours(event) if instead is None else _instead(event, instead)
    update.assign("state", "succeeded").assign("reference", event.reference)
    update.require_one_of("state", *model.UNFINISHED, "failed").remove("due_key", "due_at")
    promised.require(update)

    def judge(found: Mapping[str, Any]) -> Verdict:
        news = promised.learn(found)
        return Changed() if news and found["state"] != "succeeded" else Taken({})

    return Leg(update.written(), _about(event, judge, elsewhere))


def failed(event: ProcessorEvent, at: datetime) -> Leg:
    """Of a processor that had said no: that is known."""
    update = _ours(event).assign("state", "failed").require_one_of("state", *model.UNFINISHED)
    if event.reference:
        update.assign("reference", event.reference)
    _conclude(update, event.topup_id or "", "failed", event.reason, at)
    return Leg(update.written(), _about(event, lambda found: Taken({}), lambda found: Taken({})))


def reversed_to(
    event: ProcessorEvent,
    before: model.Reversals,
    after: model.Reversals,
    judge: Judge,
    elsewhere: Judge,
    promised: Promised,
) -> Leg:
    """`before`: what was taken back already, as far as known; `judge` learns better from the old movement.

    `elsewhere` says what to do where the event is of a processor that had said no.
    """
    update = _ours(event).assign("reversed_total", after.total)
    update.require("state", "=", "succeeded").require("reversed_total", "=", before.total)
    update.require_at_most("reversed_parts", before.parts)
    promised.require(update)
    if after.parts != before.parts:
        update.assign("reversed_parts", after.parts)
    return Leg(update.written(), _about(event, judge, elsewhere))


def disputing(event: ProcessorEvent, facts: Mapping[str, str | int], judge: Judge) -> Leg:
    """In no other dispute, and it has succeeded."""
    update = _ours(event).require("state", "=", "succeeded").require_absent("dispute")
    for name, fact in facts.items():
        update.assign(name, fact)
    return Leg(update.written(), _about(event, judge, judge))


def undisputed(event: ProcessorEvent, dispute: str, judge: Judge) -> Leg:
    """`dispute`: the one it is in, as far as `judge` has learned; none, if none."""
    return Leg(_after_dispute(event, dispute).written(), _about(event, judge, judge))


def dispute_lost(
    event: ProcessorEvent,
    dispute: str,
    before: model.Reversals,
    after: model.Reversals,
    judge: Judge,
    promised: Promised,
) -> Leg:
    update = _after_dispute(event, dispute).assign("reversed_total", after.total).assign("dispute_lost", after.lost)
    update.require("reversed_total", "=", before.total)
    promised.require(update)
    return Leg(update.written(), _about(event, judge, judge))


def _after_dispute(event: ProcessorEvent, dispute: str) -> Update:
    update = _ours(event).require("state", "=", "succeeded").remove("dispute", "dispute_amount", "dispute_held")
    return update.require("dispute", "=", dispute) if dispute else update.require_absent("dispute")


def refunded(event: ProcessorEvent, at: datetime) -> Leg:
    """The receipt of a refund told by itself, by whatever event. InvalidRequest if it was another one before."""
    about: dict[str, str | int] = {"topup_id": event.topup_id or "", "amount": event.reversed_part}
    kept = {"pk": f"RFD#{event.processor}#{event.refund_id}", "sk": "REFUND", "at": clock.written(at)}
    return Leg(put_once(settings().topups_table, kept | about), _same(about, "refund_id"))


def asked_again(topup_id: str, was_due_at: str, next_at: datetime | None) -> Leg:
    """When to ask the processor next; None: no more."""
    update = _movement(topup_id).require("due_at", "=", was_due_at).require_one_of("state", *model.UNFINISHED)
    if next_at is None:
        update.remove("due_key", "due_at")
    else:
        update.assign("due_at", Due("topup", next_at).attributes(topup_id)["due_at"])
    return Leg(update.written(), _taken)


def _movement(topup_id: str) -> Update:
    return Update(settings().ledger_table, topup_id, items.MOVEMENT)


def _ours(event: ProcessorEvent) -> Update:
    update = _movement(event.topup_id or "")
    for name, allowed in model.expected(event).items():
        update.require_one_of(name, *allowed)
    return update


def _instead(event: ProcessorEvent, found: Mapping[str, Any]) -> Update:
    """All that must match but the processor, which is still the one that was found, after the same others."""
    update, facts = _movement(event.topup_id or ""), model.expected(event)
    for name in sorted(facts.keys() - {"processor", "processor_account", "reference"}):
        update.require_one_of(name, *facts[name])
    update.require("processor", "=", found["processor"]).require("tried", "=", found["tried"])
    update.assign("processor", event.processor).assign("processor_account", event.account)
    return update.assign("tried", model_route.overtaken(event, found))


def _about(event: ProcessorEvent, judge: Judge, elsewhere: Judge) -> Callable[[Item | None], Verdict]:
    """NotFound without such a top-up, InvalidRequest where the event contradicts ours, else what `judge` says.

    `elsewhere` judges for a processor that was asked before the present one.
    """

    def explain(wired: Item | None) -> Verdict:
        if not wired:
            return NotFound(param="topup_id")
        found = plain_item(wired)
        different = model.difference(event, found)
        if different == "processor" and model_route.said_no(event, found):
            return elsewhere(found)
        return InvalidRequest(param=different) if different else judge(found)

    return explain


def _same(about: Mapping[str, str | int], param: str) -> Callable[[Item | None], Verdict]:
    """A repetition if what was kept under the same id is `about` the same; InvalidRequest(param) if it is not."""

    def explain(wired: Item | None) -> Verdict:
        found = plain_item(wired or {})
        repeated = all(found.get(name) == fact for name, fact in about.items())
        return Taken(wired or {}) if repeated else InvalidRequest(param=param)

    return explain


def forgotten(topup_id: str, failed_at: str) -> Leg:
    """When it failed need not be found any more."""
    update = _movement(topup_id).require("due_at", "=", failed_at).require("state", "=", "failed")
    return Leg(update.remove("due_key", "due_at").written(), _taken)


def _conclude(update: Update, topup_id: str, state: str, reason: str | None, at: datetime) -> None:
    """Nothing is due of what failed; the index keeps when it did, for whoever looks for the affected of an incident."""
    if state == "failed":
        update.assign("reason", (reason or "declined")[:_REASON_CHARACTERS])
        for name, text in Due(FAILED, at).attributes(topup_id).items():
            update.assign(name, text)


def _taken(wired: Item | None) -> Verdict:
    return Taken(wired or {})


def _answered_before(wired: Item | None) -> Taken | None:
    return Taken(wired) if wired and "answer" in wired else None


def _in_flight(wired: Item | None) -> Verdict:
    return InFlight(retry_after_seconds=model.RETRY_AFTER_SECONDS)
