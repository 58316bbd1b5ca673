"""An incident, from the alarm that drafts it to what was wrong and what mended it: its times, and who did what when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import msgspec

from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.operations import model
from chalicelib.operations.announcements import Ready
from chalicelib.operations.model import DRAFT, Announcement, AnnouncementView, Bodies, IncidentChange, Titles

_STEPS = ("detected", "acknowledged", "told", "resolved")
DeedName = Literal[
    "drafted", "rang", "ended", "paged", "acknowledged", "opened", "told", "changed", "resolved", "closed"
]


class TimesView(msgspec.Struct, frozen=True):
    """Moments, empty while they have not come; and after how many seconds from when it began each came."""

    began_at: str
    detected_at: str
    acknowledged_at: str
    told_at: str
    resolved_at: str
    detected_seconds: int | None
    acknowledged_seconds: int | None
    told_seconds: int | None
    resolved_seconds: int | None


class IncidentView(AnnouncementView, frozen=True):
    """`alarm` drafted it; `runbook` is a page of `infra/runbooks/`; `taken_by` is the operator who has it."""

    alarm: str
    runbook: str
    taken_by: str
    page_id: str
    cause: Bodies | None
    remedy: Bodies | None
    times: TimesView


class DeedView(msgspec.Struct, frozen=True):
    """`by`: an operator, or empty for Coffer itself; `whom`: who was paged; `title` and `body`: what was said."""

    at: str
    deed: DeedName
    by: str
    whom: tuple[str, ...]
    state: str
    title: Titles | None
    body: Bodies | None


class SentencesView(msgspec.Struct, frozen=True):
    """Runbook → sentences, a title and a body for each step."""

    sentences: Mapping[str, Ready]


@dataclass(frozen=True, slots=True)
class Deed:
    at: datetime
    deed: DeedName
    by: str
    state: str
    title: Titles | None = None
    body: Bodies | None = None
    whom: tuple[str, ...] = ()

    @property
    def view(self) -> DeedView:
        return DeedView(clock.written(self.at), self.deed, self.by, self.whom, self.state, self.title, self.body)


@dataclass(frozen=True, slots=True)
class Incident:
    """`said` is what everybody is told, once it is no draft; it began when `said` starts. `version` counts changes."""

    said: Announcement
    detected_at: datetime
    acknowledged_at: datetime | None = None
    told_at: datetime | None = None
    resolved_at: datetime | None = None
    taken_by: str = ""
    alarm: str = ""
    runbook: str = ""
    page_id: str = ""
    cause: Bodies | None = None
    remedy: Bodies | None = None
    version: int = 1

    @property
    def id(self) -> str:
        return self.said.id

    @property
    def state(self) -> str:
        return self.said.state

    @property
    def over(self) -> bool:
        return self.state == "resolved"

    @property
    def view(self) -> IncidentView:
        return IncidentView(
            **msgspec.structs.asdict(self.said.view),
            alarm=self.alarm,
            runbook=self.runbook,
            taken_by=self.taken_by,
            page_id=self.page_id,
            cause=self.cause,
            remedy=self.remedy,
            times=self._times,
        )

    @property
    def _times(self) -> TimesView:
        began = self.said.starts_at
        moments = (self.detected_at, self.acknowledged_at, self.told_at, self.resolved_at)
        written = {f"{name}_at": clock.written(one) if one else "" for name, one in zip(_STEPS, moments, strict=True)}
        after = {
            f"{name}_seconds": int((one - began).total_seconds()) if one else None
            for name, one in zip(_STEPS, moments, strict=True)
        }
        return msgspec.convert({"began_at": clock.written(began), **written, **after}, TimesView)


def taken(seen: Incident, by: str, at: datetime) -> Incident:
    """It is this operator's now."""
    first = seen.acknowledged_at or at
    return replace(seen, taken_by=by, acknowledged_at=first, version=seen.version + 1)


def changed(seen: Incident, wish: IncidentChange, by: str, at: datetime) -> Incident:
    """Whoever says what is new has it, if nobody had. Raises InvalidRequest."""
    said = _said(seen.said, wish, at)
    mine = taken(seen, seen.taken_by or by, at)
    now = replace(
        mine,
        said=said,
        told_at=seen.told_at or (at if said.state != DRAFT and not _dismissed(seen, said) else None),
        resolved_at=at if said.state == "resolved" else None,
        cause=model.tidy_bodies(wish.cause, "cause") if wish.cause else seen.cause,
        remedy=model.tidy_bodies(wish.remedy, "remedy") if wish.remedy else seen.remedy,
    )
    _require_explained(now)
    return now


def closed(seen: Incident, at: datetime) -> Incident:
    """A draft that nobody took up, whose alarm has ended."""
    said = replace(seen.said, state="resolved", updated_at=at)
    return replace(seen, said=said, resolved_at=at, version=seen.version + 1)


def deed_of(seen: Incident, now: Incident, by: str, at: datetime) -> Deed:
    """What this change is called, with what it said if anything is new."""
    words = (now.said.title, now.said.body)
    new = words != (seen.said.title, seen.said.body) or seen.told_at != now.told_at
    done: DeedName = "resolved" if now.over else "told" if new and now.told_at else "changed"
    return Deed(at, done, by, now.state, *(words if new and now.told_at else ()))


def _require_explained(now: Incident) -> None:
    """Whoever was told of it is told why it was so and what mended it. Raises InvalidRequest."""
    if not (now.over and now.told_at):
        return
    for param, told in (("cause", now.cause), ("remedy", now.remedy)):
        if told is None:
            raise InvalidRequest(param=param, reason="unexplained")


def _dismissed(seen: Incident, said: Announcement) -> bool:
    """A draft that turned out to be nothing was never told."""
    return seen.state == DRAFT and said.state == "resolved"


def _said(seen: Announcement, wish: IncidentChange, at: datetime) -> Announcement:
    return replace(
        seen,
        state=wish.state or seen.state,
        severity=wish.severity or seen.severity,
        title=model.tidy_titles(wish.title) if wish.title else seen.title,
        body=model.tidy_bodies(wish.body) if wish.body else seen.body,
        ends_at=model.moment(wish.ends_at, "ends_at") if wish.ends_at else seen.ends_at,
        updated_at=at,
        capability=wish.capability or seen.capability,
        processor=wish.processor if wish.capability else seen.processor,
    )
