"""Keeping reports: saved, changed, deleted for thirty days before they are gone, and asked again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from chalicelib.cases import service as cases
from chalicelib.identity import operators
from chalicelib.insight import model_saved, store_saved
from chalicelib.insight.model_query import QueryRequest
from chalicelib.insight.model_reports import AnswerView
from chalicelib.insight.model_saved import NewReport, ReportChange, ReportSchedule, Saved, SavedQuery
from chalicelib.kernel import ids
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidRequest, InvalidState, NotFound, Unavailable

_RACES = 4


def save(by: Operator, wish: NewReport, at: datetime) -> Saved:
    """Raises InvalidRequest: the question makes no sense, or a recipient is no operator."""
    new = model_saved.made(ids.new("rep", at), wish, by.user_id, at)
    _check(new.query, new.schedule, at)
    cases.audit(by.user_id, "report.save", new.id, "", at, source_address=by.source_address)
    store_saved.add(new)
    return new


def listed(deleted: bool, position: str | None, limit: int, at: datetime) -> tuple[list[Saved], str | None]:
    """Newest first, those that are there or those that were deleted; a page may be short."""
    found, following = store_saved.newest(position, limit)
    return [one for one in found if bool(one.deleted_at) == deleted and not one.is_gone(at)], following


def one(report_id: str, at: datetime) -> Saved:
    """A deleted one too, for thirty days. Raises NotFound."""
    found = store_saved.one(report_id) if ids.is_id(report_id, "rep") else None
    if found is None or found.is_gone(at):
        raise NotFound()
    return found


def change(by: Operator, report_id: str, wish: ReportChange, at: datetime) -> Saved:
    """What is given is changed. Raises NotFound, InvalidState (deleted), InvalidRequest."""
    _check(wish.query, wish.schedule or None, at)
    model_saved.changed(there(report_id, at), wish, at)
    cases.audit(by.user_id, "report.change", report_id, "", at, source_address=by.source_address)
    return _made(lambda: there(report_id, at), lambda seen: model_saved.changed(seen, wish, at))


def delete(by: Operator, report_id: str, at: datetime) -> None:
    """Nothing is sent any more. Raises NotFound."""
    one(report_id, at)
    cases.audit(by.user_id, "report.delete", report_id, "", at, source_address=by.source_address)
    _made(lambda: one(report_id, at), lambda seen: model_saved.deleted(seen, at))


def restore(by: Operator, report_id: str, at: datetime) -> Saved:
    """Within thirty days; its schedule goes on from now. Raises NotFound."""
    one(report_id, at)
    cases.audit(by.user_id, "report.restore", report_id, "", at, source_address=by.source_address)
    return _made(lambda: one(report_id, at), lambda seen: model_saved.restored(seen, at))


def answer(report_id: str, at: datetime) -> AnswerView:
    """As of now. Raises NotFound, InvalidState (deleted)."""
    from chalicelib.insight import reports

    return reports.asked(there(report_id, at).query.asked(at))


def there(report_id: str, at: datetime) -> Saved:
    """Raises NotFound, InvalidState (deleted)."""
    found = one(report_id, at)
    if found.deleted_at:
        raise InvalidState(state="deleted")
    return found


def _made(look: Callable[[], Saved], turn: Callable[[Saved], Saved]) -> Saved:
    """Whatever somebody else changed meanwhile stays; what was made and whose answer was lost is not made again."""
    for _ in range(_RACES):
        seen = look()
        now = turn(seen)
        if now == seen or store_saved.swap(seen, now):
            return now
    raise Unavailable(retry_after_seconds=1)


def _check(query: SavedQuery | None, schedule: ReportSchedule | msgspec.UnsetType | None, at: datetime) -> None:
    if query:
        _make_sense(query.asked(at))
    recipients = schedule.recipients if isinstance(schedule, ReportSchedule) else ()
    if len(set(recipients)) < len(recipients) or not all(map(operators.is_one, recipients)):
        raise InvalidRequest(param="schedule")


def _make_sense(wish: QueryRequest) -> None:
    """Raises InvalidRequest; of columns of imported files too."""
    from chalicelib.insight import reports

    reports.sense(wish, reports.named(wish))
