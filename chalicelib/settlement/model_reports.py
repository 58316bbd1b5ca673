"""What is asked of a reconciliation and what it reports: statements, days, differences, safeguarding."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal

import msgspec

from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.settlement.model_reconciliation import Form, Outcome, Side, StatementLine

CASE_DUE = timedelta(days=1)
LOOKED_BACK = timedelta(days=35)
"""How long a line without another waits to find it."""
MOST_DIFFERENCES = 2_000
"""Of one run and name that are kept and get a case each: beyond, the file itself is wrong, and one case says so."""
RUNS_FROM = time(6)
"""From this hour (UTC) on yesterday is reconciled: statements are there by then."""
FETCHED_FROM = time(3)
"""From this hour (UTC) on yesterday's are asked for: the last, WeChat Pay's, is there at ten in Beijing."""
FETCHED_DAYS = 7
"""So far back a statement that is not there is asked for."""
OVERDUE_DAYS = 3
"""After this many a processor that has not delivered becomes a person's work."""
NOBODY = ""
"""Who imported what was fetched."""
_AHEAD = {"wechatpay": timedelta(hours=8), "alipay": timedelta(hours=8)}
"""Whose days are not UTC's: theirs end so much earlier, and the day's last hours stand in the next bill."""
MOST_INLINE = 45_000
"""Letters of base64; a longer file goes to the upload link."""
_DAY = r"^2\d{3}-\d\d-\d\d$"
Day = Annotated[str, msgspec.Meta(pattern=_DAY, extra_json_schema={"format": "date"})]
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
State = Literal["asked", "done"]
FORMS: dict[Side, tuple[Form, ...]] = {
    "processor": ("csv", "sandbox", "stripe", "wechat", "alipay"),
    "bank": ("csv", "mt940", "camt053"),
}


class NewStatement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of `bytes` bytes, addressed by its SHA-256. `content` is base64, of small files; others are uploaded."""

    side: Side
    name: Name
    form: Form
    day: Day
    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    bytes: Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000)]
    content: Annotated[str, msgspec.Meta(max_length=MOST_INLINE)] | None = None


class NewRun(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    day: Day


class StatementFileView(msgspec.Struct, frozen=True, omit_defaults=True):
    """`upload_url` takes the file by PUT for an hour, with `upload_headers`; it refuses any other content.

    `imported_by` is empty where the statement was fetched from the processor.
    """

    sha256: str
    side: Side
    name: str
    form: Form
    day: str
    bytes: int
    imported_at: str
    imported_by: str
    upload_url: str = ""
    upload_headers: dict[str, str] = {}


class TallyView(msgspec.Struct, frozen=True):
    """`amount`: of matched lines their sum, of others what they differ by."""

    count: int
    amount: int


class BookView(msgspec.Struct, frozen=True):
    """One name and currency. `unexplained` is what the listed differences leave of stated − expected: 0."""

    side: Side
    name: str
    currency: str
    stated: bool
    """Whether there was a statement at all; without one nothing is missing yet."""
    expected: TallyView
    statement: TallyView
    fees: int
    outcomes: dict[Outcome, TallyView]
    unexplained: int


class ClearingView(msgspec.Struct, frozen=True):
    """What the ledger says a processor held for us at the day's end, and what the day's lines lead to."""

    name: str
    currency: str
    ledger: int
    lines: int
    difference: int


class SafeguardingView(msgspec.Struct, frozen=True):
    """`covered` is None while no bank's statement of the day is there."""

    currency: str
    owed: int
    at_banks: int
    in_transit: int
    """On its way from processors to banks, by the processors' statements."""
    shortfall: int
    covered: bool | None


class UnreadableView(msgspec.Struct, frozen=True):
    sha256: str
    line: int
    reason: str


class RetoldView(msgspec.Struct, frozen=True):
    """A statement of a day that was told before, against the ones before it: how many of its lines they have too, how
    many it adds, how many of theirs it lacks, and how many it has with another fee, minute or closing balance."""

    sha256: str
    side: Side
    name: str
    lines: int
    repeated: int
    added: int
    lacking: int
    otherwise: int


