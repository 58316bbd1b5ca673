"""`make reconcile`, small: planted differences are found, and its own judge is seen to fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import reconciling
from tests.bench.reconciling import Wish


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("books")


def test_of_twenty_thousand_lines_exactly_the_planted_differences_are_found_in_bounded_memory(folder: Path) -> None:
    planted = reconciling.books(Wish(20_000, 70, seed=7), folder)
    assert set(planted.values()) == set(reconciling.PLANTED)
    told = reconciling.reconciled(folder)
    assert reconciling.verdict(planted, told) == []


def test_told_twice_exactly_the_planted_differences_are_found_in_the_same_memory(folder: Path) -> None:
    planted = reconciling.books(Wish(20_000, 70, seed=8), folder)
    assert reconciling.verdict(planted, reconciling.reconciled(folder, told=2)) == []


def test_the_judge_sees_what_was_missed_invented_lost_or_too_large() -> None:
    book = {"lines": 2, "CNY": 7}
    told = {"found": [["over", "top_1"]], "mebibytes": 10}
    told |= dict.fromkeys(("ours", "theirs", "ours_found", "theirs_found"), book)
    assert reconciling.verdict({"top_1": "over"}, told) == []
    assert reconciling.verdict({"top_1": "over", "top_2": "late"}, told) == ["missed: ('late', 'top_2')"]
    assert reconciling.verdict({}, told) == ["invented: ('over', 'top_1')"]
    assert len(reconciling.verdict({"top_1": "over"}, told | {"ours_found": {"lines": 2, "CNY": 6}})) == 1
    assert len(reconciling.verdict({"top_1": "over"}, told | {"mebibytes": 10_000})) == 1
