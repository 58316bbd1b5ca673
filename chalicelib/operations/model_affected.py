"""Who was affected by an incident: people whose payment, top-up, transfer or withdrawal failed or took long.

Of a payment or transfer that means: we ended its request badly (`api/misses`). It `failed` if it was never made, and
was `slow` if its answer was, or if it was made only when it was asked for again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.api.misses import LATE, Miss
from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.operations import model
from chalicelib.operations.model import Moment, Processor
from chalicelib.operations.model_incidents import Incident
from chalicelib.topups import model_route

Found = Literal["payments", "top-ups", "transfers", "withdrawals"]
Outcome = Literal["failed", "unknown", "waiting", "slow"]
JobState = Literal["searching", "done"]
Kind = Literal["payment", "top-up", "transfer", "withdrawal"]
LONGEST = timedelta(days=7)
LOOKED_AFTER = timedelta(days=2)
"""How long after the window an end of what began in it is looked for."""
MOST_OF_A_PERSON = 200
_OF: Mapping[str, Found] = {"top-up": "top-ups", "withdrawal": "withdrawals"}
_KIND: Mapping[str, Kind] = {
    "payments": "payment", "top-ups": "top-up", "transfers": "transfer", "withdrawals": "withdrawal",
}  # fmt: skip
_UNFINISHED: Mapping[str, Outcome] = {"unknown": "unknown", "pending": "waiting"}


class AffectedWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from"}):
    """What is left out is the incident's: from when it began until it was resolved, or now; what it hits, at whom.

    `slow_seconds`: a top-up or withdrawal that took longer than that was slow.
    """

    capabilities: Annotated[tuple[Found, ...], msgspec.Meta(min_length=1, max_length=4)] | None = None
    processor: Processor | None = None
    since: Moment | None = None
    until: Moment | None = None
    slow_seconds: Annotated[int, msgspec.Meta(ge=1, le=86_400)] = 300


class NoticeWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`follow`: every later update goes to them too."""

    follow: bool = False


class SumView(msgspec.Struct, frozen=True):
    """Of one kind, outcome and currency: how many movements, and what they come to in minor units.

    Without a currency: of payments of an order that were never made, what they come to is not known.
    """

    kind: Kind
    outcome: Outcome
    currency: str
    movements: int
    amount: int


class AffectedView(msgspec.Struct, frozen=True, rename={"since": "from"}):
    """`done` and `of`: how far the search is. `told_at`: when they were last begun to be told, empty if never."""

    incident_id: str
    state: JobState
    capabilities: tuple[Found, ...]
    processor: str | None
    since: str
    until: str
    slow_seconds: int
    done: int
    of: int
    people: int
    sums: tuple[SumView, ...]
    finished_at: str
    told_at: str
    follow: bool


class HitView(msgspec.Struct, frozen=True):
    """`final_at` is empty while it is not final; `reason`: the processor's own, of what failed, or what we answered.

    What was never made has an id all the same, the one that it would have.
    """

    id: str
    kind: Kind
    outcome: Outcome
    amount: int
    currency: str
    processor: str
    reason: str
    created_at: str
    final_at: str


