"""Tries at what is short enough to be guessed: counted before anybody compares; five, then a pause that grows.

TRIES#<what> under a user: how many tries there were since the last pause, and how many pauses
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.cloud_tables import made
from chalicelib.identity import announcing
from chalicelib.identity.model import User
from chalicelib.identity.store import UserItem
from chalicelib.kernel import clock
from chalicelib.kernel.errors import TooManyRequests, Unavailable

MOST = 5
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 1440))
"""No lock's (`model_lockout`): no sweep tells of a pause, so the first one may be over within a minute."""
What = Literal["factor", "pin", "password"]
_RACES = 3


class _TriesItem(UserItem):
    tries = NumberAttribute()
    pauses = NumberAttribute()
    latest_at = UnicodeAttribute()


def right(user: User, what: What, at: datetime, compare: Callable[[], bool]) -> bool:
    """Whether `compare` finds it right; a right one takes all tries back. The owner learns of a pause that begins.

    Raises TooManyRequests during a pause.
    """
    item = _counted(user.id, what, at)
    if compare():
        item.delete()
        return True
    if item.tries >= MOST:
        announcing.owner(user, f"{what}_paused", at)
    return False


def _counted(user_id: str, what: What, at: datetime) -> _TriesItem:
    item, now = _TriesItem(user_id, f"TRIES#{what}"), clock.written(at)
    one_more: list[Action] = [_TriesItem.tries.add(1), _TriesItem.pauses.add(0), _TriesItem.latest_at.set(now)]
    for _ in range(_RACES):
        if made(lambda: item.update(one_more, _TriesItem.tries.does_not_exist() | (_TriesItem.tries < MOST))):
            return item
        if begun := _went_on(user_id, what, at):
            return begun
    raise Unavailable(retry_after_seconds=1)


def _went_on(user_id: str, what: What, at: datetime) -> _TriesItem | None:
    """The first try after a pause, which only one of many begins. Raises TooManyRequests if it lasts."""
    seen = _TriesItem.find(user_id, f"TRIES#{what}")
    if seen is None or seen.tries < MOST:
        return None
    left = clock.read(seen.latest_at) + PAUSES[min(int(seen.pauses), len(PAUSES) - 1)] - at
    if left > timedelta():
        raise TooManyRequests(retry_after_seconds=math.ceil(left.total_seconds()))
    again: list[Action] = [
        _TriesItem.tries.set(1),
        _TriesItem.pauses.add(1),
        _TriesItem.latest_at.set(clock.written(at)),
    ]
    unchanged = (_TriesItem.latest_at == seen.latest_at) & (_TriesItem.tries == seen.tries)
    return seen if made(lambda: seen.update(again, unchanged)) else None
