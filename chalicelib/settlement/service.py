"""Settling: one transaction per merchant account and up to 90 lines. Late, twice or out of order does no harm."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from chalicelib import queues
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import NotFound
from chalicelib.ledger import allowance, chart, crediting, items
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import (
    Change,
    Changed,
    Draft,
    Entry,
    Known,
    Leg,
    Line,
    Movement,
    Verdict,
    due_key,
    shard_of,
)
from chalicelib.ledger.wire import Item
from chalicelib.ledger.write import Update, put_once
from chalicelib.observability import gauge, page
from chalicelib.settings import settings
from chalicelib.settlement import model
from chalicelib.settlement.model import Batch

_SIGNS = {"pay": 1, "cap": 1, "cdp": 1, "ref": -1}
"""Kind of movement (the prefix of its id) → which way its line goes."""


class _NothingLeft(Exception):
    """Every line of the batch is settled already."""


LATE = timedelta(minutes=5)
"""What a merchant has waited for so long is somebody's to look at: a queue is full, or the sweep had to settle it."""


def settle(batch: Batch, at: datetime, since: datetime) -> int:
    """Credits the merchant with what is not settled yet; returns how many lines that was. `since`: of the oldest line.

    Raises NotFound, after settling the others, if a line contradicts itself or its movement.
    """
    wrong = {line.movement for line in batch.lines if not _is_sound(line, batch.currency)}
    settled: set[str] = set()

    def build(at: datetime, known: Known) -> Draft:
        waiting = batch.without(settled | wrong)
        if not waiting.lines:
            raise _NothingLeft
        return _draft(waiting, settled, wrong, at)

    try:
        done = 0 if ledger.commit(build, at).replayed else len(batch.without(settled | wrong).lines)
    except _NothingLeft:
        done = 0
    if done and at - since >= LATE:
        page("SettlementLate", account=batch.account, lines=done, seconds=int((at - since).total_seconds()))
    if wrong:
        raise NotFound()
    return done


def sweep(at: datetime) -> int:
    """What fell through the stream: lines still due. The same code settles them; returns how many batches it took.

    Measures how old the oldest of them is: a line is looked at here when the stream has had it for five minutes.
    """
    candidates = ledger.due("settle", at)
    found = [
        one for start in range(0, len(candidates), 100) for one in ledger.movements(candidates[start : start + 100])
    ]
    waiting = {movement["pk"]: movement for movement in found if "settled_by" not in movement}
    since = min((clock.read(movement["created_at"]) for movement in waiting.values()), default=at)
    gauge("OldestUnsettledSeconds", (at - since).total_seconds())
    lines = [(line_of(movement), movement["currency"]) for movement in waiting.values()]

    def settled(batch: Batch) -> int:
        return settle(batch, at, min(clock.read(waiting[line.movement]["created_at"]) for line in batch.lines))

    return queues.sweep("settle", model.batches(lines), settled)


def line_of(movement: dict[str, Any]) -> Line:
    """The line of a payment, capture, refund or a card's fee, from its movement."""
    sign = -1 if movement["kind"] == "refund" else 1
    account = chart.merchant_account(movement["payee"], movement["currency"])
    amount = movement.get("settles", movement["amount"])
    return Line(movement["pk"], movement["payee"], account, sign * amount, movement["fee"])


def _draft(batch: Batch, settled: set[str], wrong: set[str], at: datetime) -> Draft:
    movement = Movement(
        id=batch.id,
        kind="settlement",
        account=batch.account,
        amount=batch.net,
        currency=batch.currency,
        state="settled",
        at=at,
        facts={"gross": batch.gross, "fees": batch.fees, "lines": len(batch.lines)},
    )
    postings = {
        chart.settling(batch.currency): -batch.gross,
        batch.account: batch.net,
        chart.fees(batch.currency): batch.fees,
    }
    return Draft(
        movement=movement,
        changes=(Change(batch.account, batch.currency, available=batch.net, settles=True),),
        entry=Entry(
            movement=batch.id,
            kind="settlement",
            currency=batch.currency,
            at=at,
            postings=crediting.postings(postings),
            text=str(len(batch.lines)),
            payee=batch.lines[0].merchant,
        ),
        legs=(*_kept(batch), *(_settled(line, batch, settled, wrong) for line in batch.lines)),
    )


def _kept(batch: Batch) -> list[Leg]:
    """Which lines the batch holds, and what its captures add to the merchant's allowance."""
    lines = [[line.movement, line.amount, line.fee] for line in batch.lines]
    put = put_once(settings().ledger_table, {"pk": batch.id, "sk": "LINES", "lines": lines})
    legs = [Leg(put, lambda wired: Changed())]
    return [*legs, allowance.give(batch.account, batch.earned)] if batch.earned else legs


def _is_sound(line: Line, currency: str) -> bool:
    """Whose money it is and which way it goes follow from the line itself; the rest are conditions."""
    sign = _SIGNS.get(line.movement[:3], 0)
    mine = line.account == chart.merchant_account(line.merchant, currency)
    return mine and sign * line.amount > 0 and ids.is_id(line.movement, line.movement[:3])


def _settled(line: Line, batch: Batch, settled: set[str], wrong: set[str]) -> Leg:
    """Once, and only what waits for it: a line that is settled already, or taken back, is dropped from the next try.

    The message is not trusted for the amount, which is what `settles` where that is not all of it.
    A payment that was held waits for nothing: its capture does.
    """
    update = Update(settings().ledger_table, line.movement, items.MOVEMENT)
    update.assign("settled_by", batch.id).remove("due_key", "due_at")
    update.require_absent("settled_by").require("fee", "=", line.fee).require("payee", "=", line.merchant)
    amount = "captured" if line.movement.startswith("pay") else "amount"
    update.require_first("settles", amount, abs(line.amount)).require("currency", "=", batch.currency)
    update.require("due_key", "=", due_key("settle", shard_of(line.movement)))

    def explain(wired: Item | None) -> Verdict:
        over = wired and ("settled_by" in wired or "taken_back_by" in wired)
        (settled if over else wrong).add(line.movement)
        return Changed()

    return Leg(update.written(), explain)
