"""Resets in the table `identity`.

<user>        RESET        a new password was set; gone once sessions and codes are ended and the owner is told
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.cloud_tables import made, writing
from chalicelib.identity import store_codes, store_due, store_lockout
from chalicelib.identity.model import User
from chalicelib.identity.model_codes import Code
from chalicelib.identity.model_resets import Unfinished
from chalicelib.identity.store import PersonItem, never_before, not_reset_since
from chalicelib.identity.store_due import DueItem
from chalicelib.kernel import clock

DUE = "reset"
LEASE = timedelta(minutes=2)
"""So long whoever finishes it has it to themselves."""
_RESET = "RESET"


class _ResetItem(DueItem):
    login = UnicodeAttribute()
    """The mark of the name."""


def reset(
    code: Code, login: str, user: User, password_hash: str, cooling_until: int, at: datetime
) -> Unfinished | None:
    """The code is used up, the password new, each session over, lock and failures gone; None, and nothing, if not."""
    unfinished = Unfinished(user.id, login, at + LEASE)
    changes: list[Action] = [
        PersonItem.password_hash.set(password_hash),
        PersonItem.cooling_until.set(cooling_until),
        PersonItem.sessions_from.set(never_before(at)),
    ]

    def together() -> None:
        with writing() as transaction:
            store_codes.spending(transaction, code)
            store_lockout.lifting(transaction, user.id)
            transaction.save(_item(unfinished))
            transaction.update(PersonItem(user.id, "USER"), changes, not_reset_since(user))

    return unfinished if made(together) else None


def unfinished(user_id: str) -> Unfinished | None:
    item = _ResetItem.find(user_id, _RESET)
    return Unfinished(user_id, item.login, clock.read(item.due_at or "")) if item else None


def claim(found: Unfinished, at: datetime) -> Unfinished | None:
    """The same, due later; None if somebody else has it."""
    item = _ResetItem(found.user_id, _RESET)
    mine = Unfinished(found.user_id, found.login, at + LEASE)
    action = _ResetItem.due_at.set(clock.written(mine.due_at))
    unmoved = _ResetItem.due_at == clock.written(found.due_at)
    return mine if made(lambda: item.update([action], unmoved)) else None


def finish(mine: Unfinished) -> bool:
    item = _ResetItem(mine.user_id, _RESET)
    return made(lambda: item.delete(_ResetItem.due_at == clock.written(mine.due_at)))


def _item(unfinished: Unfinished) -> _ResetItem:
    return _ResetItem(
        unfinished.user_id,
        _RESET,
        login=unfinished.login,
        due_key=store_due.key(DUE, unfinished.user_id),
        due_at=clock.written(unfinished.due_at),
    )
