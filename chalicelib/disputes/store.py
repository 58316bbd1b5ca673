"""What a dispute keeps in the table `ledger`, as legs of the ledger's transactions.

dsp_… MOVEMENT                 the dispute: its state, its clocks, what is put aside; due when a clock ends
dsp_… DISPUTE                  what both said of it, and what merchant and order were called; words go with their person
DISPUTES#<user> <moment>#<id>  whoever began it; DISPUTES#<merchant> …, DISPUTES#all … likewise
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from chalicelib.disputes import model
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import InvalidState, NotFound
from chalicelib.ledger import items
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Changed, Due, Leg, Verdict
from chalicelib.ledger.wire import Item, plain_item
from chalicelib.ledger.write import Update, put_once
from chalicelib.settings import settings

Dispute = Mapping[str, Any]
DUE, ALL = "dispute", "all"
_WORDS, _LIST = "DISPUTE", "DISPUTES#"
_SAID = ("text", "answer")
_REFUSED = {
    "open": "dispute-open",
    "answered": "dispute-answered",
    "refunded": "dispute-refunded",
    "released": "dispute-released",
    "withdrawn": "dispute-withdrawn",
}
"""What a state is called in a refusal, where another thing's has a sentence of its own."""


def opening(dispute_id: str, sides: tuple[str, ...], said: Mapping[str, str], at: datetime) -> tuple[Leg, ...]:
    """What both said, and in whose lists it is, beside the movement that the draft itself puts."""
    table, listed = settings().ledger_table, f"{clock.written(at)}#{dispute_id}"
    kept = [{"pk": dispute_id, "sk": _WORDS, **said}]
    kept += [{"pk": _LIST + side, "sk": listed} for side in (*sides, ALL)]
    return tuple(Leg(put_once(table, one), _again) for one in kept)


def ending(dispute_id: str, to: model.Status, since: tuple[str, ...], at: datetime, facts: Mapping[str, str]) -> Leg:
    """Once, from one of the states `since`; the sweep tells of it. Refuses with InvalidState (how it is)."""
    return Leg(_turned(dispute_id, to, since, at, facts).written(), as_it_is)


def answering(dispute: Dispute, at: datetime) -> Leg:
    """Open → answered, while the merchant's clock runs. Refuses with InvalidState (how it is; expired)."""
    moment = clock.written(at)
    update = _turned(dispute["pk"], "answered", ("open",), at, {"answered_at": moment})
    update.require("answer_by", ">", moment)

    def explain(wired: Item | None) -> Verdict:
        over = wired is not None and plain_item(wired)["state"] == "open"
        return InvalidState(state="expired") if over else as_it_is(wired)

    return Leg(update.written(), explain)


def saying(dispute_id: str, answer: str) -> Leg:
    update = Update(settings().ledger_table, dispute_id, _WORDS).assign("answer", answer)
    return Leg(update.written(), _again)


def told(dispute: Dispute) -> Leg:
    """Of what it became; the next clock runs, if one does."""
    update = _movement(dispute["pk"]).remove("untold").require("untold", "=", dispute["untold"])
    following = model.next_at(dispute)
    if following is None:
        update.remove("due_key", "due_at")
    else:
        update.assign("due_at", clock.written(following))
    return Leg(update.written(), _again)


def rising(dispute: Dispute, at: datetime) -> Leg:
    """Nobody has decided in time, once more."""
    risen = dispute.get("risen", 0)
    update = _movement(dispute["pk"]).assign("risen", risen + 1).assign("untold", "risen")
    update.assign("due_at", clock.written(at)).require("state", "=", "answered")
    update.require("risen", "=", risen) if risen else update.require_absent("risen")
    return Leg(update.written(), as_it_is)


def later(dispute: Dispute, until: datetime) -> Leg:
    """What was to happen could not yet."""
    update = _movement(dispute["pk"]).assign("due_at", clock.written(until)).require("state", "=", dispute["state"])
    return Leg(update.require("due_at", "=", dispute["due_at"]).written(), _again)


def found(dispute_id: str) -> dict[str, Any]:
    """Raises NotFound."""
    dispute = ledger.movement(dispute_id) if ids.is_id(dispute_id, "dsp") else None
    if dispute is None or dispute["kind"] != "dispute":
        raise NotFound()
    return dispute


def said(dispute_id: str) -> dict[str, Any]:
    return ledger.beside(dispute_id, _WORDS) or {}


def named(dispute_id: str) -> dict[str, Any]:
    """The same without anybody's words, for what is kept for ever."""
    return {name: told for name, told in said(dispute_id).items() if name not in _SAID}


def listed(side: str, before: str | None, limit: int) -> tuple[list[tuple[dict[str, Any], dict[str, Any]]], str | None]:
    """Of a user, a merchant, or `ALL`: newest first, each with what was said; and the position of the next page."""
    keys = ledger.newest_of(_LIST + side, before, limit + 1)
    chosen = [key.rpartition("#")[2] for key in keys[:limit]]
    known = {one["pk"]: one for one in ledger.movements(chosen)} if chosen else {}
    words = {one["pk"]: one for one in ledger.several_beside(chosen, _WORDS)} if chosen else {}
    shown = [(known[one], words.get(one, {})) for one in chosen if one in known]
    return shown, keys[limit - 1] if len(keys) > limit else None


def all_of(user_id: str) -> Iterator[str]:
    """Ids of all that somebody began."""
    before: str | None = None
    while keys := ledger.newest_of(_LIST + user_id, before, 100):
        yield from (key.rpartition("#")[2] for key in keys)
        before = keys[-1]


def forget(dispute_id: str) -> None:
    """What was said of it."""
    ledger.count(Update(settings().ledger_table, dispute_id, _WORDS).remove(*_SAID))


def as_it_is(wired: Item | None) -> Verdict:
    if not wired:
        return NotFound()
    return ended(plain_item(wired))


def ended(dispute: Dispute) -> InvalidState:
    """How it is, since that is not how it would have to be."""
    named = _REFUSED[dispute["state"]]
    return InvalidState(state=named)


def _turned(
    dispute_id: str, to: model.Status, since: tuple[str, ...], at: datetime, facts: Mapping[str, str]
) -> Update:
    update = _movement(dispute_id).assign("state", to).assign("untold", to).require_one_of("state", *since)
    for name, fact in {**facts, **Due(DUE, at).attributes(dispute_id)}.items():
        update.assign(name, fact)
    return update


def _movement(dispute_id: str) -> Update:
    return Update(settings().ledger_table, dispute_id, items.MOVEMENT)


def _again(wired: Item | None) -> Verdict:
    return Changed()
