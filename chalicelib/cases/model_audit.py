"""The audit log: who did what to whom, from where and why. Ids and plain facts; what people wrote is sealed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Annotated, Literal

import msgspec

from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidRequest

Facts = Mapping[str, str | int]
Format = Literal["jsonl", "csv"]

USUAL_PERIOD = timedelta(days=7)
LONGEST_PERIOD = timedelta(days=31)
MOST_EXPORTED = 5_000
WRITTEN_WITHIN = timedelta(minutes=1)
"""What a request does stands in the log at the latest so long after it came: before that, a period is not over."""
_NETWORK_BITS = {4: 24, 6: 48}
"""How much of an address is kept: enough to see that two requests came from one place, not from whose desk."""

Moment = Annotated[str, msgspec.Meta(max_length=40, extra_json_schema={"format": "date-time"})]
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class ExportRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from", "until": "to"}):
    """`from` ≤ time < `to`, at most 31 days, and over for a minute."""

    since: Moment
    until: Moment
    format: Format
    actor: Word | None = None
    subject: Word | None = None
    action: Word | None = None


class AuditView(msgspec.Struct, frozen=True):
    """`source` is the network that the request came from; `intact` is false if somebody changed the entry since."""

    id: str
    at: str
    actor: str
    action: str
    subject: str
    source: str
    reason: str
    facts: dict[str, str | int]
    intact: bool


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """`who` did `what` to `whom`, from the network `source`. Facts are ours, never typed by anybody."""

    id: str
    at: datetime
    who: str
    what: str
    whom: str
    source: str = ""
    facts: Facts = field(default_factory=dict)

    @property
    def bound(self) -> str:
        """The name under which its reason is sealed: with any other content it does not open."""
        facts = sorted(self.facts.items())
        told = [self.id, clock.written(self.at), self.who, self.what, self.whom, self.source, facts]
        return "audit." + hashlib.sha256(msgspec.json.encode(told)).hexdigest()

    def view(self, why: str | None) -> AuditView:
        """`why` is None if the entry is not what was written."""
        at, facts = clock.written(self.at), dict(self.facts)
        reason, intact = why or "", why is not None
        return AuditView(self.id, at, self.who, self.what, self.whom, self.source, reason, facts, intact)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: `since` ≤ time < `until`, and of those the ones that match."""

    since: datetime
    until: datetime
    actor: str | None = None
    subject: str | None = None
    action: str | None = None

    def matches(self, entry: AuditEntry) -> bool:
        asked = ((self.actor, entry.who), (self.subject, entry.whom), (self.action, entry.what))
        return all(wish is None or wish == found for wish, found in asked)

    @property
    def days(self) -> list[str]:
        """Newest first."""
        last, first = (self.until - clock.MICROSECOND).date(), self.since.date()
        return [(last - timedelta(days=back)).isoformat() for back in range((last - first).days + 1)]


def network(address: str) -> str:
    """The /24 or /48 of an address, in clear; nothing of what is none."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    kept = (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
    return str(ip_network(f"{kept}/{_NETWORK_BITS[kept.version]}", strict=False))


_FIRST_YEAR = 1970


def wanted(
    since: str | None, until: str | None, actor: str | None, subject: str | None, action: str | None, at: datetime
) -> Wanted:
    """By default the last seven days. Raises InvalidRequest."""
    last = at + clock.MICROSECOND if until is None else _moment(until, "to")
    if last.year < _FIRST_YEAR:
        raise InvalidRequest(param="to")
    first = last - USUAL_PERIOD if since is None else _moment(since, "from")
    if not first < last:
        raise InvalidRequest(param="from")
    if last - first > LONGEST_PERIOD:
        raise InvalidRequest(param="from", reason="period-too-long")
    return Wanted(first, last, actor, subject, action)


def _moment(text: str, param: str) -> datetime:
    try:
        return clock.read(text.replace(" ", "+"))
    except (ValueError, OverflowError) as unreadable:
        raise InvalidRequest(param=param) from unreadable
