"""Questions to everything that happened, for operators. Answered by a function of its own, which alone has DuckDB."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.insight import reports
from chalicelib.insight.model_query import QueryRequest, Side
from chalicelib.insight.model_reports import AnswerView, HappenedView, RowView
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidRequest, QuestionTooWide

room = Room("insight_reports", function="analysis")
_SIDES: dict[str, Side] = {"now": "now", "before": "before"}
_MEDIA = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}


@room.route(
    "POST",
    "/v1/reports/query",
    body=QueryRequest,
    answers={200: AnswerView},
    caller=Operator,
    permission="reports.see",
    errors=(QuestionTooWide,),
    summary="Ask what happened: measures by dimensions, filtered, compared with the time before",
)
def ask(call: Call[QueryRequest]) -> Answer:
    return Answer(200, reports.asked(call.body))


@room.route(
    "GET",
    "/v1/reports/answers/{id}",
    answers={200: RowView},
    caller=Operator,
    permission="reports.see",
    listing=True,
    summary="The rows of an answer, page by page",
)
def rows(call: Call[None]) -> Answer:
    page = call.page
    return Answer(200, page.envelope(*reports.rows(call.path["id"], page.cursor, page.limit)))


@room.route(
    "GET",
    "/v1/reports/answers/{id}/rows/{place}/entries",
    answers={200: HappenedView},
    caller=Operator,
    permission="reports.see",
    listing=True,
    query=("side",),
    parameters={"side": {"schema": {"enum": ["now", "before"], "default": "now"}}},
    errors=(QuestionTooWide,),
    summary="What a row of an answer counts: each event, and which entry of the journal it is",
)
def entries(call: Call[None]) -> Answer:
    page, side = call.page, _SIDES.get(call.query.get("side", "now"))
    if side is None:
        raise InvalidRequest(param="side")
    found = reports.behind(call.path["id"], call.path["place"], page.cursor, page.limit, side)
    return Answer(200, page.envelope(*found))


@room.route(
    "GET",
    "/v1/reports/answers/{id}/file",
    answers={200: None},
    caller=Operator,
    permission="reports.see",
    query=("format",),
    parameters={"format": {"schema": {"enum": ["csv", "parquet"], "default": "csv"}}},
    media={"text/csv": {"type": "string"}, _MEDIA["parquet"]: {"type": "string", "format": "binary"}},
    summary="An answer as a file: CSV or Parquet",
)
def file(call: Call[None]) -> Answer:
    kind = call.query.get("format", "csv")
    if kind not in _MEDIA:
        raise InvalidRequest(param="format")
    name = f'attachment; filename="report.{kind}"'
    content = reports.file(call.path["id"], as_parquet=kind == "parquet")
    return Answer(200, content, {"Content-Type": _MEDIA[kind], "Content-Disposition": name})
