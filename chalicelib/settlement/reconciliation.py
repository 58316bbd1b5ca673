"""Statements in, reports out, in the order a person would tell it: import a file, ask for a day, read what it says."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timedelta

from chalicelib import queues
from chalicelib.cases import service as cases
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidRequest, NotFound
from chalicelib.settlement import model_reports, reconciling
from chalicelib.settlement import store_reconciliation as store
from chalicelib.settlement.model_reports import DifferenceView, NewStatement, ReportView, Statement, StatementFileView


def imported(by: Operator, wish: NewStatement, at: datetime) -> tuple[StatementFileView, bool]:
    """And whether it is new: of this day, side, name and form. The day is reconciled at the next turn.

    Raises InvalidRequest.
    """
    model_reports.day_of(wish.day, at)
    if wish.form not in model_reports.FORMS[wish.side]:
        raise InvalidRequest(param="form")
    statement = Statement(
        wish.sha256, wish.side, wish.name, wish.form, wish.day, wish.bytes, imported_at=at, imported_by=by.user_id
    )
    content = _content(wish) if wish.content is not None else None
    cases.audit(
        by.user_id, "statement.import", wish.name, "", at, source_address=by.source_address, digest=wish.sha256,
        day=wish.day, form=wish.form,
    )  # fmt: skip
    if content is not None:
        store.put_content(statement, content)
    new = store.keep_statement(statement, at)
    kept = statement if new else store.statement(statement) or statement
    return kept.view() if content is not None else kept.view(*store.upload(kept)), new


def statements(day: str, position: str | None, limit: int) -> tuple[list[StatementFileView], str | None]:
    found, following = store.statements_page(day, position, limit)
    return [one.view() for one in found], following


def asked(by: Operator, day: str, at: datetime) -> ReportView:
    """It is reconciled at the next turn, within five minutes. Raises InvalidRequest unless the day is over."""
    model_reports.day_of(day, at)
    cases.audit(by.user_id, "reconciliation.ask", day, "", at, source_address=by.source_address)
    store.ask(day, at)
    return report(day)


def report(day: str) -> ReportView:
    """Raises NotFound."""
    found = store.report(day) if model_reports.is_day(day) else None
    if found is None:
        raise NotFound()
    return found


def reports(position: str | None, limit: int) -> tuple[list[ReportView], str | None]:
    """Newest day first, from `position` on; and the position of the next page."""
    return store.reports(position, limit)


def differences(day: str, position: str | None, limit: int) -> tuple[list[DifferenceView], str | None]:
    """Raises NotFound for a day that nobody asked for."""
    report(day)
    return store.differences(day, position, limit)


def run_due(at: datetime) -> int:
    """Days that were asked for, the oldest first, and yesterday once its statements should be there."""
    due = set(store.days_asked())
    yesterday = (at - timedelta(days=1)).date().isoformat()
    if at.time() >= model_reports.RUNS_FROM and store.report(yesterday) is None:
        due.add(yesterday)
    return queues.sweep("reconciliation", sorted(due), lambda day: reconciling.run(day, at))


def _content(wish: NewStatement) -> bytes:
    try:
        content = base64.b64decode(wish.content or "", validate=True)
    except (binascii.Error, ValueError):
        raise InvalidRequest(param="content") from None
    if model_reports.sha256(content) != wish.sha256:
        raise InvalidRequest(param="sha256")
    if len(content) != wish.bytes:
        raise InvalidRequest(param="bytes")
    return content
