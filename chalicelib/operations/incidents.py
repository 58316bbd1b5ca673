"""Incidents, as operators keep them. The audit log knows of each change before it is made, its history with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from chalicelib.cases import service as cases
from chalicelib.kernel import ids
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound, Unavailable
from chalicelib.operations import announcements, model, model_incidents, model_updates, store_incidents
from chalicelib.operations.announcements import Ready
from chalicelib.operations.model import Announcement, IncidentChange, NewIncident
from chalicelib.operations.model_incidents import Deed, Incident
from chalicelib.operations.model_updates import Update
from chalicelib.operations.store_incidents import Change
from chalicelib.processors import service as processors


def opened(by: Operator, wish: NewIncident, at: datetime) -> Incident:
    """Everybody is told at once. Raises InvalidRequest."""
    ends = model.moment(wish.ends_at, "ends_at") if wish.ends_at else None
    title, body, new = model.tidy_titles(wish.title), model.tidy_bodies(wish.body), ids.new("inc", at)
    model.require_a_place(wish, processors.known())
    said = Announcement(
        new,
        "incident",
        wish.severity,
        "investigating",
        title,
        body,
        at,
        ends,
        updated_at=at,
        capability=wish.capability,
        processor=wish.processor,
    )
    incident = Incident(said, at, acknowledged_at=at, told_at=at, taken_by=by.user_id)
    _audit(by, "incident.open", incident, at)
    return _kept(Change(incident, None, Deed(at, "opened", by.user_id, said.state, title, body)))


def changed(by: Operator, incident_id: str, wish: IncidentChange, at: datetime) -> Incident:
    """Raises InvalidRequest, NotFound, InvalidState (resolved), Unavailable (it changed meanwhile)."""
    seen = _open(incident_id)
    model.require_a_place(wish, processors.known())
    now = model_incidents.changed(seen, wish, by.user_id, at)
    _audit(by, "incident.change", now, at)
    deed = model_incidents.deed_of(seen, now, by.user_id, at)
    return _kept(Change(now, seen, deed, answered=_answer(seen, by.user_id, at)))


def taken(by: Operator, incident_id: str, at: datetime) -> Incident:
    """It is this operator's now, and nobody else is paged. Raises NotFound, InvalidState (resolved), Unavailable."""
    seen = _open(incident_id)
    now = model_incidents.taken(seen, by.user_id, at)
    _audit(by, "incident.take", now, at)
    deed = Deed(at, "acknowledged", by.user_id, now.state)
    return _kept(Change(now, seen, deed, answered=_answer(seen, by.user_id, at)))


def listed(position: str | None, limit: int) -> tuple[list[Incident], str | None]:
    """Newest first, drafts too, from `position` on; and the position of the next page, None at the end."""
    return store_incidents.incidents(position, limit)


def found(incident_id: str) -> Incident:
    """Raises NotFound."""
    known = store_incidents.incident(incident_id) if ids.is_id(incident_id, "inc") else None
    if known is None:
        raise NotFound()
    return known


def history(incident_id: str, position: str | None, limit: int) -> tuple[list[Deed], str | None]:
    """Who did what when, newest first. Raises NotFound."""
    return store_incidents.history(found(incident_id).id, position, limit)


def sentences() -> Mapping[str, Ready]:
    """By the name of their runbook."""
    return announcements.ready()


def _open(incident_id: str) -> Incident:
    known = found(incident_id)
    if known.over:
        raise InvalidState(state=known.state)
    return known


def _answer(seen: Incident, by: str, at: datetime) -> tuple[str, str, datetime] | None:
    return (seen.page_id, by, at) if seen.page_id else None


def _kept(change: Change) -> Incident:
    """What people learn of it is on its way with it."""
    if change.now is None or not store_incidents.keep(replace(change, update=_update(change))):
        raise Unavailable(retry_after_seconds=1)
    return change.now


def _update(change: Change) -> Update | None:
    return model_updates.of_incident(change.now, change.seen, change.deed) if change.now and change.deed else None


def _audit(by: Operator, deed: str, one: Incident, at: datetime) -> None:
    source, severity = by.source_address, one.said.severity
    cases.audit(by.user_id, deed, one.id, "", at, source_address=source, state=one.state, severity=severity)
