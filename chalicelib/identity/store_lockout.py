"""Failed sign-ins in the table `identity`, of names known and unknown alike.

LOCK#<user>   NAME             tries with any name of the person, and their lock; of an unknown name an id made of it
LOCK#<user>   DEVICE#<device>  tries from one device that the person signed in on before, and its lock

The last five tries stand in the item, the newest first; each new one moves them on by one place.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.cloud_tables import made
from chalicelib.identity import model_lockout, store_due
from chalicelib.identity.model_lockout import FORGIVEN_AFTER, WINDOW, Counter, Lock, Try
from chalicelib.identity.store_due import DueItem
from chalicelib.kernel import clock

DUE = "lockout"
LEASE = timedelta(minutes=2)
"""So long whoever tells the owner has it to themselves."""
_PK, _NAME, _DEVICE = "LOCK#", "NAME", "DEVICE#"
_NEVER = "0"
"""Before every time there is."""


class _LockItem(DueItem):
    try_1 = UnicodeAttribute(null=True)
    try_2 = UnicodeAttribute(null=True)
    try_3 = UnicodeAttribute(null=True)
    try_4 = UnicodeAttribute(null=True)
    try_5 = UnicodeAttribute(null=True)
    locks = NumberAttribute(null=True)
    """How many in a row, until `forgiven_at`."""
    forgiven_at = UnicodeAttribute(null=True)
    locked_until = UnicodeAttribute(null=True)
    expires_at_seconds = NumberAttribute()


_TRIES = (_LockItem.try_1, _LockItem.try_2, _LockItem.try_3, _LockItem.try_4, _LockItem.try_5)
_ROW = (_LockItem.locks, _LockItem.forgiven_at)
_LOCK = (_LockItem.locked_until, _LockItem.due_key, _LockItem.due_at)


def count_try(counter: Counter, at: datetime) -> Try | None:
    """One more try, if it is allowed; counted before anybody compares."""
    item, since = _LockItem(*_key(counter)), clock.written(at - WINDOW)
    fewer = _LockItem.try_5.does_not_exist() | (_LockItem.try_5 <= since)
    actions: list[Action] = [_LockItem.try_1.set(clock.written(at))]
    actions += [older.set(newer | _NEVER) for newer, older in pairwise(_TRIES)]
    actions.append(_LockItem.expires_at_seconds.set(int((at + FORGIVEN_AFTER).timestamp())))
    if not made(lambda: item.update(actions, _open(at) & fewer)):
        return None
    oldest = str(item.try_5)
    in_a_row = int(item.locks or 0) if str(item.forgiven_at or _NEVER) > clock.written(at) else 0
    until = at + model_lockout.lasts(in_a_row) if oldest > since else None
    return Try(counter, at, oldest, in_a_row + (until is not None), until)


def lock(fifth: Try, until: datetime) -> bool:
    """Close the counter, and have the owner told; False if a success came in between."""
    item, forgiven_at = _LockItem(*_key(fifth.counter)), until + FORGIVEN_AFTER
    actions: list[Action] = [
        _LockItem.locked_until.set(clock.written(until)),
        _LockItem.locks.set(fifth.locks),
        _LockItem.forgiven_at.set(clock.written(forgiven_at)),
        _LockItem.expires_at_seconds.set(int(forgiven_at.timestamp())),
        _LockItem.due_key.set(store_due.key(DUE, fifth.counter.whose)),
        _LockItem.due_at.set(clock.written(fifth.at)),
        *(one.remove() for one in _TRIES),
    ]
    return made(lambda: item.update(actions, _LockItem.try_5 == fifth.oldest))


def clear(success: Try) -> None:
    """No failures, and the next lock is a first one. A lock that others have made meanwhile keeps standing."""
    item, harmless = _LockItem(*_key(success.counter)), _open(success.at)
    gone: list[Action] = [one.remove() for one in (*_TRIES, *_ROW)]
    if success.until:
        gone += [one.remove() for one in _LOCK]
        harmless = _LockItem.locked_until == clock.written(success.until)
    made(lambda: item.update(gone, _LockItem.pk.exists() & harmless))


def lifting(transaction: TransactWrite, user_id: str) -> None:
    """Lock and counter of all their names go together with what else is written."""
    transaction.delete(_LockItem(*_key(Counter(user_id))))


def lift_devices(user_id: str) -> None:
    """Those of their devices."""
    for item in _LockItem.query(_PK + user_id, _LockItem.sk.startswith(_DEVICE), consistent_read=True):
        item.delete()


def forget(whose: str) -> None:
    """Tries with their names and from their devices, whoever tried."""
    for item in _LockItem.query(_PK + whose, consistent_read=True):
        item.delete()


def waiting(pk: str, sk: str) -> Lock | None:
    """None if the owner does not wait for any word."""
    item = _LockItem.find(pk, sk)
    if item is None or item.due_at is None or item.locked_until is None:
        return None
    counter = Counter(pk.removeprefix(_PK), "" if sk == _NAME else sk.removeprefix(_DEVICE))
    return Lock(counter, clock.read(item.locked_until), clock.read(item.due_at))


def move(found: Lock, due_at: datetime) -> Lock | None:
    """The same lock, due later; None if somebody else has moved it on."""
    item = _LockItem(*_key(found.counter))
    if not made(lambda: item.update([_LockItem.due_at.set(clock.written(due_at))], _unmoved(found))):
        return None
    return Lock(found.counter, found.until, due_at)


def unlock(found: Lock) -> bool:
    """It is over, and nothing is due any more."""
    item = _LockItem(*_key(found.counter))
    return made(lambda: item.update([one.remove() for one in _LOCK], _unmoved(found)))


def let_be(found: Lock) -> bool:
    """Nobody is to be told: it ends by its time alone."""
    item = _LockItem(*_key(found.counter))
    return made(lambda: item.update([_LockItem.due_key.remove(), _LockItem.due_at.remove()], _unmoved(found)))


def _open(at: datetime) -> Condition:
    condition: Condition = _LockItem.locked_until.does_not_exist() | (_LockItem.locked_until <= clock.written(at))
    return condition


def _unmoved(found: Lock) -> Condition:
    return _LockItem.due_at == clock.written(found.due_at)


def _key(counter: Counter) -> tuple[str, str]:
    return _PK + counter.whose, _DEVICE + counter.device if counter.device else _NAME
