"""Asking the lake: an answer is made once, kept by what it was made of, and leads back to the journal."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from chalicelib.insight import engine, files, model_reports, store_lake
from chalicelib.insight.model_query import QueryRequest, Question, question
from chalicelib.insight.model_reports import AnswerView, HappenedView, Kept, RowView
from chalicelib.kernel import sheet
from chalicelib.kernel.errors import NotFound


def asked(wish: QueryRequest) -> AnswerView:
    """Raises InvalidRequest: `param` says which part of the question makes no sense."""
    about = question(wish)
    found = files.keys(store_lake.days(*_days(about)))
    answer = model_reports.answer_id(wish, found)
    if (kept := _kept(answer)) is not None:
        return model_reports.shown(answer, kept, cached=True)
    answered = files.engine(found).answer(about)
    kept = Kept(wish, answered.columns, answered.rows, answered.complete, store_lake.through())
    store_lake.put(_key(answer), msgspec.json.encode(kept), "application/json")
    return model_reports.shown(answer, kept, cached=False)


def rows(answer: str, position: str | None, limit: int) -> tuple[list[RowView], str | None]:
    """Raises NotFound: answers are kept for seven days."""
    kept, first = _known(answer), int(position or 0)
    some = kept.rows[first : first + limit]
    named = [RowView(first + place, dict(zip(kept.columns, row, strict=True))) for place, row in enumerate(some)]
    return named, str(first + limit) if first + limit < len(kept.rows) else None


def behind(answer: str, place: str, position: str | None, limit: int) -> tuple[list[HappenedView], str | None]:
    """The events that a row counts, newest first. Raises NotFound."""
    kept, first = _known(answer), int(position or 0)
    if not place.isdigit() or int(place) >= len(kept.rows):
        raise NotFound()
    about = question(kept.query)
    found = files.keys(store_lake.days(*_days(about)))
    events = files.engine(found).behind(about, kept.row(int(place)), first + limit)
    shown = [model_reports.event(one) for one in events.named()[first:]]
    return shown, None if events.complete else str(first + limit)


def file(answer: str, *, as_parquet: bool) -> bytes:
    """As CSV otherwise. Raises NotFound."""
    kept = _known(answer)
    if as_parquet:
        return engine.parquet(kept.columns, kept.rows)
    cells = [["" if one is None else one for one in row] for row in kept.rows]
    return sheet.written(kept.columns, cells).encode()


def _days(about: Question) -> tuple[str, str]:
    since = about.since - (about.until - about.since) if about.wish.compare else about.since
    last = about.until - timedelta(microseconds=1)
    return since.date().isoformat(), last.date().isoformat()


def _known(answer: str) -> Kept:
    if (kept := _kept(answer)) is None:
        raise NotFound()
    return kept


def _kept(answer: str) -> Kept | None:
    content = store_lake.get(_key(answer))
    return None if content is None else msgspec.json.decode(content, type=Kept)


def _key(answer: str) -> str:
    return f"answers/{answer}.json"
