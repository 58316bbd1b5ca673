"""How often something may happen in a window of time: counted for a name or an address, known or not.

THROTTLE#<kind>#<mark> <start of the window> how often it happened in it
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pynamodb.attributes import NumberAttribute
from pynamodb.expressions.update import Action

from chalicelib.cloud_tables import Table, made
from chalicelib.identity import secrets
from chalicelib.kernel import clock
from chalicelib.kernel.errors import TooManyRequests

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many in each window; windows begin where every clock sees them begin."""

    kind: str
    most: int
    window: timedelta

    def window_at(self, at: datetime) -> datetime:
        """When the window of `at` began."""
        return at - (at - _EPOCH) % self.window


CODES_TO_A_NAME = (Limit("codes-hour", 5, timedelta(hours=1)), Limit("codes-day", 20, timedelta(days=1)))
CODES_FROM_AN_ADDRESS = (Limit("codes-from-hour", 300, timedelta(hours=1)),)
"""Many people share one address behind a carrier's translator."""


class _CountItem(Table):
    setting = "identity_table"
    happened = NumberAttribute()
    expires_at_seconds = NumberAttribute()


def check(limits: tuple[Limit, ...], subject: str, at: datetime) -> None:
    """Count one more of each. Raises TooManyRequests with the seconds to wait; that one is not counted."""
    mark = secrets.mark("throttle", subject)
    for limit in limits:
        began = limit.window_at(at)
        ends = began + limit.window
        if not _counted(limit, f"THROTTLE#{limit.kind}#{mark}", began, ends):
            raise TooManyRequests(retry_after_seconds=math.ceil((ends - at).total_seconds()))


def _counted(limit: Limit, key: str, began: datetime, ends: datetime) -> bool:
    item = _CountItem(key, clock.written(began))
    actions: list[Action] = [
        _CountItem.happened.add(1),
        _CountItem.expires_at_seconds.set(int(ends.timestamp())),
    ]
    below = _CountItem.happened.does_not_exist() | (_CountItem.happened < limit.most)
    return made(lambda: item.update(actions, below))
