"""A payer disputes a top-up at their bank: what is disputed is held in the wallet, as far as it is there, and no more.

(nothing) ──disputed──▶ held ──won──▶ available again
     └──────────────────── └───lost──▶ taken back, what was held first; what is missing is debt, as of any reversal

Each processor's dispute is heard of once, however often and in whatever order it is told: an end that comes first
leaves nothing to begin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidRequest, InvalidState
from chalicelib.ledger import chart, crediting
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Change, Changed, Draft, Known, Leg, Taken, Verdict
from chalicelib.ledger.wire import Item
from chalicelib.ledger.write import Update, put_once
from chalicelib.processors.model import ProcessorEvent
from chalicelib.settings import settings
from chalicelib.topups import booking, model, store
from chalicelib.topups.promised import Promised

ANOTHER = "disputed"
"""The state of a top-up that is in another dispute: a person looks at this one."""
HELD, OVER = "top-up-dispute", "top-up-dispute-over"
"""Kinds of entries."""
_FACTS = ("dispute", "dispute_amount", "dispute_held")


@dataclass(slots=True)
class _Guess:
    """What is known so far of the top-up."""

    before: model.Reversals
    held: int = 0
    dispute: str = ""

    def learn(self, found: Mapping[str, Any]) -> None:
        self.before = model.Reversals.of(found)
        self.held, self.dispute = found.get("dispute_held", 0), found.get("dispute", "")


def hear(event: ProcessorEvent, at: datetime) -> bool:
    """Raises InvalidState (not succeeded yet; `ANOTHER`), InvalidRequest (more than the top-up)."""
    acts = {"topup_disputed": _begin, "dispute_won": _won, "dispute_lost": _lost}
    return acts[event.kind](event, at)


def _begin(event: ProcessorEvent, at: datetime) -> bool:
    wallet, _, currency = booking.facts(event)

    def judge(found: Mapping[str, Any]) -> Verdict:
        if found["state"] != "succeeded":
            return InvalidState(state=found["state"])
        return Taken({}) if found.get("dispute") == event.dispute_id else InvalidState(state=ANOTHER)

    def build(at: datetime, known: Known) -> Draft:
        held = _available(wallet, event.disputed, known)
        facts = (event.dispute_id or "", event.disputed, held)
        begun = store.disputing(event, dict(zip(_FACTS, facts, strict=True)), judge)
        legs = (store.told(event, at), _first(event, at), begun)
        if not held:
            return Draft(None, (), None, legs)
        head = known.get(wallet)
        change = Change(wallet, currency, available=-held, held=held, floor=head.floor if head else 0)
        entry = booking.entry(event, HELD, {wallet: -held, chart.held(wallet): held}, at, event.dispute_id or "")
        return Draft(None, (change,), entry, legs)

    return not ledger.commit(build, at).replayed


def _won(event: ProcessorEvent, at: datetime) -> bool:
    wallet, _, currency = booking.facts(event)
    guess = _Guess(model.Reversals())
    judge = _learning(event, guess)

    def build(at: datetime, known: Known) -> Draft:
        legs = (store.told(event, at), _last(event, at), store.undisputed(event, guess.dispute, judge))
        if not guess.held:
            return Draft(None, (), None, legs)
        change, postings = crediting.release(wallet, currency, guess.held, guess.held, known)
        entry = booking.entry(event, OVER, crediting.postings(postings), at, event.dispute_id or "")
        return Draft(None, (change,), entry, legs)

    return not ledger.commit(build, at).replayed


def _lost(event: ProcessorEvent, at: datetime) -> bool:
    wallet, whole, currency = booking.facts(event)
    guess, promised = _Guess(model.Reversals()), Promised()
    learn = _learning(event, guess)

    def judge(found: Mapping[str, Any]) -> Verdict:
        promised.learn(found)
        verdict = learn(found)
        beyond = guess.before.after(event).total > whole or guess.held > event.disputed
        return InvalidRequest(param="disputed") if beyond and isinstance(verdict, Changed) else verdict

    def build(at: datetime, known: Known) -> Draft:
        before, after, held = guess.before, guess.before.after(event), guess.held
        told = store.dispute_lost(event, guess.dispute, before, after, judge, promised)
        legs = (store.told(event, at), _last(event, at), told, *promised.going())
        change, postings = booking.debit(wallet, currency, event.disputed - held, known)
        change = replace(change, held=-held)
        postings |= {chart.held(wallet): -held} if held else {}
        postings[chart.clearing(event.processor, currency)] = event.disputed
        entry = booking.entry(event, "top-up-reversal", crediting.postings(postings), at, str(after.total))
        return Draft(None, (change,), entry, legs)

    return not ledger.commit(build, at).replayed


def _learning(event: ProcessorEvent, guess: _Guess) -> store.Judge:
    """An end is of this dispute, or of one that was never told to begin: of another's top-up a person decides."""

    def judge(found: Mapping[str, Any]) -> Verdict:
        if found["state"] != "succeeded":
            return InvalidState(state=found["state"])
        if found.get("dispute", event.dispute_id) != event.dispute_id:
            return InvalidState(state=ANOTHER)
        guess.learn(found)
        return Changed()

    return judge


def _available(wallet: str, wanted: int, known: Known) -> int:
    """What of it is there; of a closed wallet nothing is."""
    head = known.get(wallet)
    if head is None:
        return wanted
    return 0 if head.status == "closed" else max(0, min(wanted, head.available))


def _key(event: ProcessorEvent) -> str:
    return f"DSP#{event.processor}#{event.dispute_id}"


def _first(event: ProcessorEvent, at: datetime) -> Leg:
    kept = {"pk": _key(event), "sk": "DISPUTE", "at": clock.written(at), "topup_id": event.topup_id or ""}
    return Leg(put_once(settings().topups_table, kept), _heard)


def _last(event: ProcessorEvent, at: datetime) -> Leg:
    update = Update(settings().topups_table, _key(event), "DISPUTE").assign("over", event.kind)
    update.assign("over_at", clock.written(at)).require_absent("over")
    return Leg(update.written(), _heard)


def _heard(wired: Item | None) -> Verdict:
    return Taken(wired or {})
