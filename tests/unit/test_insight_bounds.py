"""A question that takes too much is told so: neither memory, nor the disk, nor whoever waits is used up by it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest

from chalicelib.insight import engine
from chalicelib.insight.engine import Engine
from chalicelib.insight.model_events import COLUMNS
from chalicelib.insight.model_query import QueryRequest, Question, question
from chalicelib.kernel.errors import QuestionTooWide, Unavailable

MADE = {
    "id": "'ent_' || i", "kind": "'payment'", "happened_at": "TIMESTAMP '2026-11-22' + to_milliseconds(i * 40)",
    "person": "'p' || (hash(i) % 500000)", "currency": "'EUR'", "amount": "hash(i) % 1000", "outcome": "'succeeded'",
}  # fmt: skip
CONVERTED = {"measure": "conversion", "to": "payment", "within_days": 7}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("events") / "day=2026-11-22" / "hour=all"
    folder.mkdir(parents=True)
    chosen = ", ".join(f"CAST({MADE.get(name, 'NULL')} AS {kind}) AS {name}" for name, kind in COLUMNS.items())
    connection = duckdb.connect(":memory:")
    connection.execute(
        f"COPY (SELECT {chosen} FROM range(2000000) AS made(i)) TO '{folder}/x.parquet' (FORMAT parquet)"
    )
    return [f"{folder}/x.parquet"]


def asked(**more: Any) -> Question:
    wish = {"from": "2026-11-22T00:00:00Z", "to": "2026-11-23T00:00:00Z", "measures": [CONVERTED]} | more
    return question(msgspec.convert(wish, QueryRequest))


def test_what_does_not_fit_into_memory_goes_to_the_disk(files: list[str]) -> None:
    people = {"measures": [{"measure": "people"}], "dimensions": ["time"], "grain": "minute"}
    narrow = Engine(files, memory="40MB").answer(asked(**people))
    assert narrow == Engine(files).answer(asked(**people))
    assert len(narrow.rows) == 1_000


def test_what_fits_into_neither_is_too_wide(files: list[str]) -> None:
    small = Engine(files, memory="20MB", most_spilled="1MB")
    with pytest.raises(QuestionTooWide) as told:
        small.answer(asked())
    assert told.value.params == {"reason": "memory"}
    assert small.answer(asked(measures=[{"measure": "count"}])).rows == ((2_000_000,),), "it answers the next one"


def test_what_takes_longer_than_anybody_waits_is_too_wide(files: list[str]) -> None:
    hasty = Engine(files, patience_seconds=0.02)
    with pytest.raises(QuestionTooWide) as told:
        hasty.answer(asked())
    assert told.value.params == {"reason": "time"}
    hasty.patience_seconds = engine.PATIENCE_SECONDS
    assert hasty.answer(asked(measures=[{"measure": "count"}])).rows == ((2_000_000,),), "it answers the next one"


def test_a_file_that_cannot_be_read_is_asked_for_later(files: list[str], tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        Engine([str(tmp_path / "gone.parquet")])
    (tmp_path / "broken.parquet").write_bytes(b"no Parquet at all")
    with pytest.raises(Unavailable):
        Engine([str(tmp_path / "broken.parquet")])
    going = tmp_path / "day=2026-11-22" / "hour=all" / "going.parquet"
    going.parent.mkdir(parents=True)
    going.write_bytes(Path(files[0]).read_bytes())
    known = Engine([str(going)])
    going.unlink()
    with pytest.raises(Unavailable):
        known.answer(asked())
