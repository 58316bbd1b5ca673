"""What an alarm leads to: the draft of an incident and a page, or a case for the next morning.

Messages come twice and in any order: only what is later than what was heard last is news, and everything that it
leads to is written together with it. Of each alarm there is one open incident at the most, and one while it rings.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chalicelib import queues
from chalicelib.cases import service as cases
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Unavailable
from chalicelib.operations import model_alarms, model_incidents, paging, store_incidents, store_pages
from chalicelib.operations.model import DRAFT, Announcement
from chalicelib.operations.model_alarms import CASE_DUE_AFTER, Alarm, Known
from chalicelib.operations.model_incidents import Deed, Incident
from chalicelib.operations.model_on_call import Page
from chalicelib.operations.store_incidents import Change

_TRIES = 4
_TICKET = "alarm"
_CALLED_BACK = "monitoring"
"""In this state somebody thinks that it is mended: an alarm that rings again calls them back."""


def heard(alarm: Alarm, at: datetime) -> bool:
    """False if it is no news. Raises Unavailable: others change the same incident again and again."""
    for _ in range(_TRIES):
        known = store_incidents.alarm(alarm.name)
        if not model_alarms.is_news(alarm, known):
            return False
        change = _change(alarm, known, at)
        if store_incidents.keep(change):
            _call(change.page, at)
            return True
    raise Unavailable(retry_after_seconds=1)


def _change(alarm: Alarm, known: Known | None, at: datetime) -> Change:
    led_to = known.led_to if known else ""
    incident = store_incidents.incident(led_to) if led_to else None
    if not alarm.pages:
        _ticket(alarm, known, at)
        return Change(alarm=(Known(alarm.name, alarm.rings, alarm.changed_at), known))
    if incident is None or incident.over:
        return _drafted(alarm, known, at) if alarm.rings else _quiet(alarm, known, "")
    change = _rung_again(alarm, incident, at) if alarm.rings else _ended(alarm, incident, at)
    return replace(change, alarm=_quiet(alarm, known, incident.id).alarm)


def _quiet(alarm: Alarm, known: Known | None, led_to: str) -> Change:
    return Change(alarm=(Known(alarm.name, alarm.rings, alarm.changed_at, led_to), known))


def _drafted(alarm: Alarm, known: Known | None, at: datetime) -> Change:
    """With the ready sentences of its runbook: a person reads them before everybody does."""
    incident_id, page_id, ready = ids.new("inc", at), ids.new("pag", at), alarm.ready
    began = min(alarm.changed_at, at)
    said = (ready.severity, DRAFT, ready.title, ready.investigating, began, None, at)
    incident = Incident(
        Announcement(incident_id, "incident", *said), at, alarm=alarm.name, runbook=alarm.runbook, page_id=page_id
    )
    page = Page(page_id, incident_id, due_at=at)
    deed = Deed(at, "drafted", "", DRAFT, ready.title, ready.investigating)
    return replace(_quiet(alarm, known, incident_id), now=incident, deed=deed, page=page)


def _rung_again(alarm: Alarm, incident: Incident, at: datetime) -> Change:
    """One page at a time: where one waits for an answer already, nobody would end the one before."""
    deed = Deed(at, "rang", "", incident.state)
    if incident.state != _CALLED_BACK or _is_called(incident):
        return Change(seen=incident, deed=deed)
    page = Page(ids.new("pag", at), incident.id, due_at=at)
    now = replace(incident, page_id=page.id, version=incident.version + 1)
    return Change(now, incident, deed, page=page)


def _is_called(incident: Incident) -> bool:
    """Whether its page waits; an answer that comes meanwhile changes the incident too."""
    page = store_pages.page(incident.page_id) if incident.page_id else None
    return page is not None and page.due_at is not None


def _ended(alarm: Alarm, incident: Incident, at: datetime) -> Change:
    """A draft that nobody took up closes by itself; whatever somebody has is theirs to resolve."""
    if incident.state != DRAFT or incident.taken_by:
        return Change(seen=incident, deed=Deed(at, "ended", "", incident.state))
    closed = model_incidents.closed(incident, at)
    deed = Deed(at, "closed", "", closed.state)
    return Change(closed, incident, deed, answered=(incident.page_id, "", at))


def _ticket(alarm: Alarm, known: Known | None, at: datetime) -> None:
    """Before the alarm is known to have rung: a case that is opened twice is one."""
    if alarm.rings:
        facts = {"runbook": alarm.runbook}
        cases.open_case(_TICKET, alarm.name, facts, at + CASE_DUE_AFTER, at, key=clock.written(alarm.changed_at))
    elif known and known.rings:
        cases.close(_TICKET, alarm.name, "alarm-ended", key=clock.written(known.changed_at))


def _call(page: Page | None, at: datetime) -> None:
    """At once; what fails is paged, and the sweep finds it a minute later."""
    queues.sweep("pages", [page.id] if page else [], lambda page_id: paging.go_on(page_id, at))
