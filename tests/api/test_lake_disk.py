"""Files of the lake on the disk of whoever answers: bounded, and never those that are asked for now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.insight import compacting, files, gathering, store_lake
from chalicelib.insight.model_lake import Day
from tests.api.caller import assert_problem
from tests.api.test_lake import ask
from tests.api.test_lake_compacted import put
from tests.api.world import World

DAYS = ("2026-11-17", "2026-11-18", "2026-11-19")
KEPT = [{"dimension": "kind", "words": ["payment"]}]


@pytest.fixture(autouse=True)
def disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    monkeypatch.setattr(files, "_FOLDER", tmp_path)
    files._engine.cache_clear()
    yield tmp_path
    files._engine.cache_clear()


@pytest.fixture
def days(world: World) -> list[Day]:
    for number, day in enumerate(DAYS):
        told = {"id": f"evt_{number}", "kind": "payment", "outcome": "refused", "at": f"{day}T07:00:00Z"}
        gathering.gather({"happened": [told]})
    compacting.compact(world.clock.now())
    return store_lake.days(DAYS[0], DAYS[-1])


def sizes(days: list[Day]) -> list[int]:
    return [one.bytes for one in files.of(days)]


def on_disk(disk: Path) -> list[str]:
    return sorted(path.parts[-3].removeprefix("day=") for path in disk.rglob("*.parquet"))


def test_a_question_that_just_fits_has_all_its_files_whatever_was_there_before(
    world: World, disk: Path, days: list[Day], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", sum(sizes(days)))
    before = disk / "events" / "old.parquet"
    before.parent.mkdir(parents=True)
    before.write_bytes(b"of another question")
    assert ask(world, filters=KEPT).json["rows"] == [{"count": 3}]
    assert (on_disk(disk), before.exists()) == (list(DAYS), False)


def test_a_question_over_more_than_the_disk_takes_is_told_so(
    world: World, days: list[Day], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", sum(sizes(days)) - 1)
    reply = ask(world, filters=KEPT)
    assert_problem(reply, 422, "question-too-wide", "from")
    assert (reply.json["reason"], "shorter" in reply.json["detail"]) == ("files", True)


def test_what_was_asked_for_longest_ago_goes_first(
    days: list[Day], disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = ([one] for one in files.of(days))
    monkeypatch.setattr(files, "MOST_BYTES", sum(sizes(days)) - 1)
    for found in (first, second, first, third):
        files.engine(found)
    assert on_disk(disk) == [DAYS[0], DAYS[2]]


def test_a_broken_file_of_the_lake_is_no_mistake_of_whoever_asks(world: World, days: list[Day]) -> None:
    put(files.of(days)[0].key, b"no Parquet at all")
    assert_problem(ask(world, filters=KEPT), 503, "unavailable")
