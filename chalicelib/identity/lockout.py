"""Locks: five failures within fifteen minutes close all names of a person, or a known device, for a growing time.

A try is counted before anything is compared. A lock that is due counts as gone whether or not anybody has looked; the
sweep tells the owner of its beginning and of its end, so that no request shows by its work whether there is an owner.
"""

from __future__ import annotations

from datetime import datetime

from chalicelib import queues
from chalicelib.cases import service as cases
from chalicelib.identity import model_lockout, store_deletion, store_due, store_lockout, telling
from chalicelib.identity.model import User
from chalicelib.identity.model_lockout import Counter, Lock, Try
from chalicelib.kernel import clock
from chalicelib.notices.model import Params
from chalicelib.observability import count


def count_try(counter: Counter, at: datetime) -> Try | None:
    """One more try; None if it may not be looked at. The fifth closes the door behind it."""
    counted = store_lockout.count_try(counter, at)
    if counted and counted.until:
        store_lockout.lock(counted, counted.until)
        count("SignInLocked")
    return counted


def succeeded(counted: Try) -> None:
    """Whoever was right opens the door again that their own try had closed."""
    store_lockout.clear(counted)


def tell_and_unlock(at: datetime) -> int:
    """The sweep's part; returns how many locks began or ended for their owners."""
    return queues.sweep("lockout", store_due.due(store_lockout.DUE, at), lambda found: _follow(*found, at))


def _follow(pk: str, sk: str, at: datetime) -> bool:
    """The owner is told at least once: who dies here leaves it due, and only one at a time tells."""
    found = store_lockout.waiting(pk, sk)
    if found is None or found.due_at > at:
        return False
    mine = store_lockout.move(found, at + store_lockout.LEASE)
    if mine is None:
        return False
    owner = _owner(found.counter.whose, at)
    if owner is None:
        return store_lockout.let_be(mine)
    if mine.over(at):
        _tell(owner, "sign_in_unlocked", mine, at)
        return store_lockout.unlock(mine)
    cases.audit("sweep", "sign-in.lock", owner.id, "", at)
    _tell(owner, "sign_in_locked", mine, at)
    return store_lockout.move(mine, mine.until) is not None


def _owner(user_id: str, at: datetime) -> User | None:
    """Of a deleted account too, while it can be restored: a restore that is mistyped locks it."""
    account = store_deletion.account(user_id)
    return account.user if account and (account.deleted_at is None or account.is_restorable(at)) else None


def _tell(owner: User, kind: str, lock: Lock, at: datetime) -> None:
    told: Params = {"tries": model_lockout.TRIES, "until": clock.written(model_lockout.over_by(lock.until))}
    telling.tell(owner, kind, told, at)
