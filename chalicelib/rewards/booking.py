"""What becomes of points, as drafts: each moves a head and its lots together, in the programme's own currency.

What comes repays first what is owed: a refund may have taken back points that were spent already.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.kernel.errors import InsufficientPoints
from chalicelib.ledger import chart, crediting, lots, points
from chalicelib.ledger.lots import Lot, Lots
from chalicelib.ledger.model import Change, Draft, Entry, Known, Leg
from chalicelib.ledger.points import Account
from chalicelib.rewards import model_points


@dataclass(slots=True)
class Guess:
    """What is known so far of somebody's points in a programme."""

    account: Account

    def see(self, account: Account) -> None:
        self.account = account


@dataclass(frozen=True, slots=True)
class Cause:
    """Why points move: by which movement, and for which payment, if any. `sequence` as of entries."""

    movement: str
    kind: str
    payment_id: str = ""
    sequence: str = ""


def coming(guess: Guess, amount: int, until: str, why: Cause, at: datetime, known: Known) -> Draft:
    """So many more, good `until` then."""
    return returning(guess, (Lot(until, amount),), why, at, known)


def returning(guess: Guess, back: Lots, why: Cause, at: datetime, known: Known) -> Draft:
    """These come, each into its lot; the first that somebody ever gets open their account."""
    account, amount = guess.account, lots.total(back)
    if account.lots is None:
        change = Change(account.id, account.programme, amount, opens=account.owner)
        credited = {account.id: amount}
    else:
        change, credited = crediting.credit(account.id, account.programme, amount, known)
    now = account.seen
    for lot in _less(back, amount - change.available):
        now = lots.more(now, lot)
    return _draft(guess, change, credited, now, why, at)


def going(guess: Guess, amount: int, why: Cause, at: datetime) -> tuple[Draft, Lots]:
    """So many are spent, those that run out soonest first; and which those are. Refuses with InsufficientPoints."""
    account = guess.account
    taken, left = lots.take(account.seen, amount, at)
    missing = amount - lots.total(taken)
    if missing or account.ended:
        return Draft(None, (), None, refusal=InsufficientPoints(param="points", missing=missing or amount)), ()
    change = Change(account.id, account.programme, -amount)
    return _draft(guess, change, {account.id: -amount}, left, why, at), taken


def taken_back(guess: Guess, amount: int, until: str, why: Cause, at: datetime) -> Draft:
    """So many were not earned after all: those of that very lot first, then what runs out soonest; the rest is owed."""
    account = guess.account
    there, left = lots.without(account.seen, amount, until, at)
    owed = amount - there
    change = Change(account.id, account.programme, -there, debt=owed)
    postings = {account.id: -there, chart.debt(account.id): -owed}
    return _draft(guess, change, postings, left, why, at)


def over(guess: Guess, why: Cause, at: datetime) -> Draft | None:
    """What has run out goes; None if nothing has."""
    account = guess.account
    gone = lots.total(lots.over(account.seen, at))
    if not gone:
        return None
    change = Change(account.id, account.programme, -gone)
    return _draft(guess, change, {account.id: -gone}, lots.good(account.seen, at), why, at)


def forgotten(guess: Guess, why: Cause, at: datetime) -> Draft:
    """All that somebody has goes, with the account."""
    account = guess.account
    ending = points.ending(account, guess.see)
    if not (gone := lots.total(account.seen)):
        return Draft(None, (), None, (ending,))
    change = Change(account.id, account.programme, -gone)
    return _booked(guess, change, {account.id: -gone}, ending, why, at)


def still_good(back: Lots, at: datetime) -> Lots:
    """What comes back is good for a month at least."""
    now: Lots = ()
    for lot in back:
        now = lots.more(now, Lot(model_points.at_least_until(lot.until, at), lot.left))
    return now


def _draft(guess: Guess, change: Change, moved: dict[str, int], now: Lots, why: Cause, at: datetime) -> Draft:
    return _booked(guess, change, moved, points.changing(guess.account, now, guess.see), why, at)


def _booked(guess: Guess, change: Change, moved: dict[str, int], leg: Leg, why: Cause, at: datetime) -> Draft:
    programme = guess.account.programme
    postings = crediting.postings({**moved, chart.issued(programme): -sum(moved.values())})
    entry = Entry(
        movement=why.movement,
        kind=why.kind,
        currency=programme,
        at=at,
        postings=postings,
        text=why.payment_id,
        sequence=why.sequence or programme,
    )
    return Draft(None, (change,), entry, (leg,))


def _less(back: Lots, repaid: int) -> Lots:
    """Without what repays a debt: of what runs out soonest."""
    kept = list[Lot]()
    for lot in back:
        part = min(lot.left, repaid)
        repaid -= part
        kept += [Lot(lot.until, lot.left - part)] if part < lot.left else []
    return tuple(kept)
