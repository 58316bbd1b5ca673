"""Asking the lake: an answer is made once, kept by what it was made of, and leads back to the journal."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from chalicelib.insight import engine, files, model_reports, store_imports, store_lake
from chalicelib.insight.model_imports import Used
from chalicelib.insight.model_query import QueryRequest, Question, Side, question
from chalicelib.insight.model_reports import AnswerView, HappenedView, Kept, RowView
from chalicelib.kernel import clock, sheet
from chalicelib.kernel.errors import InvalidRequest, NotFound


def asked(wish: QueryRequest) -> AnswerView:
    """Raises InvalidRequest: `param` says which part of the question makes no sense."""
    imported, through = named(wish), store_lake.through()
    about = sense(wish, imported)
    if through:
        about = msgspec.structs.replace(about, through=clock.read(through))
    found = files.of(store_lake.days(*_days(about)))
    made_of = [*(one.key for one in found), *about.ongoing, *(one.file for one in imported.values())]
    answer = model_reports.answer_id(wish, made_of)
    if (kept := known(answer)) is not None:
        return model_reports.shown(answer, kept, cached=True)
    answered = files.engine(found, imported).answer(about)
    return keep(answer, Kept(wish, answered.columns, answered.rows, answered.complete, through, imported, found))


def named(wish: QueryRequest) -> dict[str, Used]:
    """The imported files that a question names, as they are now."""
    dimensions = (*wish.dimensions, *(one.dimension for one in wish.filters))
    names = sorted({name for name, dot, _ in (one.partition(".") for one in dimensions) if dot})
    found = {name: store_imports.used(name) for name in names}
    return {name: one for name, one in found.items() if one}


def sense(wish: QueryRequest, imported: Mapping[str, Used]) -> Question:
    """Raises InvalidRequest: `param` says which part makes none; a name that no imported file has does not."""
    return question(wish, files.datasets(imported))


def rows(answer: str, position: str | None, limit: int) -> tuple[list[RowView], str | None]:
    """Raises NotFound: answers are kept for seven days."""
    kept, first = _known(answer), int(position or 0)
    some = kept.rows[first : first + limit]
    named = [RowView(first + place, dict(zip(kept.columns, row, strict=True))) for place, row in enumerate(some)]
    return named, str(first + limit) if first + limit < len(kept.rows) else None


def behind(
    answer: str, place: str, position: str | None, limit: int, side: Side = "now"
) -> tuple[list[HappenedView], str | None]:
    """The events that a row counts, newest first, of what the answer was made of, whatever came since; `before`: those
    that it is compared with. Raises NotFound, InvalidRequest."""
    kept = _known(answer)
    if kept.query is None or not model_reports.is_place(place, len(kept.rows)):
        raise NotFound()
    if side == "before" and not kept.query.compare:
        raise InvalidRequest(param="side")
    about, after = sense(kept.query, kept.imported), model_reports.place_of(position)
    events = files.engine(kept.files, kept.imported).behind(about, kept.row(int(place)), limit, side, after)
    shown = [model_reports.event(one) for one in events.named()]
    return shown, None if events.complete else model_reports.position(shown[-1])


def file(answer: str, *, as_parquet: bool) -> str | bytes:
    """As CSV otherwise. Raises NotFound."""
    kept = _known(answer)
    if as_parquet:
        return engine.parquet(kept.columns, kept.rows)
    cells = [["" if one is None else one for one in row] for row in kept.rows]
    return sheet.written(kept.columns, cells)


def _days(about: Question) -> tuple[str, str]:
    first, last = about.days
    return first.isoformat(), last.isoformat()


def _known(answer: str) -> Kept:
    if not model_reports.is_answer(answer) or (kept := known(answer)) is None:
        raise NotFound()
    return kept


def known(answer: str) -> Kept | None:
    """None if nobody has asked for it in the last seven days."""
    content = store_lake.get(_key(answer))
    return None if content is None else msgspec.json.decode(content, type=Kept)


def keep(answer: str, kept: Kept) -> AnswerView:
    store_lake.put(_key(answer), msgspec.json.encode(kept), "application/json")
    return model_reports.shown(answer, kept, cached=False)


def _key(answer: str) -> str:
    return f"answers/{answer}.json"
