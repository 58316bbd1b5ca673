"""Making up for an incident: looked at, proposed, approved by somebody else, issued by the sweep in pages.

proposed ──approved by somebody else──▶ approved ──the sweep has come to everybody──▶ done
    └──────declined by anybody────────▶ declined
Whoever dies between a page and what is kept of it does the page again: the same coupons, told once.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from chalicelib import queues
from chalicelib.cases import sealing
from chalicelib.cases import service as cases
from chalicelib.identity import meeting
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import (
    CouponsExhausted,
    InvalidRequest,
    InvalidState,
    NotFound,
    SecondPersonRequired,
)
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Draft, Movement
from chalicelib.operations import affected, incidents, store_affected
from chalicelib.operations import model_compensation as model
from chalicelib.operations import store_compensation as store
from chalicelib.operations.model_affected import Job
from chalicelib.operations.model_compensation import (
    Compensation,
    CompensationDecision,
    CompensationPreview,
    CompensationView,
    NewCompensation,
)
from chalicelib.operations.model_incidents import Incident
from chalicelib.rewards import service as rewards
from chalicelib.rewards import templates
from chalicelib.rewards.model import Coupon, Template
from chalicelib.settings import settings

_LEASE = timedelta(minutes=1)
_PAGE, _PAGES, _TO_A_MESSAGE = 25, 20, 10
"""Five hundred people in one go of the sweep."""


def preview(incident_id: str, template_id: str | None) -> CompensationPreview:
    """Nothing is kept.

    Raises NotFound, InvalidRequest (no template), InvalidState (it is not over, or not known yet whom it hit).
    """
    incident_id = incidents.found(incident_id).id
    if template_id is None:
        raise InvalidRequest(param="template_id")
    people = _searched(incident_id).people
    of = rewards.template(template_id)
    return model.preview(incident_id, of, people, templates.left(of).count)


def propose(by: Operator, incident_id: str, wish: NewCompensation, key: RequestKey, at: datetime) -> Receipt:
    """Nobody gets anything yet.

    Raises NotFound, SecondPersonRequired (it hit them too); stores InvalidState, CouponsExhausted.
    """
    incident_id, of = incidents.found(incident_id).id, rewards.template(wish.template_id)
    _check_stranger(by, incident_id)
    new = key.movement_id("cmp")
    if first := ledger.answered(new, key):
        return first
    seen = preview(incident_id, of.id)
    sealed = sealing.sealed(new, "reason", wish.reason)
    proposed = Compensation(
        new, incident_id, "proposed", of.id, seen.people, seen.most_each, seen.currency, sealed, by.user_id, at
    )
    _audit(by, "incident.propose-compensation", proposed, wish.reason, at)
    receipt = Receipt(201, msgspec.json.encode(model.view(proposed)).decode())
    movement = Movement(
        id=new,
        kind="compensation",
        account=incident_id,
        amount=proposed.cost,
        currency=proposed.currency,
        state="proposed",
        at=at,
        fingerprint=key.fingerprint,
        receipt=receipt,
    )
    draft = Draft(movement, (), None, (store.proposing(proposed),), _forbids(of, seen, at))
    return ledger.commit(lambda at, known: draft, at, key)


def decide(by: Operator, incident_id: str, wish: CompensationDecision, at: datetime) -> CompensationView:
    """What is approved is what was proposed: whoever a search found since is in no cost that anybody looked at.

    Raises NotFound, InvalidState (changed), SecondPersonRequired (who proposed it, or whom the incident hit, approves).
    """
    found = _found(incident_id)
    if found.state != "proposed":
        raise InvalidState(state=found.state)
    decided = _approved(by, found, wish.note, at) if wish.approve else _declined(by, found, wish.note, at)
    if decided is None:
        raise InvalidState(state="changed")
    return _view(decided)


def _approved(by: Operator, found: Compensation, note: str, at: datetime) -> Compensation | None:
    by.require_other(found.proposed_by)
    _check_stranger(by, found.incident_id)
    searched = _searched(found.incident_id)
    if searched.people != found.people:
        raise InvalidState(state="changed")
    _audit(by, "incident.approve-compensation", found, note, at)
    now = replace(found, state="approved", decided_by=by.user_id, decided_at=at, due_at=at)
    return store.approve(now, searched)


def _declined(by: Operator, found: Compensation, note: str, at: datetime) -> Compensation | None:
    _audit(by, "incident.decline-compensation", found, note, at)
    return store.keep(replace(found, state="declined", decided_by=by.user_id, decided_at=at, due_at=None))


def one(incident_id: str) -> CompensationView:
    """How far it is, or what came of it. Raises NotFound."""
    return _view(_found(incident_id))


def go_on(incident_id: str, at: datetime) -> bool:
    """The next pages of people."""
    seen = store.of(incident_id)
    if seen is None or not seen.is_due(at):
        return False
    job = store.keep(replace(seen, due_at=at + _LEASE))
    of = rewards.template(seen.template_id)
    for _ in range(_PAGES):
        if job is None:
            return False
        page, following = store_affected.people(incident_id, job.position or None, _PAGE)
        behind = _issued(job, of, [one.person_id for one in page], at)
        if following is None:
            return store.keep(replace(behind, state="done", finished_at=at, due_at=None)) is not None
        job = store.keep(replace(behind, position=following))
    return job is not None and store.keep(replace(job, due_at=at)) is not None


def _issued(job: Compensation, of: Template, people: list[str], at: datetime) -> Compensation:
    """Behind one page: its coupons are there, and who has one will be told."""
    refused, coupons = Counter(job.refused), list[Coupon]()
    for person in people:
        try:
            coupons.append(_issue(job, person, at))
        except (CouponsExhausted, InvalidState, NotFound) as error:
            refused[error.code] += 1
    queues.send(settings().notices_queue_url, _messages(job, of, coupons))
    return replace(job, issued=job.issued + len(coupons), refused=dict(refused))


def _issue(job: Compensation, person: str, at: datetime) -> Coupon:
    if not meeting.is_there(person):
        raise NotFound()
    return rewards.issue(job.template_id, person, "compensation", job.once_key(person), at)


def _messages(job: Compensation, of: Template, coupons: list[Coupon]) -> list[queues.Message]:
    """What is told stands in them, in both languages; nothing personal but whom."""
    told = [[one.owner, one.issued_at, one.valid_until] for one in coupons]
    groups = [told[start : start + _TO_A_MESSAGE] for start in range(0, len(told), _TO_A_MESSAGE)]
    about = {"incident": job.incident_id, "words": _words(incidents.found(job.incident_id), of)}
    return [{"MessageBody": json.dumps({"compensation": about | {"to": group}})} for group in groups]


def _words(incident: Incident, of: Template) -> dict[str, dict[str, str]]:
    """Of an incident that is over and was told: it was explained."""
    said = {"title": incident.said.title, "cause": incident.cause, "remedy": incident.remedy, "coupon": of.name}
    return {
        language: {name: getattr(words, language) if words else "" for name, words in said.items()}
        for language in ("en", "zh")
    }


def _searched(incident_id: str) -> Job:
    """Whom it hit. Raises NotFound, InvalidState: what nobody can explain yet is not made up for yet."""
    incident, job = incidents.found(incident_id), affected.found(incident_id)
    if not incident.over or incident.told_at is None:
        raise InvalidState(state=incident.state)
    if job.finished_at is None:
        raise InvalidState(state="searching")
    return job


def _forbids(of: Template, seen: CompensationPreview, at: datetime) -> CouponsExhausted | InvalidState | None:
    if not seen.people:
        return InvalidState(state="nobody")
    if of.status != "open" or of.is_over(at):
        return InvalidState(state="stopped" if of.status != "open" else "over")
    return None if seen.enough else CouponsExhausted()


def _check_stranger(by: Operator, incident_id: str) -> None:
    """Nobody gives themselves a coupon."""
    if store_affected.person(incident_id, by.user_id):
        raise SecondPersonRequired()


def _found(incident_id: str) -> Compensation:
    found = store.of(incidents.found(incident_id).id)
    if found is None:
        raise NotFound()
    return found


def _audit(by: Operator, deed: str, one: Compensation, why: str, at: datetime) -> None:
    cases.audit(
        by.user_id, deed, one.incident_id, why, at, source_address=by.source_address,
        coupons=one.people, amount=one.cost, currency=one.currency,
    )  # fmt: skip


def _view(one: Compensation) -> CompensationView:
    return model.view(one, sealing.opened(one.id, "reason", one.reason))
