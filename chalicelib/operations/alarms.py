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
_TICKET, _ENDED = "alarm", "alarm-ended"
_CALLED_BACK = "monitoring"
"""In this state somebody thinks that it is mended: an alarm that rings again calls them back."""


def heard(alarm: Alarm, at: datetime) -> bool:
    """False if it is no news. Raises Unavailable: others change the same incident again and again."""
    for _ in range(_TRIES):
        known = store_incidents.alarm(alarm.name)
        if not model_alarms.is_news(alarm, known):
            _overtaken(alarm, known)
            return False
        change = _change(alarm, known, at)
        if store_incidents.keep(change):
            _call(change.page, at)
            return True
    raise Unavailable(retry_after_seconds=1)


def _change(alarm: Alarm, known: Known | None, at: datetime) -> Change:
    led_to = known.led_to if known else ""
    incident = store_incidents.incident(led_to) if led_to else None
    case_at = _ticket(alarm, known, at)
    if not alarm.pages:
        return Change(alarm=(Known(alarm.name, alarm.rings, alarm.changed_at, case_at=case_at), known))
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


def _ticket(alarm: Alarm, known: Known | None, at: datetime) -> datetime | None:
    """When the case was opened that is open now. Before the alarm is known to have rung: opened twice it is one."""
    if alarm.rings and not alarm.pages:
        if known and known.has_case and _is_open(known):
            return clock.read(known.case_key)
        key = clock.written(alarm.changed_at)
        cases.open_case(_TICKET, alarm.name, {"runbook": alarm.runbook}, at + CASE_DUE_AFTER, at, key=key)
        return alarm.changed_at
    if known and known.has_case:
        cases.close(_TICKET, alarm.name, _ENDED, key=known.case_key)
    return None


def _is_open(known: Known) -> bool:
    """It rings once more after a time without data: one ring has one case, unless somebody resolved it meanwhile."""
    standing = cases.standing(cases.case_id(_TICKET, known.name, known.case_key))
    return standing is not None and standing[0] == "open"


def _overtaken(alarm: Alarm, known: Known | None) -> None:
    """A try of this old word may have opened a case before the later one was heard, which knew nothing of it."""
    key = clock.written(alarm.changed_at)
    if alarm.rings and not alarm.pages and not (known and known.has_case and known.case_key == key):
        cases.close(_TICKET, alarm.name, _ENDED, key=key)


def _call(page: Page | None, at: datetime) -> None:
    """At once; what fails is paged, and the sweep finds it a minute later."""
    queues.sweep("pages", [page.id] if page else [], lambda page_id: paging.go_on(page_id, at))
