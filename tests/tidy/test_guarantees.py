"""The table of guarantees names checkers that exist, for every promise; every planted bug belongs to one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.simulation.bugs import BUGS, Bug

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "reference" / "guarantees.md").read_text(encoding="utf-8")
ROWS = {int(number): row for number, row in re.findall(r"^\| (\d+) \|(.*)$", TABLE, re.MULTILINE)}
CHECKERS = sorted(set(re.findall(r"`(tests/[^`]+)`", TABLE)))


def test_every_promise_has_its_row() -> None:
    assert sorted(ROWS) == list(range(1, 26))


@pytest.mark.parametrize("number", sorted(ROWS))
def test_a_promise_names_its_checker_or_says_not_yet(number: int) -> None:
    assert re.search(r"`(simulation|tests/)|not yet", ROWS[number]), f"name what checks promise {number}"


@pytest.mark.parametrize("checker", CHECKERS)
def test_a_checker_exists(checker: str) -> None:
    file, _, name = checker.partition("::")
    text = (ROOT / file).read_text(encoding="utf-8") if (ROOT / file).exists() else ""
    assert f"def {name}(" in text if name else text, f"{checker} is not there: name what checks it now"


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_breaks_a_promise_and_can_be_planted(bug: Bug) -> None:
    assert bug.invariants and set(bug.invariants) <= set(ROWS)
    assert (ROOT / bug.file).read_text(encoding="utf-8").count(bug.line) == 1, f"{bug.name}: its line has moved"
    for checker in bug.checkers:
        file, _, name = checker.partition("::")
        assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), f"{checker} is not there"
