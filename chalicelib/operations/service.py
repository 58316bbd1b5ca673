"""What everybody is told of how Coffer is. The audit log knows who said it before anybody reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from chalicelib.cases import service as cases
from chalicelib.kernel import ids
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound, Unavailable
from chalicelib.operations import model, store
from chalicelib.operations.model import Announcement, IncidentChange, Kind, NewIncident, NewWindow, StatusView
from chalicelib.processors import service as processors

_KEPT_SECONDS = 15
_LOOKED_AT = 100
"""The newest of each kind: what is older than a hundred incidents is told nobody any more."""


def status(language: str, at: datetime) -> StatusView:
    """At most 15 s old."""
    known = _announced(int(at.timestamp()) // _KEPT_SECONDS)
    shown = [one for one in known if one.shows(at)]
    return StatusView(model.state(known, at), tuple(one.banner(language) for one in shown))


def opened(by: Operator, wish: NewIncident, at: datetime) -> Announcement:
    """Raises InvalidRequest."""
    ends = model.moment(wish.ends_at, "ends_at") if wish.ends_at else None
    title, body = model.tidy_titles(wish.title), model.tidy_bodies(wish.body)
    incident = Announcement(
        ids.new("inc", at), "incident", wish.severity, "investigating", title, body, at, ends, updated_at=at
    )
    _audit(by, "incident.open", incident, at)
    store.put(incident)
    return incident


def changed(by: Operator, incident_id: str, wish: IncidentChange, at: datetime) -> Announcement:
    """Raises InvalidRequest, NotFound, InvalidState (resolved), Unavailable (it changed meanwhile)."""
    incident = _found(incident_id, "inc")
    if incident.state == "resolved":
        raise InvalidState(state=incident.state)
    return _kept(by, "incident.change", _with(incident, wish, at), incident, at)


def scheduled(by: Operator, wish: NewWindow, at: datetime) -> Announcement:
    """Raises InvalidRequest."""
    starts, ends = model.window(wish, at)
    model.require_a_place(wish, processors.known())
    title, body = model.tidy_titles(wish.title), model.tidy_bodies(wish.body)
    window = Announcement(
        ids.new("mnt", at),
        "maintenance",
        "minor",
        "scheduled",
        title,
        body,
        starts,
        ends,
        updated_at=at,
        capability=wish.capability,
        processor=wish.processor,
    )
    _audit(by, "maintenance.schedule", window, at)
    store.put(window)
    return window


def cancelled(by: Operator, window_id: str, at: datetime) -> Announcement:
    """Raises NotFound, InvalidState (cancelled, or over), Unavailable (it changed meanwhile)."""
    window = _found(window_id, "mnt")
    if window.state == "cancelled" or (window.ends_at and window.ends_at <= at):
        raise InvalidState(state="cancelled")
    return _kept(by, "maintenance.cancel", replace(window, state="cancelled", updated_at=at), window, at)


def listed(kind: Kind, position: str | None, limit: int) -> tuple[list[Announcement], str | None]:
    """Newest first, from `position` on; and the position of the next page, None at the end."""
    return store.newest(kind, position, limit)


def _with(incident: Announcement, wish: IncidentChange, at: datetime) -> Announcement:
    return replace(
        incident,
        state=wish.state or incident.state,
        severity=wish.severity or incident.severity,
        title=model.tidy_titles(wish.title) if wish.title else incident.title,
        body=model.tidy_bodies(wish.body) if wish.body else incident.body,
        ends_at=model.moment(wish.ends_at, "ends_at") if wish.ends_at else incident.ends_at,
        updated_at=at,
    )


def _kept(by: Operator, deed: str, one: Announcement, seen: Announcement, at: datetime) -> Announcement:
    _audit(by, deed, one, at)
    if not store.change(one, seen):
        raise Unavailable(retry_after_seconds=1)
    return one


def _found(announcement_id: str, prefix: str) -> Announcement:
    found = store.get(announcement_id) if ids.is_id(announcement_id, prefix) else None
    if found is None:
        raise NotFound()
    return found


def _audit(by: Operator, deed: str, one: Announcement, at: datetime) -> None:
    cases.audit(
        by.user_id,
        deed,
        one.id,
        "",
        at,
        source_address=by.source_address,
        state=one.state,
        severity=one.severity,
    )


@lru_cache(1)
def _announced(period: int) -> tuple[Announcement, ...]:
    """What was read in this `period` of 15 s holds for the rest of it."""
    windows, _ = store.newest("maintenance", None, _LOOKED_AT)
    incidents, _ = store.newest("incident", None, _LOOKED_AT)
    return (*windows, *incidents)
