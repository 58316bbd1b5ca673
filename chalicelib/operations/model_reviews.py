"""Regular checks: who may do what and does, which keys lie about, how a probe stage bears load. Rules and records.

A report is written once and says what was found, beside the figures of the report before. What needs a person is a
finding, and each finding is a case.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

import msgspec

from chalicelib.kernel import clock, ids

Kind = Literal["access", "load"]
State = Literal["asked", "reading", "written"]
Stage = Literal["log", "operators", "merchants", "approvals", "adjustments", "cases"]
PREFIXES: Mapping[Kind, str] = MappingProxyType({"access": "rva", "load": "rvl"})
EVERY = timedelta(days=7)
UNUSED_AFTER = timedelta(days=90)
OLD_AFTER = timedelta(days=365)
WAITS_TOO_LONG_AFTER = timedelta(days=7)
ASKED_AGAIN_AFTER = timedelta(days=90)
"""A finding that somebody answered by resolving its case, and that is still there, is asked again then."""
TO_BE_DONE_WITHIN = timedelta(days=14)
MANY_REVEALS = 25
"""By one operator in a week."""
MOST_FINDINGS, MOST_REVEALS, MOST_OPERATORS = 200, 50, 300
"""How many a report holds; its figures count all."""

FINDINGS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        "access": (
            "operator-idle", "operator-without-factor", "operator-gone", "role-too-wide", "reveals-many",
            "key-idle", "key-old", "staff-idle", "approval-waiting",
        ),
        "load": ("load-failed", "load-slower"),
    }
)  # fmt: skip
Figures = dict[str, int]


class Finding(msgspec.Struct, frozen=True):
    """`about`: the id of what it is about. `facts`: ids, days and numbers."""

    kind: str
    about: str
    facts: dict[str, str | int] = {}
    case_id: str = ""


class Reveal(msgspec.Struct, frozen=True):
    """That an operator saw a field of somebody in clear; why stands sealed in the audit log, under `id`."""

    id: str
    at: str
    by: str
    about: str
    field: str


class OperatorLine(msgspec.Struct, frozen=True):
    """`used_on`: a day, empty if none is known. `may`: how many permissions that leave a trace the role grants."""

    id: str
    role: str
    since: str
    used_on: str
    second_factor: bool
    may: int
    used: int
    reveals: int


class Use(msgspec.Struct, frozen=True):
    """Of one operator, each as the last day: anything at all, and each permission."""

    seen: str = ""
    used: dict[str, str] = {}


class Review(msgspec.Struct, frozen=True):
    """`by`: the operator who asked for it, empty of the schedule. `number`: how often this record has changed.

    `stage` and `cursor`: where reading goes on. `reveals_by`: all of the week, `reveals` the newest. `former`: the
    report before, whose figures are `before`.
    """

    id: str
    kind: Kind
    state: State
    by: str
    since: str
    until: str
    begun_at: str
    former: str = ""
    before: Figures = {}
    watched_since: str = ""
    stage: Stage = "log"
    cursor: str = ""
    figures: Figures = {}
    findings: tuple[Finding, ...] = ()
    gone: tuple[Finding, ...] = ()
    operators: tuple[OperatorLine, ...] = ()
    unused: dict[str, tuple[str, ...]] = {}
    reveals: tuple[Reveal, ...] = ()
    reveals_by: dict[str, int] = {}
    ended_at: str = ""
    digest: str = ""
    number: int = 0


def access_id(at: datetime) -> str:
    """One for each week (Monday to Sunday, UTC), whoever makes it and however often."""
    return _weekly("access", at)


def load_id(at: datetime) -> str:
    return _weekly("load", at)


def _weekly(kind: Kind, at: datetime) -> str:
    year, week, _ = at.isocalendar()
    monday = datetime.fromisocalendar(year, week, 1).replace(tzinfo=at.tzinfo)
    return ids.dated(PREFIXES[kind], monday, "week", f"{year}-{week:02}")


def kind_of(review_id: str) -> Kind | None:
    return next((kind for kind, prefix in PREFIXES.items() if ids.is_id(review_id, prefix)), None)


def read_from(former: Review | None, until: datetime) -> datetime:
    """The log is read from the report before on, and a week at least; of the first report, as far back as counts."""
    if former is None:
        return until - UNUSED_AFTER
    return max(until - UNUSED_AFTER, min(clock.read(former.until), until - EVERY))


def plus(figures: Figures, **more: int) -> Figures:
    return {**figures, **{name: figures.get(name, 0) + number for name, number in more.items()}}


def days_since(moment: datetime | str, at: datetime) -> int:
    """Whole ones. `moment`: a day counts from its end, since nobody knows when in it."""
    known = moment if isinstance(moment, datetime) else clock.read(moment + "T23:59:59.999999Z")
    return max(0, (at - known) // timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Age:
    """When something was made, when last used (a day, or empty), and since when use is noted at all."""

    made_at: datetime
    used_on: str
    noted_from: datetime | None = None

    def unused_days(self, at: datetime) -> int:
        """Whole days in which it could have been used, would have been noted, and was not."""
        made = max(self.made_at, self.noted_from or self.made_at)
        idle = (at - made) // timedelta(days=1)
        return min(idle, days_since(self.used_on, at)) if self.used_on else max(idle, 0)

    def is_unused(self, at: datetime) -> bool:
        return self.unused_days(at) >= UNUSED_AFTER.days


def is_old(made_at: datetime, at: datetime) -> bool:
    return at - made_at >= OLD_AFTER


def folded(use: Use, day: str, permission: str | None) -> Use:
    """With one more deed; days only ever grow, so that the same one twice is that one."""
    used = use.used
    if permission:
        used = {**used, permission: max(day, used.get(permission, ""))}
    return Use(max(day, use.seen), used)


def used_of_late(use: Use, at: datetime) -> frozenset[str]:
    """Permissions that were used in the last 90 days."""
    first = clock.written(at - UNUSED_AFTER)[:10]
    return frozenset(permission for permission, day in use.used.items() if day > first)


def asks_again(opened_at: datetime, was_found: bool, at: datetime) -> bool:
    """Whether a finding whose case is resolved gets another one: it came back, or the answer is old."""
    return not was_found or at - opened_at >= ASKED_AGAIN_AFTER


def vanished(former: Review, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What the report before had found and this one did not."""
    still = {(one.kind, one.about) for one in found}
    return tuple(one for one in former.findings if (one.kind, one.about) not in still)


def digest(review: Review) -> str:
    """SHA-256 of all that the report says, without this."""
    said = msgspec.structs.replace(review, digest="", number=0)
    return hashlib.sha256(msgspec.json.encode(said, order="sorted")).hexdigest()
