"""An incident, a maintenance window, and the banners that everybody sees while one of them holds."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec

from chalicelib.kernel import clock, text
from chalicelib.kernel.capabilities import EVERYTHING, OF_A_PROCESSOR
from chalicelib.kernel.errors import InvalidRequest

State = Literal["operational", "degraded", "outage", "maintenance"]
Severity = Literal["minor", "major", "critical"]
Step = Literal["investigating", "identified", "monitoring", "resolved"]
Kind = Literal["incident", "maintenance"]
Capability = Literal["everything", "payments", "top-ups", "transfers", "withdrawals", "payouts", "sign-ups"]
Processor = Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
Title = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Body = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Moment = Annotated[str, msgspec.Meta(max_length=40, extra_json_schema={"format": "date-time"})]
ANNOUNCED_BEFORE = timedelta(days=1)
"""How long before it begins maintenance is announced on every screen."""
LONGEST_WINDOW = timedelta(days=2)
TOLD_FOR = timedelta(days=90)
"""How long everybody may read of an incident."""
DRAFT = "draft"


class Titles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    en: Title
    zh: Title


class Bodies(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What it means for people, and what they can do."""

    en: Body
    zh: Body


class NewIncident(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`ends_at`: when it is expected to be over, if that is known. `capability`: what is hit, `processor`: at whom."""

    severity: Severity
    title: Titles
    body: Bodies
    ends_at: Moment | None = None
    capability: Capability | None = None
    processor: Processor | None = None


class IncidentChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays as it is. `cause`: why it was so; `remedy`: what mended it, and what was changed since."""

    state: Step | None = None
    severity: Severity | None = None
    title: Titles | None = None
    body: Bodies | None = None
    ends_at: Moment | None = None
    cause: Bodies | None = None
    remedy: Bodies | None = None
    capability: Capability | None = None
    processor: Processor | None = None


class NewWindow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`capability`: what rests; `processor`: at whom alone, of what can be chosen there."""

    title: Titles
    body: Bodies
    starts_at: Moment
    ends_at: Moment
    capability: Capability = "everything"
    processor: Processor | None = None


class AnnouncementView(msgspec.Struct, frozen=True):
    """`ends_at` is empty while nobody knows."""

    id: str
    kind: Kind
    severity: Severity
    state: str
    title: Titles
    body: Bodies
    starts_at: str
    ends_at: str
    updated_at: str
    capability: Capability | None
    processor: str | None


class BannerView(msgspec.Struct, frozen=True):
    id: str
    kind: Kind
    severity: Severity
    title: str
    body: str
    starts_at: str
    ends_at: str
    updated_at: str
    capability: Capability | None
    processor: str | None


class StatusView(msgspec.Struct, frozen=True):
    state: State
    banners: tuple[BannerView, ...]


@dataclass(frozen=True, slots=True)
class Announcement:
    """An incident, or maintenance, whose `state` is `scheduled` or `cancelled` and which has a `capability`.

    An incident that is a draft is told nobody yet.
    """

    id: str
    kind: Kind
    severity: Severity
    state: str
    title: Titles
    body: Bodies
    starts_at: datetime
    ends_at: datetime | None
    updated_at: datetime
    capability: Capability | None = None
    processor: str | None = None

    @property
    def view(self) -> AnnouncementView:
        said = (self.severity, self.state, self.title, self.body)
        return AnnouncementView(self.id, self.kind, *said, *self._times, self.capability, self.processor)

    def banner(self, language: str) -> BannerView:
        title, body = getattr(self.title, language), getattr(self.body, language)
        said = (self.severity, title, body)
        return BannerView(self.id, self.kind, *said, *self._times, self.capability, self.processor)

    def holds(self, at: datetime) -> bool:
        """Whether it is so now, announced or not."""
        if self.kind == "incident":
            return self.state not in (DRAFT, "resolved")
        return self.state == "scheduled" and self.starts_at <= at and (self.ends_at is None or at < self.ends_at)

    def shows(self, at: datetime) -> bool:
        announced = self.state == "scheduled" and self.starts_at - ANNOUNCED_BEFORE <= at < self.starts_at
        return self.holds(at) or announced

    def rests(self, capability: str, processor: str | None, at: datetime) -> bool:
        """Whether `capability` waits for it now: everywhere, or with `processor` there alone."""
        meant = self.capability == EVERYTHING or (self.capability == capability and self.processor == processor)
        return self.kind == "maintenance" and meant and self.holds(at)

    def explains(self, incident: Announcement) -> bool:
        """Whether all that `incident` hits rests for it."""
        same = self.capability == incident.capability and self.processor in (None, incident.processor)
        return self.capability == EVERYTHING or same

    @property
    def _times(self) -> tuple[str, str, str]:
        ends = clock.written(self.ends_at) if self.ends_at else ""
        return clock.written(self.starts_at), ends, clock.written(self.updated_at)


def require_a_place(wish: NewIncident | IncidentChange | NewWindow, processors: Container[str]) -> None:
    """Raises InvalidRequest: nothing of that kind rests at one processor alone, or there is no such processor."""
    if wish.processor is None:
        return
    if wish.capability not in OF_A_PROCESSOR or wish.processor not in processors:
        raise InvalidRequest(param="processor")


def state(all_of_them: Iterable[Announcement], at: datetime) -> State:
    """Maintenance is meant, so it explains what is wrong with what rests, and hides nothing else."""
    holding = [one for one in all_of_them if one.holds(at)]
    windows = [one for one in holding if one.kind == "maintenance"]
    unmeant = [one for one in holding if one.kind == "incident" and not any(each.explains(one) for each in windows)]
    if any(one.severity == "critical" for one in unmeant):
        return "outage"
    if windows:
        return "maintenance"
    return "degraded" if holding else "operational"


def tidy_titles(typed: Titles) -> Titles:
    """Raises InvalidRequest."""
    return Titles(_tidy(typed.en, "title.en"), _tidy(typed.zh, "title.zh"))


def tidy_bodies(typed: Bodies, param: str = "body") -> Bodies:
    """Raises InvalidRequest."""
    return Bodies(_tidy(typed.en, f"{param}.en"), _tidy(typed.zh, f"{param}.zh"))


def moment(typed: str, param: str) -> datetime:
    """Raises InvalidRequest."""
    try:
        return clock.read(typed)
    except (ValueError, OverflowError):
        raise InvalidRequest(param=param) from None


def window(wish: NewWindow, at: datetime) -> tuple[datetime, datetime]:
    """From when until when: not over yet, and two days at the most. Raises InvalidRequest."""
    starts, ends = moment(wish.starts_at, "starts_at"), moment(wish.ends_at, "ends_at")
    if ends <= at or not starts < ends <= starts + LONGEST_WINDOW:
        raise InvalidRequest(param="ends_at")
    return starts, ends


def _tidy(typed: str, param: str) -> str:
    tidy = typed.strip()
    if not tidy or text.hides_something(tidy):
        raise InvalidRequest(param=param)
    return tidy