class ReportView(msgspec.Struct, frozen=True):
    """`agrees`: no difference, nothing unreadable or told otherwise, no statement missing, clearing to the cent."""

    day: str
    status: State
    asked_at: str
    ran_at: str
    agrees: bool
    differences: int
    missing: tuple[str, ...] = ()
    books: tuple[BookView, ...] = ()
    clearing: tuple[ClearingView, ...] = ()
    safeguarding: tuple[SafeguardingView, ...] = ()
    unreadable: tuple[UnreadableView, ...] = ()
    retold: tuple[RetoldView, ...] = ()


class DifferenceView(msgspec.Struct, frozen=True):
    """`difference` is what they state beyond what we expect; our ids and theirs, and nothing of the people."""

    id: str
    outcome: Outcome
    side: Side
    name: str
    currency: str
    our_id: str
    reference: str
    expected: int | None
    stated: int | None
    difference: int
    booked_at: str
    line: int
    case_id: str
    closed_as: str


@dataclass(frozen=True, slots=True)
class Statement:
    sha256: str
    side: Side
    name: str
    form: Form
    day: str
    bytes: int
    imported_at: datetime
    imported_by: str

    @property
    def place(self) -> str:
        return f"statements/{self.sha256}"

    def view(self, upload_url: str = "", headers: dict[str, str] | None = None) -> StatementFileView:
        at = clock.written(self.imported_at)
        kept = (self.sha256, self.side, self.name, self.form, self.day, self.bytes, at, self.imported_by)
        return StatementFileView(*kept, upload_url, headers or {})


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line without another: it waits for one, or a case already says that it is missing."""

    line: StatementLine
    ours: bool
    day: str
    """Whose line it is."""
    case_id: str = ""
    found_on: str = ""
    """The day whose run said that it is missing."""
    closed_on: str = ""

    @property
    def id(self) -> str:
        return ("ours#" if self.ours else "theirs#") + self.line.identity


@dataclass(slots=True)
class Tally:
    count: int = 0
    amount: int = 0

    def add(self, amount: int, count: int = 1) -> None:
        self.count += count
        self.amount += amount

    @property
    def view(self) -> TallyView:
        return TallyView(self.count, self.amount)


@dataclass(slots=True)
class Book:
    """What is added up for one name and currency."""

    expected: Tally = field(default_factory=Tally)
    stated: Tally = field(default_factory=Tally)
    fees: int = 0
    outcomes: dict[Outcome, Tally] = field(default_factory=dict)

    def end(self, outcome: Outcome, amount: int, count: int = 1) -> None:
        self.outcomes.setdefault(outcome, Tally()).add(amount, count)

    @property
    def unexplained(self) -> int:
        differences = sum(tally.amount for outcome, tally in self.outcomes.items() if outcome != "matched")
        return self.stated.amount - self.expected.amount - differences

    def view(self, side: Side, name: str, currency: str, stated: bool) -> BookView:
        outcomes = {outcome: tally.view for outcome, tally in sorted(self.outcomes.items())}
        left = self.unexplained if stated else 0
        return BookView(side, name, currency, stated, self.expected.view, self.stated.view, self.fees, outcomes, left)


def is_day(written: str) -> bool:
    """Whether it has a day's form: what has not is longer than a key may be, or no key of ours."""
    return re.fullmatch(_DAY, written, re.ASCII) is not None and not written.endswith("\n")


def day_of(written: str, at: datetime, param: str = "day") -> date:
    """A day that is over. Raises InvalidRequest."""
    try:
        found = date.fromisoformat(written)
    except ValueError:
        raise InvalidRequest(param=param) from None
    if found >= at.date():
        raise InvalidRequest(param=param)
    return found


def end_of(day: date, name: str = "") -> datetime:
    """By the clock of whoever's book it is."""
    return datetime.combine(day + timedelta(days=1), time(0), UTC) - _AHEAD.get(name, timedelta(0))


def days_fetched(at: datetime) -> list[date]:
    """Of which a statement should be there, the newest first."""
    newest = 1 if at.time() >= FETCHED_FROM else 2
    return [at.date() - timedelta(days=back) for back in range(newest, FETCHED_DAYS + 1)]


def empty_is_believed(day: date, at: datetime) -> bool:
    """Yesterday's may be empty because the processor has not made it yet; a day later nothing has happened."""
    return at.date() - day > timedelta(days=1)


def is_overdue(day: date, at: datetime) -> bool:
    return at.date() - day >= timedelta(days=OVERDUE_DAYS)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
