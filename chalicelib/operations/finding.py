"""What a report found: counted, kept, and a case for each while it is open. Nothing is closed here.

A finding keeps its case from report to report. If somebody resolved it, that was their answer: it is asked again when
what was found had gone and came back, or is still there after ninety days.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from chalicelib.cases import service as cases
from chalicelib.kernel import clock, ids
from chalicelib.observability import count, logger
from chalicelib.operations import model_reviews as model
from chalicelib.operations import store_reviews as store
from chalicelib.operations.model_reviews import Finding, Review

CASE = "review-"
"""Of a case's kind, before that of its finding."""


def added(review: Review, found: list[Finding]) -> Review:
    """Each is counted; as many as a report holds are kept."""
    figures = review.figures
    for one in found:
        figures = model.plus(figures, **{_counted_as(one.kind): 1})
    room = max(0, model.MOST_FINDINGS - len(review.findings))
    if found[room:]:
        figures = model.plus(figures, findings_left_out=len(found[room:]))
    kept = (*review.findings, *found[:room])
    return msgspec.structs.replace(review, findings=kept, figures=model.plus(figures, findings=len(found)))


def with_case(one: Finding, former: Review | None, review_id: str, at: datetime) -> Finding:
    """The case that there is, or another one if it has to be asked again."""
    before = next((was for was in former.findings if _same(was, one)), None) if former else None
    known = before.case_id if before and before.case_id else cases.case_id(CASE + one.kind, one.about)
    standing, key = cases.standing(known), ""
    if standing and (standing[0] == "open" or not model.asks_again(standing[1], before is not None, at)):
        return msgspec.structs.replace(one, case_id=known)
    if standing:
        key = review_id
    facts, due_at = {**one.facts, "review": review_id}, at + model.TO_BE_DONE_WITHIN
    person = one.about if ids.is_id(one.about, "usr") else ""
    opened = cases.open_case(CASE + one.kind, one.about, facts, due_at, at, key=key, about=person)
    return msgspec.structs.replace(one, case_id=opened)


def written(review: Review, former: Review | None, at: datetime) -> Review | None:
    """The end of a report: what was found before and is gone, and a hash of all that it says."""
    gone = model.vanished(former, review.findings) if former else ()
    told = msgspec.structs.replace(review, state="written", gone=gone, ended_at=clock.written(at), cursor="")
    ended = store.change(msgspec.structs.replace(told, digest=model.digest(told)))
    if ended:
        facts = {"review": ended.id, "kind": ended.kind, "findings": len(ended.findings), "digest": ended.digest}
        logger().info("ReviewWritten", extra=facts)
        count("ReviewWritten")
    return ended


def _same(was: Finding, one: Finding) -> bool:
    return (was.kind, was.about) == (one.kind, one.about)


def _counted_as(kind: str) -> str:
    return kind.replace("-", "_")
