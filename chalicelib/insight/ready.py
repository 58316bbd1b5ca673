"""Answering ready-made reports; those that no question can say are kept as the others are."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

import msgspec

from chalicelib.insight import files, model_ready, model_reports, ready_sql, reports, store_lake
from chalicelib.insight.model_ready import READY, Ready, ReadyRequest
from chalicelib.insight.model_reports import AnswerView, Kept
from chalicelib.insight.model_saved import Period, span
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import InvalidRequest, NotFound

_FIRST_DAY = "2000-01-01"


class _Asked(msgspec.Struct, frozen=True):
    """What such an answer follows from, beside the files."""

    ready: str
    since: str
    until: str


def answer(name: str, wish: ReadyRequest, at: datetime) -> AnswerView:
    """As of now. Raises NotFound, InvalidRequest."""
    one = READY.get(name)
    if one is None:
        raise NotFound()
    if wish.merchant_id is not None and not ids.is_id(wish.merchant_id, "mer"):
        raise InvalidRequest(param="merchant_id")
    query = model_ready.asked(one, wish)
    return reports.asked(query.asked(at)) if query else _told(one, wish.period or one.period, at)


def _told(one: Ready, period: Period, at: datetime) -> AnswerView:
    """Of what is known: nothing is said of the minutes that have not been gathered yet."""
    since, end = span(period, at)
    through = store_lake.through()
    until = min(end, clock.read(through)) if through else end
    found = files.of(store_lake.days(_FIRST_DAY, until.date().isoformat()))
    asked = _Asked(one.name, clock.written(since), clock.written(until))
    answer_id = model_reports.answer_id(asked, [one.key for one in found])
    if (kept := reports.known(answer_id)) is not None:
        return model_reports.shown(answer_id, kept, cached=True)
    name = next(known for known in get_args(ready_sql.Name) if known == one.name)
    answered = files.engine(found).told(ready_sql.COLUMNS[name], *ready_sql.statement(name, since, until))
    return reports.keep(answer_id, Kept(None, answered.columns, answered.rows, answered.complete, through))
