"""Points are earned by what the stream tells, whatever it does: twice, late, in any order, each movement counts once.

A payment, a capture or a top-up brings points for what it took of, or gave to, its owner's own money. What undoes it
(a refund, a charge taken back, a reversal) takes them back in proportion, all of them with all of it. What is undone
before anybody has heard of it is remembered beside it, and taken off when it is heard of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib import queues
from chalicelib.kernel import clock
from chalicelib.ledger import chart, points
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Draft, Known
from chalicelib.ledger.points import Earned
from chalicelib.rewards import booking, store_points
from chalicelib.rewards.booking import Cause, Guess
from chalicelib.rewards.model_points import CategoryOf, Kind, Programme

_EARNS: Mapping[str, Kind] = {"payment": "payment", "capture": "payment", "top-up": "topup"}
_UNDOES = ("refund", "void", "top-up-reversal")
_OWN = ("customers", "unclaimed")
"""Whose money a posting moves: a customer's, be it that their wallet is closed."""


@dataclass(slots=True)
class _Record:
    """What is known so far of what a movement brought."""

    seen: Earned

    def learn(self, earned: Earned) -> None:
        self.seen = earned


def hear(entries: Sequence[Mapping[str, Any]], category_of: CategoryOf) -> int:
    """Of entries of the journal; how many of them have had an effect now."""
    programmes = store_points.programmes()
    return queues.each(entries, lambda entry: _heard(entry, programmes, category_of))


def _heard(entry: Mapping[str, Any], programmes: Sequence[Programme], category_of: CategoryOf) -> int:
    basis = _own_money(entry)
    known = [one for one in programmes if one.currency == entry["currency"]]
    if not basis or not known:
        return 0
    source = _source(entry)
    if entry["kind"] in _EARNS:
        return sum(_earn(one, entry, source, basis, category_of) for one in known)
    return sum(_undo(one.id, entry, source, basis) for one in known)


def _earn(of: Programme, entry: Mapping[str, Any], source: str, basis: int, category_of: CategoryOf) -> bool:
    kind, merchant = _EARNS[entry["kind"]], str(entry.get("payee", ""))
    happened = clock.read(entry["sk"])
    amount = of.best(kind, basis, merchant, lambda: category_of(merchant, clock.now()), entry["sk"])
    if not amount:
        return False
    record, guess = _Record(points.earned(source, of.id)), Guess(points.found(entry["owner"], of.id))
    brought = Earned(source, of.id, 0, entry["owner"], basis, amount, 0, of.until(happened))
    why = Cause(source, "points-earned", source if _is_payment(source) else "")

    def build(at: datetime, known: Known) -> Draft:
        undone = record.seen.undone
        whole = replace(brought, points=0) if guess.account.ended else brought
        now = replace(whole, undone=undone, reversed=whole.due_back(undone))
        leg = points.booking(record.seen, now, record.learn)
        if not (net := now.points - now.reversed):
            return Draft(None, (), None, (leg,))
        return Draft(None, (), None, (leg,), also=(booking.coming(guess, net, now.until, why, at, known),))

    return not ledger.commit(build, clock.now()).replayed


def _undo(programme_id: str, entry: Mapping[str, Any], source: str, part: int) -> bool:
    record = _Record(points.earned(source, programme_id))
    guess = Guess(points.found(record.seen.owner or entry["owner"], programme_id))
    why = Cause(entry["movement"], "points-reversed", source if _is_payment(source) else "", entry["id"])

    def build(at: datetime, known: Known) -> Draft:
        seen = record.seen
        now = replace(seen, undone=seen.undone + part)
        due = now.due_back(now.undone) - seen.reversed if seen.is_known else 0
        gone = guess.account.ended or seen.until <= at.date().isoformat()
        if due and not gone:
            now = replace(now, reversed=seen.reversed + due)
        legs = (points.once(entry["id"], programme_id), points.undoing(seen, now, record.learn))
        if not due or gone:
            return Draft(None, (), None, legs)
        return Draft(None, (), None, legs, also=(booking.taken_back(guess, due, seen.until, why, at),))

    return not ledger.commit(build, clock.now()).replayed


def _source(entry: Mapping[str, Any]) -> str:
    """The payment or top-up that it is about."""
    if entry["kind"] in ("payment", "top-up", "top-up-reversal"):
        return str(entry["movement"])
    return str(ledger.movement(entry["movement"])["payment"])


def _own_money(entry: Mapping[str, Any]) -> int:
    return abs(sum(int(part) for address, part in entry["postings"].items() if chart.group_of(address) in _OWN))


def _is_payment(source: str) -> bool:
    return source.startswith("pay_")
