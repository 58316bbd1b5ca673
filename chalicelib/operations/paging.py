"""A page: a message to who is on call, to the next after five minutes, to every admin then, until somebody answers."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.cases import service as cases
from chalicelib.identity import operators
from chalicelib.identity import service as people
from chalicelib.kernel import clock, entropy, ids, roles
from chalicelib.kernel.errors import InvalidOrExpired, InvalidState, NotFound, Unavailable
from chalicelib.notices import service as notices
from chalicelib.observability import logger
from chalicelib.operations import incidents, model_incidents, model_on_call, on_call, store_incidents, store_pages
from chalicelib.operations.model_incidents import Deed, Incident
from chalicelib.operations.model_on_call import CODE_LASTS, ESCALATES_AFTER, SENT_WITHIN, Code, Page, PageView
from chalicelib.operations.store_incidents import Change
from chalicelib.settings import settings

_BYTES = 16


def go_on(page_id: str, at: datetime) -> bool:
    """Tell whoever is next, if it is time. Raises Unavailable if nobody could be told: it is tried again.

    A crash repeats a message rather than losing it. Whoever cannot be told is passed over, without a wait; so is who
    stands in the rota, or was about to be told, and is no operator any more, since they could not answer.
    """
    seen = store_pages.page(page_id)
    if seen is None or not seen.is_due(at):
        return False
    incident = incidents.found(seen.incident_id)
    roster = on_call.roster()
    admins = [person for person, role in roster.items() if role == roles.ADMIN]
    seen = replace(seen, asking=tuple(person for person in seen.asking if person in roster))
    asking = model_on_call.next_asked(seen, on_call.now(at, roster), admins)
    codes = {person: base64.urlsafe_b64encode(entropy.token(_BYTES)).decode().rstrip("=") for person in asking}
    now = replace(seen, asking=asking, due_at=at + SENT_WITHIN)
    kept = {model_on_call.mark(code): Code(page_id, person, at + CODE_LASTS) for person, code in codes.items()}
    if not store_pages.claim(now, seen, kept):
        return False
    told = tuple(person for person, code in codes.items() if _told(person, incident, page_id, code, at))
    _went_on(now, told, incident, at)
    return True


def acknowledged(page_id: str, typed: str, at: datetime) -> PageView:
    """By whoever was sent this code; the same again is answered again.

    Raises NotFound, InvalidOrExpired, InvalidState (somebody else has it, or it is over), Unavailable.
    """
    page = store_pages.page(page_id) if ids.is_id(page_id, "pag") else None
    if page is None:
        raise NotFound()
    code = store_pages.code(page_id, model_on_call.mark(typed))
    if code is None or code.expires_at <= at:
        raise InvalidOrExpired(param="code")
    incident = incidents.found(page.incident_id)
    if page.due_at is None:
        return _again(page, code, incident)
    return _answered(page, code.user_id, incident, at)


def _answered(page: Page, person: str, seen: Incident, at: datetime) -> PageView:
    """Raises InvalidOrExpired (no operator any more), Unavailable."""
    if not operators.is_one(person):
        raise InvalidOrExpired(param="code")
    cases.audit(person, "page.acknowledge", seen.id, "", at)
    now, deed = model_incidents.taken(seen, person, at), Deed(at, "acknowledged", person, seen.state)
    if not store_incidents.keep(Change(now, seen, deed, answered=(page.id, person, at))):
        raise Unavailable(retry_after_seconds=1)
    return _view(replace(page, answered_by=person, answered_at=at), now)


def _again(page: Page, code: Code, incident: Incident) -> PageView:
    if page.answered_by != code.user_id:
        raise InvalidState(state="acknowledged" if page.answered_by else incident.state)
    return _view(page, incident)


def _view(page: Page, incident: Incident) -> PageView:
    said = incident.said
    facts = (said.title, said.severity, said.state, incident.alarm, incident.runbook, clock.written(said.starts_at))
    return PageView(page.id, incident.id, *facts, clock.written(page.answered_at) if page.answered_at else "")


def _went_on(seen: Page, told: tuple[str, ...], incident: Incident, at: datetime) -> None:
    asked = tuple(dict.fromkeys([*seen.asked, *seen.asking]))
    wait = ESCALATES_AFTER if told else timedelta()
    now = replace(seen, asked=asked, asking=(), due_at=at + wait)
    store_incidents.paged(now, seen, Deed(at, "paged", "", incident.state, whom=told))
    if not told:
        raise Unavailable(retry_after_seconds=60)


def _told(person: str, incident: Incident, page_id: str, code: str, at: datetime) -> bool:
    """By every contact that they have; whether one of them took it."""
    try:
        reader = people.profile(person).recipient
    except NotFound:
        return False
    title = getattr(incident.said.title, "zh" if reader.language == "zh" else "en")
    link = f"{settings().public_url}/console/#/pages/{page_id}/{code}"
    minutes = int(ESCALATES_AFTER / timedelta(minutes=1))
    params = {"what": title, "link": link, "minutes": minutes}
    took = [_sent(contact, reader.language, params, at) for contact in reader.contacts]
    return any(took)


def _sent(contact: str, language: str, params: dict[str, str | int], at: datetime) -> bool:
    """Whatever is wrong with one way out, the others are tried."""
    try:
        notices.send(contact, language, "page", params, at)
    except Exception as error:
        logger().warning("a page was not sent", extra={"trouble": type(error).__name__})
        return False
    return True
