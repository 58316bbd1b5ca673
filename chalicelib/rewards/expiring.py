"""Points run out, the oldest first, and their owner is told thirty and seven days ahead; whoever is erased has none."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib import queues
from chalicelib.identity import telling
from chalicelib.kernel import clock, ids
from chalicelib.ledger import points
from chalicelib.ledger import service as ledger
from chalicelib.ledger.lots import Lot
from chalicelib.ledger.model import Draft, Known
from chalicelib.ledger.points import Account
from chalicelib.notices.model import Params
from chalicelib.rewards import booking, store_points
from chalicelib.rewards.booking import Cause, Guess

LATE = timedelta(days=2)
"""A reminder so late after its time is none."""


class _Nothing(Exception):
    """Nothing is over any more, or somebody has changed what was seen: the next sweep looks again."""


def end_due(at: datetime) -> int:
    """Takes what is over, and tells of what soon is; of how many accounts."""
    return queues.sweep("points", points.due(at), lambda one: expire(one, at) + remind(one, at))


def expire(account_id: str, at: datetime) -> bool:
    """Whether anything was over."""
    found = points.by_id(account_id)
    return found is not None and not found.ended and _booked(Guess(found), at)


def remind(account_id: str, at: datetime) -> bool:
    """Told first, then written: whoever dies in between tells once more, and the notice's `once` lets that be."""
    found = points.by_id(account_id)
    soon = points.unreminded(found, at) if found and not found.ended else []
    if found is None or not soon:
        return False
    for moment, lot in soon:
        _tell(found, lot, clock.read(moment), at)
    guess = Guess(found)

    def build(at: datetime, known: Known) -> Draft:
        if guess.account != found:
            raise _Nothing
        return Draft(None, (), None, (points.reminding(found, soon[-1][0], guess.see),))

    try:
        ledger.commit(build, at)
    except _Nothing:
        return False
    return True


def forget(user_id: str) -> None:
    """May be repeated."""
    for account in points.several(user_id, [one.id for one in store_points.programmes()]):
        if account.lots is not None and not account.ended:
            _forget(Guess(account))


def _forget(guess: Guess) -> None:
    def build(at: datetime, known: Known) -> Draft:
        if guess.account.ended:
            raise _Nothing
        return Draft(None, (), None, also=(booking.forgotten(guess, _why(guess.account, at), at),))

    try:
        ledger.commit(build, clock.now())
    except _Nothing:
        return


def _booked(guess: Guess, moment: datetime) -> bool:
    def build(at: datetime, known: Known) -> Draft:
        gone = None if guess.account.ended else booking.over(guess, _why(guess.account, at), at)
        if gone is None:
            raise _Nothing
        return Draft(None, (), None, also=(gone,))

    try:
        ledger.commit(build, moment)
    except _Nothing:
        return False
    return True


def _why(account: Account, at: datetime) -> Cause:
    return Cause(ids.derived("ptx", account.id, clock.written(at)), "points-expired")


def _tell(account: Account, lot: Lot, when: datetime, at: datetime) -> None:
    if when + LATE < at:
        return
    told: Params = {"points": lot.left, "until": points.ends_at(lot.until)}
    telling.tell_id(account.owner, "reminder_points", told, when, once=f"points {account.id} {lot.until}")
