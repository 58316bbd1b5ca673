"""The audit log, for those who look over shoulders."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.cases import audit, model_audit
from chalicelib.cases.model_audit import AuditView, ExportRequest
from chalicelib.kernel.callers import Operator

room = Room("cases_audit", function="office")

_MOMENT = {"schema": {"type": "string", "format": "date-time"}}
_FILES = {
    "jsonl": {"Content-Type": "application/jsonl", "Content-Disposition": 'attachment; filename="audit-log.jsonl"'},
    "csv": {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": 'attachment; filename="audit-log.csv"'},
}


@room.route(
    "GET",
    "/v1/audit-log",
    answers={200: AuditView},
    caller=Operator,
    permission="audit-log.see",
    listing=True,
    query=("from", "to", "actor", "subject", "action"),
    parameters={"from": _MOMENT, "to": _MOMENT},
    summary="Who did what, newest first",
)
def listed(call: Call[None]) -> Answer:
    since, until, actor, subject, action = map(call.query.get, ("from", "to", "actor", "subject", "action"))
    wanted = model_audit.wanted(since, until, actor, subject, action, call.at)
    found, following = audit.listed(wanted, call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope(found, following))


@room.route(
    "POST",
    "/v1/audit-log/exports",
    body=ExportRequest,
    answers={200: None},
    caller=Operator,
    permission="audit-log.export",
    media={"application/jsonl": {"type": "string"}, "text/csv": {"type": "string"}},
    summary="The audit log of a period as a file, oldest first, each line chained to the one before",
)
def exported(call: Call[ExportRequest]) -> Answer:
    return Answer(200, audit.exported(call.operator, call.body, call.at), _FILES[call.body.format])