class AffectedPersonView(msgspec.Struct, frozen=True):
    """`more`: there are others than these 200."""

    person_id: str
    movements: tuple[HitView, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Job:
    """A search, and how far it is: at `place` of its `places`, behind `position` there. `sums`: as SumView, by key."""

    incident_id: str
    capabilities: tuple[Found, ...]
    processor: str | None
    since: datetime
    until: datetime
    slow_seconds: int
    asked_at: datetime
    processors: tuple[str, ...]
    currencies: tuple[str, ...]
    place: int = 0
    position: str = ""
    people: int = 0
    sums: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    finished_at: datetime | None = None
    told_at: datetime | None = None
    follow: bool = False
    due_at: datetime | None = None
    version: int = 1

    def is_due(self, at: datetime) -> bool:
        return self.due_at is not None and self.due_at <= at

    @property
    def view(self) -> AffectedView:
        sums = [_sum(key, many, amount) for key, (many, amount) in sorted(self.sums.items())]
        total = sum(1 for _ in places(self))
        return AffectedView(
            self.incident_id,
            "done" if self.finished_at else "searching",
            self.capabilities,
            self.processor,
            clock.written(self.since),
            clock.written(self.until),
            self.slow_seconds,
            total if self.finished_at else self.place,
            total,
            self.people,
            tuple(sums),
            clock.written(self.finished_at) if self.finished_at else "",
            clock.written(self.told_at) if self.told_at else "",
            self.follow,
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where to look, by shard: requests ended badly of a day, what is unfinished or failed, or what a processor was to
    have of a day."""

    what: Literal["requests", "unfinished", "failed", "lines"]
    shard: int
    processor: str = ""
    currency: str = ""
    day: str = ""


def job(
    incident: Incident, wish: AffectedWish, processors: tuple[str, ...], currencies: Iterable[str], at: datetime
) -> Job:
    """Raises InvalidRequest."""
    said = incident.said
    since = model.moment(wish.since, "from") if wish.since else said.starts_at
    until = min(model.moment(wish.until, "until") if wish.until else incident.resolved_at or at, at)
    if not since < until <= since + LONGEST:
        raise InvalidRequest(param="until")
    processor = wish.processor or said.processor
    if processor is not None and processor not in processors:
        raise InvalidRequest(param="processor")
    asked = (processor,) if processor else processors
    capabilities = wish.capabilities or _found(said.capability)
    return Job(
        incident.id,
        capabilities,
        processor,
        since,
        until,
        wish.slow_seconds,
        at,
        tuple(sorted(asked)),
        tuple(sorted(currencies)),
        due_at=at,
    )


def places(job: Job) -> Iterator[Place]:
    """In an order in which nothing slips by that becomes final meanwhile: unfinished, failed, credited.

    Requests stand before them: what became of a movement says more than how it was asked for.
    """
    for day in _days(job.since, job.until):
        yield from (Place("requests", shard, day=day) for shard in range(16))
    if "top-ups" in job.capabilities:
        yield from (Place("unfinished", shard) for shard in range(16))
        yield from (Place("failed", shard) for shard in range(16))
    if set(job.capabilities) & set(_OF.values()):
        yield from _lines(job)


def _lines(job: Job) -> Iterator[Place]:
    for day in _days(job.since, min(job.until + LOOKED_AFTER, job.asked_at)):
        for processor in job.processors:
            for currency in job.currencies:
                yield from (Place("lines", shard, processor, currency, day) for shard in range(16))


def hit(job: Job, movement: Mapping[str, Any], final_at: datetime | None) -> HitView | None:
    """What happened to a movement that was under way in the window; None if nothing did, or it is another's matter."""
    if _OF.get(movement["kind"]) not in job.capabilities or not _at(job, movement):
        return None
    created, over = clock.read(movement["created_at"]), final_at or job.asked_at
    began = created if movement["kind"] == "withdrawal" else over
    if created > job.until or began < job.since:
        return None
    outcome = _outcome(movement, final_at, (over - created).total_seconds() > job.slow_seconds)
    if outcome is None:
        return None
    return HitView(
        movement["pk"],
        movement["kind"],
        outcome,
        movement["amount"],
        movement["currency"],
        movement.get("processor", ""),
        movement.get("reason", ""),
        movement["created_at"],
        clock.written(final_at) if final_at else "",
    )


def missed(job: Job, miss: Miss, movement: Mapping[str, Any] | None) -> tuple[str, HitView] | None:
    """(person, what happened to them), by the movement if it was made; None if it is another's matter, or nobody's.

    A charge at a till that was never made names nobody: whose code it was is not kept.
    """
    if miss.capability not in job.capabilities or job.processor not in (None, miss.processor):
        return None
    if movement and movement["state"] != "refused":
        return movement.get("owner", miss.person), _made_late(miss, movement)
    never_made = movement is None and miss.code != LATE
    return (miss.person, _never_made(miss)) if never_made and miss.person else None


def further(new: Job, seen: Job) -> Job:
    """`new` after `seen`, of the same incident: whom that had found stays found, and who is told."""
    kept = {name: getattr(seen, name) for name in ("people", "sums", "told_at", "follow", "version")}
    return replace(new, **kept)


def counted(job: Job, hits: Iterable[HitView], were: Iterable[HitView] = ()) -> Job:
    """With `hits`, in place of what some of them `were`."""
    sums = dict(job.sums)
    for sign, some in ((1, hits), (-1, were)):
        for one in some:
            key = f"{one.kind}#{one.outcome}#{one.currency}"
            many, amount = sums.get(key, (0, 0))
            sums[key] = (many + sign, amount + sign * one.amount)
    return replace(job, sums={key: total for key, total in sums.items() if total[0]})


def _never_made(miss: Miss) -> HitView:
    kind = _KIND[miss.capability]
    return HitView(
        miss.movement, kind, "failed", miss.amount, miss.currency, miss.processor, miss.code, miss.at, final_at=""
    )


def _made_late(miss: Miss, movement: Mapping[str, Any]) -> HitView:
    return HitView(
        movement["pk"],
        _KIND[miss.capability],
        "slow",
        movement["amount"],
        movement["currency"],
        movement.get("processor", ""),
        miss.code,
        miss.at,
        movement["created_at"],
    )


def _sum(key: str, many: int, amount: int) -> SumView:
    kind, outcome, currency = key.split("#")
    return SumView(msgspec.convert(kind, Kind), msgspec.convert(outcome, Outcome), currency, many, amount)


def _found(capability: str | None) -> tuple[Found, ...]:
    """Raises InvalidRequest: of payouts and sign-ups there is no record."""
    if capability in (None, "everything"):
        return tuple(msgspec.convert(one, Found) for one in _KIND)
    if capability not in _KIND:
        raise InvalidRequest(param="capabilities")
    return (msgspec.convert(capability, Found),)


def _days(since: datetime, until: datetime) -> Iterator[str]:
    day, last = since.date(), until.date()
    while day <= last:
        yield day.isoformat()
        day = date.fromordinal(day.toordinal() + 1)


def _at(job: Job, movement: Mapping[str, Any]) -> bool:
    """Whether the processor has it, or had said no to it."""
    tried = [step.processor for step in model_route.read(movement.get("tried", ""))]
    return job.processor is None or job.processor in (movement.get("processor"), *tried)


def _outcome(movement: Mapping[str, Any], final_at: datetime | None, long: bool) -> Outcome | None:
    state = movement["state"]
    if state == "failed":
        return "failed"
    if state == "succeeded":
        return "slow" if long and movement["kind"] == "top-up" and final_at else None
    return _UNFINISHED.get(state) if long or state == "unknown" else None
