"""Statements, reports and differences, for operators."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidRequest, NotFound
from chalicelib.settlement import model_reports, reconciliation
from chalicelib.settlement.model_reports import DifferenceView, NewRun, NewStatement, ReportView, StatementFileView

room = Room("settlement_reconciliation", function="office")


@room.route(
    "POST",
    "/v1/reconciliations/statements",
    body=NewStatement,
    answers={200: StatementFileView, 201: StatementFileView},
    caller=Operator,
    permission="reconciliations.keep",
    summary="Import a statement by its SHA-256; twice is once",
)
def import_statement(call: Call[NewStatement]) -> Answer:
    kept, new = reconciliation.imported(call.operator, call.body, call.at)
    return Answer(201 if new else 200, kept)


@room.route(
    "GET",
    "/v1/reconciliations/statements",
    answers={200: StatementFileView},
    caller=Operator,
    permission="reconciliations.see",
    listing=True,
    query=("day",),
    parameters={"day": {"required": True}},
    summary="The statements of a day",
)
def statements(call: Call[None]) -> Answer:
    if not model_reports.is_day(call.query.get("day", "")):
        raise InvalidRequest(param="day")
    found, following = reconciliation.statements(call.query["day"], call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope(found, following))


@room.route(
    "POST",
    "/v1/reconciliations",
    body=NewRun,
    answers={202: ReportView},
    caller=Operator,
    permission="reconciliations.keep",
    summary="Reconcile a day once more, within five minutes",
)
def ask(call: Call[NewRun]) -> Answer:
    return Answer(202, reconciliation.asked(call.operator, call.body.day, call.at))


@room.route(
    "GET",
    "/v1/reconciliations",
    answers={200: ReportView},
    caller=Operator,
    permission="reconciliations.see",
    listing=True,
    summary="Reports by day, newest first",
)
def reports(call: Call[None]) -> Answer:
    found, following = reconciliation.reports(call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope(found, following))


@room.route(
    "GET",
    "/v1/reconciliations/{day}",
    answers={200: ReportView},
    caller=Operator,
    permission="reconciliations.see",
    errors=(NotFound,),
    summary="A day's report: what matched, what did not, clearing, safeguarding",
)
def report(call: Call[None]) -> Answer:
    return Answer(200, reconciliation.report(call.path["day"]))


@room.route(
    "GET",
    "/v1/reconciliations/{day}/differences",
    answers={200: DifferenceView},
    caller=Operator,
    permission="reconciliations.see",
    listing=True,
    errors=(NotFound,),
    summary="What a day's books differ by",
)
def differences(call: Call[None]) -> Answer:
    found, following = reconciliation.differences(call.path["day"], call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope(found, following))
