"""Saved and ready-made reports, for operators."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.insight import ready, saving
from chalicelib.insight.model_ready import READY, ReadyListView, ReadyRequest, view
from chalicelib.insight.model_reports import AnswerView
from chalicelib.insight.model_saved import NewReport, ReportChange, SavedReportView
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidRequest, InvalidState, NotFound, QuestionTooWide

room = Room("insight_saved", function="analysis")
_DELETED = {"schema": {"type": "string", "enum": ["true", "false"]}}


@room.route(
    "POST",
    "/v1/reports/saved",
    body=NewReport,
    answers={201: SavedReportView},
    caller=Operator,
    permission="reports.keep",
    summary="Save a report, and say who is sent it when",
)
def save(call: Call[NewReport]) -> Answer:
    return Answer(201, saving.save(call.operator, call.body, call.at).view)


@room.route(
    "GET",
    "/v1/reports/saved",
    answers={200: SavedReportView},
    caller=Operator,
    permission="reports.see",
    listing=True,
    query=("deleted",),
    parameters={"deleted": _DELETED},
    summary="Saved reports, newest first: those that are there, or those deleted in the last thirty days",
)
def listed(call: Call[None]) -> Answer:
    asked = call.query.get("deleted", "false")
    if asked not in ("true", "false"):
        raise InvalidRequest(param="deleted")
    found, following = saving.listed(asked == "true", call.page.cursor, call.page.limit, call.at)
    return Answer(200, call.page.envelope([one.view for one in found], following))


@room.route(
    "GET",
    "/v1/reports/saved/{id}",
    answers={200: SavedReportView},
    caller=Operator,
    permission="reports.see",
    errors=(NotFound,),
    summary="A saved report",
)
def one(call: Call[None]) -> Answer:
    return Answer(200, saving.one(call.path["id"], call.at).view)


@room.route(
    "PATCH",
    "/v1/reports/saved/{id}",
    body=ReportChange,
    answers={200: SavedReportView},
    caller=Operator,
    permission="reports.keep",
    errors=(NotFound, InvalidState),
    summary="Change a saved report, or who is sent it when",
)
def change(call: Call[ReportChange]) -> Answer:
    return Answer(200, saving.change(call.operator, call.path["id"], call.body, call.at).view)


@room.route(
    "DELETE",
    "/v1/reports/saved/{id}",
    answers={204: None},
    caller=Operator,
    permission="reports.keep",
    errors=(NotFound,),
    summary="Delete a saved report; for thirty days it can be restored",
)
def delete(call: Call[None]) -> Answer:
    saving.delete(call.operator, call.path["id"], call.at)
    return Answer(204, None)


@room.route(
    "POST",
    "/v1/reports/saved/{id}/restore",
    answers={200: SavedReportView},
    caller=Operator,
    permission="reports.keep",
    errors=(NotFound,),
    summary="Restore a saved report that was deleted",
)
def restore(call: Call[None]) -> Answer:
    return Answer(200, saving.restore(call.operator, call.path["id"], call.at).view)


@room.route(
    "POST",
    "/v1/reports/saved/{id}/answer",
    answers={200: AnswerView},
    caller=Operator,
    permission="reports.see",
    errors=(NotFound, InvalidState, QuestionTooWide),
    summary="Ask a saved report as of now",
)
def answer(call: Call[None]) -> Answer:
    return Answer(200, saving.answer(call.path["id"], call.at))


@room.route(
    "GET",
    "/v1/reports/ready",
    answers={200: ReadyListView},
    caller=Operator,
    permission="reports.see",
    summary="Ready-made reports, and what each one tells",
)
def ready_made(call: Call[None]) -> Answer:
    return Answer(200, ReadyListView(tuple(view(one, call.language) for one in READY.values())))


@room.route(
    "POST",
    "/v1/reports/ready/{name}/answer",
    body=ReadyRequest,
    answers={200: AnswerView},
    caller=Operator,
    permission="reports.see",
    errors=(NotFound, QuestionTooWide),
    summary="Ask a ready-made report as of now",
)
def ready_answer(call: Call[ReadyRequest]) -> Answer:
    return Answer(200, ready.answer(call.path["name"], call.body, call.at))
