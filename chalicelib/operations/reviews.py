"""Reports of regular checks, as their records tell of them; `reviewing` and `rehearsing` make them."""

from __future__ import annotations

from datetime import datetime

from chalicelib.cases import audit
from chalicelib.cases import service as cases
from chalicelib.cases.model_audit import WRITTEN_WITHIN
from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidRequest, InvalidState, NotFound
from chalicelib.operations import model_reviews as model
from chalicelib.operations import model_reviews_views as views
from chalicelib.operations import store_reviews as store
from chalicelib.operations.model_reviews import PREFIXES, Kind, Reveal, Review
from chalicelib.operations.model_reviews_views import ReviewLineView, ReviewView

_LOOKED_AT = 20


def asked(by: Operator, at: datetime) -> ReviewLineView:
    """A review of access, by a person, now; the schedule's next run reads. Raises InvalidState: one is under way."""
    newest, _ = store.newest("access", None, 1)
    if newest and newest[0].state != "written":
        raise InvalidState(state=newest[0].state)
    cases.audit(by.user_id, "review.ask", "reviews", "", at, source_address=by.source_address)
    return views.line(begun(by.user_id, ids.new(PREFIXES["access"], at), at))


def begun(by: str, review_id: str, at: datetime) -> Review:
    """Asked for; the next run reads. Whoever comes second finds the one that is there."""
    former, until = last("access"), at - WRITTEN_WITHIN
    review = Review(
        id=review_id,
        kind="access",
        state="asked",
        by=by,
        since=clock.written(model.read_from(former, until)),
        until=clock.written(until),
        begun_at=clock.written(at),
        former=former.id if former else "",
        before=former.figures if former else {},
        watched_since=former.watched_since if former else clock.written(at),
    )
    store.put(review)
    return review


def last(kind: Kind) -> Review | None:
    """The written one that looks at the latest time, whoever asked for it."""
    newest, _ = store.newest(kind, None, _LOOKED_AT)
    return max((one for one in newest if one.state == "written"), key=lambda one: one.until, default=None)


def one(review_id: str) -> ReviewView:
    """With the reasons that operators gave for what they saw in clear. Raises NotFound."""
    found = store.one(review_id)
    if found is None:
        raise NotFound()
    return views.whole(found, {one.id: _reason(one) for one in found.reveals})


def listed(kind: str | None, position: str | None, limit: int) -> tuple[list[ReviewLineView], str | None]:
    """Newest first, of one kind, by default of access; and the position of the next page. Raises InvalidRequest."""
    found, following = store.newest(_kind(kind), position, limit)
    return [views.line(review) for review in found], following


def _kind(typed: str | None) -> Kind:
    if typed in (None, "access"):
        return "access"
    if typed != "load":
        raise InvalidRequest(param="kind")
    return "load"


def _reason(reveal: Reveal) -> str:
    entry = audit.entry(reveal.id, clock.read(reveal.at))
    return entry.reason if entry else ""
