"""What the public status page shows: each capability, incidents that were told with their updates, maintenance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import msgspec

from chalicelib.kernel import clock
from chalicelib.kernel.capabilities import CAPABILITIES, EVERYTHING
from chalicelib.operations import model
from chalicelib.operations.model import DRAFT, Announcement, Capability, Severity, State, Step
from chalicelib.operations.model_incidents import Deed, Incident, TimesView

_TELLING = ("opened", "told", "changed", "resolved")
WindowState = Literal["scheduled", "under-way", "over", "cancelled"]


class CapabilityView(msgspec.Struct, frozen=True):
    """`since` is empty while it works; `processors`: at whom alone something is wrong, empty if everywhere."""

    capability: Capability
    state: State
    since: str
    processors: tuple[str, ...]


class UpdateView(msgspec.Struct, frozen=True):
    """`title` and `body` are empty where only the state is new."""

    at: str
    state: Step
    title: str
    body: str


class ToldView(msgspec.Struct, frozen=True):
    """An incident as everybody may read of it; `cause` and `remedy` are empty until they are known."""

    id: str
    state: Step
    severity: Severity
    title: str
    body: str
    cause: str
    remedy: str
    capability: Capability | None
    processor: str | None
    times: TimesView
    updated_at: str


class StoryView(ToldView, frozen=True):
    """Updates: the newest first."""

    updates: tuple[UpdateView, ...]


class WindowView(msgspec.Struct, frozen=True):
    id: str
    state: WindowState
    title: str
    body: str
    starts_at: str
    ends_at: str
    capability: Capability | None
    processor: str | None


class BoardView(msgspec.Struct, frozen=True):
    """`incidents`: the open ones; `maintenance`: under way or planned, the first to begin first."""

    state: State
    capabilities: tuple[CapabilityView, ...]
    incidents: tuple[StoryView, ...]
    maintenance: tuple[WindowView, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """In all languages, as it was read: `incidents` that are open with what was said of each."""

    incidents: tuple[tuple[Incident, tuple[Deed, ...]], ...]
    windows: tuple[Announcement, ...]

    def view(self, language: str, at: datetime) -> BoardView:
        known = (*(one.said for one, _ in self.incidents), *self.windows)
        planned = sorted((one for one in self.windows if _awaited(one, at)), key=lambda one: one.starts_at)
        return BoardView(
            model.state(known, at),
            tuple(capability(one, known, at) for one in CAPABILITIES),
            tuple(story(one, updates, language) for one, updates in self.incidents),
            tuple(window(one, language, at) for one in planned),
        )


def is_told(one: Incident) -> bool:
    """Whether people have read of it: a draft is nobody's to read, nor one that turned out to be nothing."""
    return one.told_at is not None and one.state != DRAFT


def updates(one: Incident, history: Iterable[Deed]) -> tuple[Deed, ...]:
    """What was told of it, the newest first; `history` comes the newest first too. Whoever did it is left out."""
    told = [deed for deed in history if deed.deed in _TELLING and one.told_at and deed.at >= one.told_at]
    states = [*(deed.state for deed in told[1:]), ""]
    return tuple(deed for deed, before in zip(told, states, strict=False) if deed.title or deed.state != before)


def capability(name: str, known: Iterable[Announcement], at: datetime) -> CapabilityView:
    """An incident of which nobody has said what it is about is about everything."""
    shown = msgspec.convert(name, Capability)
    holding = [one for one in known if one.holds(at) and (one.capability or EVERYTHING) in (name, EVERYTHING)]
    since = min((one.starts_at for one in holding), default=None)
    everywhere = any(one.processor is None for one in holding)
    where = () if everywhere else tuple(sorted({one.processor for one in holding if one.processor}))
    state = model.state([replace(one, capability=shown) for one in holding], at)
    part: State = "degraded" if where and state != "operational" else state
    return CapabilityView(shown, part, clock.written(since) if since else "", where)


def told(one: Incident, language: str) -> ToldView:
    said = one.said.banner(language)
    cause, remedy = (getattr(words, language) if words else "" for words in (one.cause, one.remedy))
    return ToldView(
        id=one.id,
        state=msgspec.convert(one.state, Step),
        severity=said.severity,
        title=said.title,
        body=said.body,
        cause=cause,
        remedy=remedy,
        capability=said.capability,
        processor=said.processor,
        times=one.view.times,
        updated_at=said.updated_at,
    )


def story(one: Incident, updates: Iterable[Deed], language: str) -> StoryView:
    shown = tuple(_update(each, language) for each in updates)
    return StoryView(**msgspec.structs.asdict(told(one, language)), updates=shown)


def window(one: Announcement, language: str, at: datetime) -> WindowView:
    said = one.banner(language)
    return WindowView(
        id=one.id,
        state=_state(one, at),
        title=said.title,
        body=said.body,
        starts_at=said.starts_at,
        ends_at=said.ends_at,
        capability=said.capability,
        processor=said.processor,
    )


def _state(one: Announcement, at: datetime) -> WindowState:
    if one.state == "cancelled":
        return "cancelled"
    if one.holds(at):
        return "under-way"
    return "scheduled" if at < one.starts_at else "over"


def _awaited(one: Announcement, at: datetime) -> bool:
    return _state(one, at) in ("scheduled", "under-way")


def _update(deed: Deed, language: str) -> UpdateView:
    words = (getattr(text, language) if text else "" for text in (deed.title, deed.body))
    return UpdateView(clock.written(deed.at), msgspec.convert(deed.state, Step), *words)
