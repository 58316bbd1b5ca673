"""Outside files that reports are asked by, for operators. They are read by the schedule that compacts."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.insight import importing
from chalicelib.insight.model_imports import ImportView, NewImport
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import NotFound

room = Room("insight_imports", function="analysis")


@room.route(
    "POST",
    "/v1/reports/imports",
    body=NewImport,
    answers={201: ImportView},
    caller=Operator,
    permission="reports.keep",
    summary="Declare a CSV file that reports join, and get the link that takes it",
)
def declare(call: Call[NewImport]) -> Answer:
    return Answer(201, importing.declared(call.operator, call.body, call.at))


@room.route(
    "GET",
    "/v1/reports/imports",
    answers={200: ImportView},
    caller=Operator,
    permission="reports.see",
    listing=True,
    summary="Imported files, newest first",
)
def listed(call: Call[None]) -> Answer:
    return Answer(200, call.page.envelope(*importing.listed(call.page.cursor, call.page.limit)))


@room.route(
    "GET",
    "/v1/reports/imports/{id}",
    answers={200: ImportView},
    caller=Operator,
    permission="reports.see",
    errors=(NotFound,),
    summary="An imported file: how far its reading is, and how good it is",
)
def one(call: Call[None]) -> Answer:
    return Answer(200, importing.one(call.path["id"]))


@room.route(
    "DELETE",
    "/v1/reports/imports/{id}",
    answers={204: None},
    caller=Operator,
    permission="reports.keep",
    errors=(NotFound,),
    summary="Delete an imported file; reports use the one before it again, if there is one",
)
def remove(call: Call[None]) -> Answer:
    importing.remove(call.operator, call.path["id"], call.at)
    return Answer(204)
