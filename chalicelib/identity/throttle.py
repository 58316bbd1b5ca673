"""How often something may happen in a window of time: counted for a name or an address, known or not.

THROTTLE#<kind>#<mark> <start of the window> how often it happened in it
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pynamodb.attributes import NumberAttribute, UnicodeSetAttribute
from pynamodb.expressions.condition import size
from pynamodb.expressions.update import Action

from chalicelib.cloud_tables import Table, made
from chalicelib.identity import secrets
from chalicelib.kernel import clock, quotas
from chalicelib.kernel.errors import TooManyRequests
from chalicelib.kernel.quotas import Quota
from chalicelib.observability import count

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many in each window; windows begin where every clock sees them begin."""

    kind: str
    most: int
    window: timedelta
    told: bool = False
    """Whether whoever asks is told what is left: of their own address; that of a name tells what others did to it."""

    def window_at(self, at: datetime) -> datetime:
        """When the window of `at` began."""
        return at - (at - _EPOCH) % self.window

    def reached(self, at: datetime) -> TooManyRequests:
        """The refusal, with the seconds until the window of `at` ends."""
        full = self.quota(self.most, at)
        return TooManyRequests(policy=(full.name, full.most, full.window_seconds), retry_after_seconds=full.seconds)

    def quota(self, happened: int, at: datetime) -> Quota:
        """What is left of it, and the seconds until its window ends."""
        seconds = math.ceil((self.window_at(at) + self.window - at).total_seconds())
        return Quota(self.kind, self.most, int(self.window.total_seconds()), self.most - happened, seconds)


CODES_TO_A_NAME = (Limit("codes-hour", 5, timedelta(hours=1)), Limit("codes-day", 20, timedelta(days=1)))
RESETS_OF_A_PERSON = (Limit("resets-day", 30, timedelta(days=1)),)
RESETS_OF_A_PERSON_FROM_AN_ADDRESS = (Limit("resets-hour", 5, timedelta(hours=1)),)
"""Strangers use up their own, not the owner's."""
CODES_FROM_AN_ADDRESS = (Limit("codes-from-hour", 300, timedelta(hours=1), told=True),)
"""Many people share one address behind a carrier's translator."""
NAMES_FROM_AN_ADDRESS = Limit("names-from", 30, timedelta(minutes=15))
"""Names that one address fails to sign in with: a password sprayed over many is slowed down."""


class _CountItem(Table):
    setting = "identity_table"
    happened = NumberAttribute(null=True)
    names = UnicodeSetAttribute(null=True)
    """Marks, where different names are counted."""
    expires_at_seconds = NumberAttribute()


def check(limits: tuple[Limit, ...], subject: str, at: datetime) -> None:
    """Count one more of each. Raises TooManyRequests with the seconds to wait; that one is not counted."""
    mark = secrets.mark("throttle", subject)
    for limit in limits:
        began = limit.window_at(at)
        ends = began + limit.window
        happened = _counted(limit, f"THROTTLE#{limit.kind}#{mark}", began, ends)
        if happened is None:
            count("Throttled", Limit=limit.kind)
            raise limit.reached(at)
        if limit.told:
            quotas.note(limit.quota(int(happened), at))


def spread(limit: Limit, subject: str, name: str, at: datetime) -> None:
    """`name` is among at most so many different ones of `subject`. Raises TooManyRequests; it is not counted then."""
    began = limit.window_at(at)
    ends, mark = began + limit.window, _mark_of(name)
    item = _CountItem(_place(limit, subject), clock.written(began))
    actions: list[Action] = [
        _CountItem.names.add({mark}),
        _CountItem.expires_at_seconds.set(int(ends.timestamp())),
    ]
    below = size(_CountItem.names) < limit.most  # type: ignore[no-untyped-call]
    room = _CountItem.names.does_not_exist() | below | _CountItem.names.contains(mark)
    if not made(lambda: item.update(actions, room)):
        count("Throttled", Limit=limit.kind)
        raise limit.reached(at)


def forgive(limit: Limit, subject: str, name: str, at: datetime) -> None:
    """`name` is not among them after all."""
    item = _CountItem(_place(limit, subject), clock.written(limit.window_at(at)))
    made(lambda: item.update([_CountItem.names.delete({_mark_of(name)})], _CountItem.pk.exists()))


def _place(limit: Limit, subject: str) -> str:
    return f"THROTTLE#{limit.kind}#{secrets.mark('throttle', subject)}"


def _mark_of(name: str) -> str:
    return secrets.mark("throttle", name)[:16]


def _counted(limit: Limit, key: str, began: datetime, ends: datetime) -> float | None:
    """How often it has happened now; None if it must not any more."""
    item = _CountItem(key, clock.written(began))
    actions: list[Action] = [
        _CountItem.happened.add(1),
        _CountItem.expires_at_seconds.set(int(ends.timestamp())),
    ]
    below = _CountItem.happened.does_not_exist() | (_CountItem.happened < limit.most)
    return item.happened if made(lambda: item.update(actions, below)) else None
