"""Who is on call when, and a page: it goes to one after the other until somebody acknowledges it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.operations import model
from chalicelib.operations.model import Moment, Severity, Titles

PersonId = Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
Order = Annotated[int, msgspec.Meta(ge=1, le=2)]
Secret = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
ESCALATES_AFTER = timedelta(minutes=5)
SENT_WITHIN = timedelta(minutes=1)
"""What was not sent by then is sent by whoever finds it next."""
CODE_LASTS = timedelta(hours=12)
LOOKED_AHEAD = timedelta(days=7)
LONGEST_SHIFT = timedelta(days=31)


class NewShift(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from", "until": "to"}):
    """`from` ≤ time < `to`, at most 31 days. `order`: who is paged first, and who if they do not answer."""

    person_id: PersonId
    since: Moment
    until: Moment
    order: Order = 1


class ShiftView(msgspec.Struct, frozen=True, rename={"since": "from", "until": "to"}):
    id: str
    person_id: str
    since: str
    until: str
    order: int
    on_call: bool
    """Whether that is now, and they are an operator still."""


class GapView(msgspec.Struct, frozen=True, rename={"since": "from", "until": "to"}):
    since: str
    until: str


class WaitingView(msgspec.Struct, frozen=True):
    """A page that nobody has answered: `asked` were told, the last one last; at `goes_on_at` the next one is."""

    id: str
    incident_id: str
    asked: tuple[str, ...]
    goes_on_at: str


class OnCallView(msgspec.Struct, frozen=True):
    """`now`: in the order in which they are paged; `gaps` of the next seven days: a page goes to every admin then.

    `pages` wait, the one that goes on first is first.
    """

    at: str
    now: tuple[str, ...]
    following: ShiftView | None
    gaps: tuple[GapView, ...]
    pages: tuple[WaitingView, ...]


class Acknowledgement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: Secret


class PageView(msgspec.Struct, frozen=True):
    """What whoever was woken must know to begin."""

    id: str
    incident_id: str
    title: Titles
    severity: Severity
    state: str
    alarm: str
    runbook: str
    began_at: str
    acknowledged_at: str


@dataclass(frozen=True, slots=True)
class Shift:
    id: str
    person_id: str
    since: datetime
    until: datetime
    order: int

    def holds(self, at: datetime) -> bool:
        return self.since <= at < self.until

    def view(self, at: datetime) -> ShiftView:
        since, until = clock.written(self.since), clock.written(self.until)
        return ShiftView(self.id, self.person_id, since, until, self.order, self.holds(at))


@dataclass(frozen=True, slots=True)
class Page:
    """`asked` were told already, `asking` are being told. It is over when somebody answered, or the incident is."""

    id: str
    incident_id: str
    due_at: datetime | None
    asked: tuple[str, ...] = ()
    asking: tuple[str, ...] = ()
    answered_by: str = ""
    answered_at: datetime | None = None

    def is_due(self, at: datetime) -> bool:
        return self.due_at is not None and self.due_at <= at

    @property
    def waiting(self) -> WaitingView:
        asked = tuple(dict.fromkeys([*self.asked, *self.asking]))
        return WaitingView(self.id, self.incident_id, asked, clock.written(self.due_at) if self.due_at else "")


@dataclass(frozen=True, slots=True)
class Code:
    page_id: str
    user_id: str
    expires_at: datetime


def shift(shift_id: str, wish: NewShift, at: datetime) -> Shift:
    """Raises InvalidRequest: over already, or longer than 31 days."""
    since, until = model.moment(wish.since, "from"), model.moment(wish.until, "to")
    if until <= at or not since < until <= since + LONGEST_SHIFT:
        raise InvalidRequest(param="to")
    return Shift(shift_id, wish.person_id, since, until, wish.order)


def require_alone(new: Shift, others: Iterable[Shift]) -> None:
    """Raises InvalidRequest: two would be paged first; of those paged second there may be several."""
    if new.order == 1 and any(one.order == 1 and one.since < new.until and new.since < one.until for one in others):
        raise InvalidRequest(param="from", reason="shifts-overlap")


def on_call(shifts: Iterable[Shift], at: datetime) -> list[str]:
    """People, in the order in which they are paged."""
    now = sorted((one.order, one.since, one.id, one.person_id) for one in shifts if one.holds(at))
    return list(dict.fromkeys(person for *_, person in now))


def following(shifts: Iterable[Shift], at: datetime) -> Shift | None:
    """The one that begins next."""
    later = [one for one in shifts if one.since > at]
    return min(later, key=lambda one: (one.since, one.order, one.id), default=None)


def gaps(shifts: Iterable[Shift], at: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """When nobody is on call between `at` and `until`."""
    found, covered = [], at
    for one in sorted(shifts, key=lambda one: one.since):
        if covered < one.since < until:
            found.append((covered, one.since))
        covered = max(covered, one.until) if one.since < until else covered
    return [*found, (covered, until)] if covered < until else found


def next_asked(page: Page, on_call_now: Sequence[str], admins: Sequence[str]) -> tuple[str, ...]:
    """Whoever began to be told; the next who is on call; every admin; and then everybody again."""
    if page.asking:
        return page.asking
    left = [one for one in on_call_now if one not in page.asked]
    rest = [one for one in admins if one not in page.asked]
    return tuple(left[:1] or rest or dict.fromkeys([*on_call_now, *admins]))


def mark(code: str) -> str:
    """A code is 128 bits of chance: its plain hash tells nobody anything."""
    return hashlib.sha256(code.encode()).hexdigest()
