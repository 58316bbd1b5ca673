"""Putting the amount of one movement aside in a wallet, and giving it back: bookings of the ledger's, each made once.

(nothing) ──held──▶ held ──a person finds nothing──▶ released
                      └──fraud──▶ kept ──a second person finds nothing──▶ released
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.kernel import ids
from chalicelib.kernel.errors import InvalidState, NotFound
from chalicelib.ledger import chart, crediting, items
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Change, Draft, Entry, Known, Leg, Movement, Taken, Verdict
from chalicelib.ledger.wire import Item, plain_item
from chalicelib.ledger.write import Update
from chalicelib.settings import settings

KIND = HELD = "risk-hold"
"""The kind of the movement, and of its first entry."""
RELEASED = "risk-release"


def hold(score_id: str, wallet: str, amount: int, at: datetime) -> int:
    """How much of it is put aside: what is there of it. 0 of a wallet that is closed or none of a person's. Once: what
    was put aside before counts, whoever died then."""
    hold_id = _id(score_id)
    if before := _before(hold_id):
        return int(before["amount"])
    try:
        head = ledger.head(wallet)
    except NotFound:
        return 0

    def build(at: datetime, known: Known) -> Draft:
        now = known.get(wallet, head)
        held = 0 if now.status == "closed" else max(0, min(amount, now.available))
        if not held:
            return Draft(None, (), None, refusal=InvalidState(state="closed"))
        change = Change(wallet, now.currency, available=-held, held=held, floor=now.floor)
        movement = Movement(
            hold_id, KIND, wallet, held, now.currency, "held", at, facts={"score": score_id, "owner": now.owner}
        )
        postings = {wallet: -held, chart.held(wallet): held}
        return Draft(movement, (change,), Entry(hold_id, HELD, now.currency, at, postings, owner=now.owner))

    try:
        ledger.commit(build, at)
    except InvalidState:
        return 0
    return int(ledger.movement(hold_id)["amount"])


def release(score_id: str, at: datetime) -> None:
    """All of it is its owner's again, what was kept too. Once more is as good; so is nothing that was put aside."""
    hold_id = _id(score_id)
    found = _before(hold_id)
    if not found:
        return
    wallet, held = found["account"], found["amount"]

    def build(at: datetime, known: Known) -> Draft:
        change, postings = crediting.release(wallet, found["currency"], held, held, known)
        entry = Entry(hold_id, RELEASED, found["currency"], at, crediting.postings(postings), owner=found["owner"])
        return Draft(None, (change,), entry, (_turned(hold_id, "released", "held", "kept"),))

    ledger.commit(build, at)


def keep(score_id: str, at: datetime) -> Mapping[str, Any]:
    """It stays aside: a person has said that it is fraud. Once more is as good; so is nothing that was put aside.
    The movement, or nothing."""
    hold_id = _id(score_id)
    found = _before(hold_id)
    if found:
        ledger.commit(lambda at, known: Draft(None, (), None, (_turned(hold_id, "kept", "held"),)), at)
    return found


def _id(score_id: str) -> str:
    return ids.derived("hld", score_id)


def _before(hold_id: str) -> Mapping[str, Any]:
    """Its movement; empty where nothing was put aside."""
    try:
        return ledger.movement(hold_id)
    except NotFound:
        return {}


def _turned(hold_id: str, to: str, *since: str) -> Leg:
    update = Update(settings().ledger_table, hold_id, items.MOVEMENT).assign("state", to)
    update.require_one_of("state", *since)

    def explain(wired: Item | None) -> Verdict:
        if not wired:
            return NotFound()
        return Taken(wired) if plain_item(wired)["state"] == to else InvalidState(state=plain_item(wired)["state"])

    return Leg(update.written(), explain)
