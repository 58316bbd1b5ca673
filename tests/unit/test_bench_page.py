"""The page on costs takes its figures from a run, in one place."""

from __future__ import annotations

import pytest

from tests.bench.measure import page
from tests.bench.measure.rows import Row


def run() -> list[Row]:
    """Every row that the page tells of, all with different figures."""
    numbers = iter(range(100, 10_000))
    names = [(operation, figure) for operation in page.OPERATIONS for figure in (*page.COUNTS, "a million")]
    parts = ["a million", *(f"a million, {service}" for service in page.SERVICES)]
    names += [(operation, part) for operation in ("payment", *page.FOLLOWS) for part in parts]
    names += [("a month in which nothing happens", figure) for figure in ("all of it", "alarms")]
    names += [("payment", figure) for figure in ("a million, kept for a month", page.CPU, page.CPU_WITH_PYNAMODB)]
    names += [("money", page.COLD)]
    names += [
        (f"payments, {scene}, {processes}", figure)
        for scene in page.SCENES
        for processes in page.PROCESSES
        for figure in ("made", "p50", "p99")
    ]
    found = [Row(*name, "unit", next(numbers), next(numbers), next(numbers)) for name in dict.fromkeys(names)]
    growth = [
        Row("fold", "growth: requests", "units", 0, limit=0),
        Row("fold", "growth: CPU", "times", 1.2, limit=1.25),
    ]
    return [*found, *growth, Row("payment", "CPU against the floor", "times", 1.9, limit=2)]


def test_what_a_million_costs_is_said_in_words_and_in_a_table() -> None:
    found = {(row.operation, row.figure): row for row in run()}
    text = page.figures(run())
    for operation in ("payment", *page.FOLLOWS):
        assert f"{found[operation, 'a million'].ours:.2f}" in text.partition("| dollars")[0]
    assert "| payment: CPU against the floor | 1.9 | 2 |" in text
    assert "| growth of CPU, the worst of all operations and sizes | 1.2 | 1.25 |" in text


def test_a_row_that_was_not_measured_is_missed() -> None:
    with pytest.raises(KeyError):
        page.figures(run()[1:])


def test_the_page_has_one_place_for_figures_and_writing_them_again_changes_nothing() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    assert (text.count(page.BEGIN), text.count(page.END)) == (1, 1)
    once = page.written(text, run())
    assert page.written(once, run()) == once
    assert once.partition(page.END)[2] == text.partition(page.END)[2]
