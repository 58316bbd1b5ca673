"""Who was affected: asked for by an operator, searched by the sweep in pages, told at an operator's word.

Each page is one transaction: how far the search is, what it has counted, and the people whom it found. Whoever dies in
between leaves the page before; two who search at once cannot both keep theirs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from chalicelib.cases import service as cases
from chalicelib.kernel import clock, money
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound, Unavailable
from chalicelib.ledger import expected
from chalicelib.ledger import service as ledger
from chalicelib.operations import (
    incidents,
    model_affected,
    model_updates,
    store_affected,
    store_compensation,
    store_misses,
    store_updates,
)
from chalicelib.operations.model_affected import (
    MOST_OF_A_PERSON,
    AffectedPersonView,
    AffectedWish,
    HitView,
    Job,
    NoticeWish,
    Place,
)
from chalicelib.processors import service as processors

_LEASE = timedelta(minutes=1)
_SOUGHT = ("top-up", "withdrawal")
_LOOKS = 400
"""So many questions to an index or a partition in one go."""
_AT_ONCE = 50
_Final = list[tuple[str, datetime | None]]
_Hits = list[tuple[str, HitView]]
"""(person, what happened to them)."""


def begin(by: Operator, incident_id: str, wish: AffectedWish, at: datetime) -> Job:
    """The same again is that search; one that ends later searches anew, and keeps whom it had found.

    Raises NotFound, InvalidRequest, InvalidState (approved: whom it hit is being made up to).
    """
    incident = incidents.found(incident_id)
    known = processors.known()
    new = model_affected.job(incident, wish, known, money.EXPONENTS, at)
    cases.audit(by.user_id, "incident.search-affected", incident.id, "", at, source_address=by.source_address)
    if store_affected.begin(new):
        return new
    seen = found(incident_id)
    if seen.finished_at is None or new.until <= seen.until:
        return seen
    if (made_up := store_compensation.of(incident.id)) and made_up.state == "approved":
        raise InvalidState(state=made_up.state)
    return store_affected.keep(model_affected.further(new, seen)) or found(incident_id)


def found(incident_id: str) -> Job:
    """Raises NotFound: nobody has asked."""
    known = store_affected.job(incidents.found(incident_id).id)
    if known is None:
        raise NotFound()
    return known


def people(
    by: Operator, incident_id: str, position: str | None, limit: int, at: datetime
) -> tuple[list[AffectedPersonView], str | None]:
    """Ids alone, with their movements; that somebody looked is kept. Raises NotFound."""
    job = found(incident_id)
    cases.audit(by.user_id, "incident.see-affected", job.incident_id, "", at, source_address=by.source_address)
    return store_affected.people(job.incident_id, position, limit)


def notify(by: Operator, incident_id: str, wish: NoticeWish, at: datetime) -> Job:
    """What was told of the incident last goes to them, once each: asked again, to whoever was found since.

    Raises NotFound, InvalidState, Unavailable.
    """
    incident, job = incidents.found(incident_id), found(incident_id)
    if incident.told_at is None:
        raise InvalidState(state=incident.state)
    if job.finished_at is None:
        raise InvalidState(state="searching")
    cases.audit(by.user_id, "incident.notify-affected", incident.id, "", at, source_address=by.source_address)
    update = model_updates.of_affected(incident, at)
    if not store_updates.begin(update):
        store_updates.again(update.id, at)
    kept = store_affected.keep(replace(job, told_at=at, follow=wish.follow))
    if kept is None:
        raise Unavailable(retry_after_seconds=1)
    return kept


def go_on(incident_id: str, at: datetime) -> bool:
    """The next pages of a search."""
    seen = store_affected.job(incident_id)
    if seen is None or not seen.is_due(at):
        return False
    job = store_affected.keep(replace(seen, due_at=at + _LEASE))
    for _ in range(_LOOKS):
        if job is None:
            return False
        place = next(islice(model_affected.places(job), job.place, None), None)
        if place is None:
            return store_affected.keep(replace(job, finished_at=at, due_at=None)) is not None
        job = _searched(job, place)
    return job is not None and store_affected.keep(replace(job, due_at=at)) is not None


def _searched(job: Job, place: Place) -> Job | None:
    """Behind one page of `place`; None if another searches. What found nobody is kept with what finds somebody."""
    hits, following = _requests(job, place) if place.what == "requests" else _movements(job, place)
    now = replace(job, position=following or "", place=job.place + (following is None))
    if not hits:
        return now
    changed, new, before = _joined(job.incident_id, hits)
    counted = model_affected.counted(now, new, before)
    many = sum(store_affected.person(job.incident_id, one) is None for one in changed)
    return store_affected.keep(replace(counted, people=now.people + many), changed)


def _requests(job: Job, place: Place) -> tuple[_Hits, str | None]:
    page, following = store_misses.page(place.day, place.shard, job.since, job.until, job.position, _AT_ONCE)
    made = {one["pk"]: one for one in ledger.movements([*{miss.movement for miss in page}])} if page else {}
    judged = (model_affected.missed(job, miss, made.get(miss.movement)) for miss in page)
    return [one for one in judged if one], following


def _movements(job: Job, place: Place) -> tuple[_Hits, str | None]:
    page, following = _page(job, place)
    return _hits(job, page), following


def _page(job: Job, place: Place) -> tuple[_Final, str | None]:
    """Movements, each with when it became final as far as that is known there; and the position of the next page."""
    if place.what == "lines":
        lines, following = expected.page(
            place.processor, place.currency, place.day, place.shard, job.position, _AT_ONCE
        )
        return [(one.movement, _final_at(one)) for one in lines if one.kind in _SOUGHT], following
    kind = "topup" if place.what == "unfinished" else "failed"
    since = clock.written(job.since) if place.what == "failed" else ""
    found, after = ledger.due_page(kind, place.shard, job.position or since, _AT_ONCE)
    return [(one, clock.read(at) if place.what == "failed" else None) for one, at in found], after


def _final_at(line: expected.Expected) -> datetime | None:
    """A top-up's line is its end, a withdrawal's its beginning."""
    return line.at if line.kind == "top-up" else None


def _hits(job: Job, page: _Final) -> _Hits:
    final = dict(page)
    movements: list[dict[str, Any]] = ledger.movements(list(final)) if final else []
    judged = [(one["owner"], model_affected.hit(job, one, final[one["pk"]])) for one in movements if "owner" in one]
    return [(owner, one) for owner, one in judged if one]


def _joined(
    incident_id: str, hits: Iterable[tuple[str, HitView]]
) -> tuple[dict[str, AffectedPersonView], list[HitView], list[HitView]]:
    """The people as they are with these; which of these are new, and what some of them were when they were found."""
    changed: dict[str, AffectedPersonView] = {}
    new: list[HitView] = []
    were: list[HitView] = []
    for owner, one in hits:
        seen = changed.get(owner) or store_affected.person(incident_id, owner) or AffectedPersonView(owner, (), False)
        known = {each.id: each for each in seen.movements}
        if known.get(one.id) == one:
            continue
        if one.id not in known and len(known) == MOST_OF_A_PERSON:
            changed[owner] = AffectedPersonView(owner, seen.movements, True)
            continue
        were += [known[one.id]] if one.id in known else []
        changed[owner] = AffectedPersonView(owner, tuple((known | {one.id: one}).values()), seen.more)
        new.append(one)
    return changed, new, were
