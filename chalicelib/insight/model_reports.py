"""Answers to questions: kept by what they were made of, read page by page, and followed to the entries behind a row."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.insight.model_imports import Used
from chalicelib.insight.model_lake import File
from chalicelib.insight.model_query import QueryRequest

Cell = str | int | None
FIRST_ROWS = 100


class Kept(msgspec.Struct, frozen=True):
    """An answer in the bucket, with its question, if it is one. `complete`: whether there were no more rows than were
    asked for. `imported`: what the names of imported files meant then; `files`: what it was made of."""

    query: QueryRequest | None
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    complete: bool
    through_at: str | None
    imported: dict[str, Used] = {}
    files: tuple[File, ...] = ()

    def row(self, place: int) -> dict[str, Cell]:
        """Raises IndexError."""
        return dict(zip(self.columns, self.rows[place], strict=True))


class AnswerView(msgspec.Struct, frozen=True):
    """The first rows of an answer; `total` of them are at `/v1/reports/answers/{id}`. `through_at`: up to when what
    happened was in the lake; `cached`: whether nothing has changed since somebody asked the same; `drills`: whether its
    rows lead to entries."""

    id: str
    columns: tuple[str, ...]
    rows: tuple[dict[str, Cell], ...]
    total: int
    complete: bool
    through_at: str | None
    cached: bool
    drills: bool


class RowView(msgspec.Struct, frozen=True):
    """`place`: of the row in its answer; its entries are at `/v1/reports/answers/{id}/rows/{place}/entries`."""

    place: int
    cells: dict[str, Cell]


class HappenedView(msgspec.Struct, frozen=True):
    """What a row counts; of a movement, `id` is its entry in the journal of `account`, at that time."""

    id: str
    kind: str
    happened_at: str
    account: str | None
    movement: str | None
    currency: str | None
    amount: int | None
    fee: int | None
    outcome: str | None
    reason: str | None


def is_answer(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{32}", text) is not None


def is_place(text: str, rows: int) -> bool:
    """Of so many."""
    return re.fullmatch(r"[0-9]{1,6}", text) is not None and int(text) < rows


def position(last: HappenedView) -> str:
    """Of the page behind it."""
    return f"{last.happened_at} {last.id}"


def place_of(position: str | None) -> tuple[str, str] | None:
    at, _, event = (position or "").partition(" ")
    return (at, event) if position else None


def answer_id(query: msgspec.Struct, files: Sequence[str]) -> str:
    """Follows from the question and from the files it is answered from: the same again is the same answer."""
    asked = msgspec.json.encode(query, order="deterministic")
    return hashlib.sha256(asked + b"\n" + "\n".join(files).encode()).hexdigest()[:32]


def shown(answer: str, kept: Kept, cached: bool) -> AnswerView:
    named = [dict(zip(kept.columns, row, strict=True)) for row in kept.rows[:FIRST_ROWS]]
    rest = (len(kept.rows), kept.complete, kept.through_at, cached, kept.query is not None)
    return AnswerView(answer, kept.columns, tuple(named), *rest)


def event(found: Mapping[str, Any]) -> HappenedView:
    return msgspec.convert(found, HappenedView, strict=False)
