"""The table of `make bench`: a limit that is broken makes the run fail, and the file has the form that is promised."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench.measure import __main__ as bench
from tests.bench.measure import rows
from tests.bench.measure.rows import Row

WITHIN = Row("payment", "requests", "AWS requests", 1, 6, limit=1)
OVER = Row("payment", "write units", "units", 9, limit=8)
UNLIMITED = Row("payment", "a million", "$", 9.17, 7.32)


def test_a_broken_limit_makes_the_run_fail_and_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.told([WITHIN, OVER, UNLIMITED]) == 1
    printed = capsys.readouterr().out
    assert "over: payment, write units: 9 units, at most 8" in printed
    assert [line.rpartition(" ")[2] for line in printed.splitlines() if line.startswith("payment")][:2] == [
        "PASS",
        "OVER",
    ]


def test_a_run_within_its_limits_succeeds() -> None:
    assert bench.told([WITHIN, UNLIMITED]) == 0


def test_what_could_not_be_measured_is_over_its_limit() -> None:
    assert rows.broken([Row("payment", "requests", "AWS requests", None, limit=1)])


def test_equal_is_within() -> None:
    assert Row("growth", "requests", "AWS requests", 0, limit=0).mark == "PASS"


def test_the_file_has_the_promised_form_and_can_be_read_again(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    file.write_text(rows.written([WITHIN, UNLIMITED]))
    assert json.loads(file.read_text())["rows"][0] == {
        "operation": "payment",
        "figure": "requests",
        "unit": "AWS requests",
        "ours": 1,
        "usual": 6,
        "floor": None,
        "limit": 1,
    }
    assert rows.read(file) == [WITHIN, UNLIMITED]


@pytest.mark.parametrize(
    ("number", "shown"),
    [(None, "–"), (1, "1"), (3.0, "3"), (0.16666, "0.167"), (1234567, "1,234,567"), (1234.5, "1,234"), (9.171, "9.17")],
)
def test_numbers_are_written_for_people(number: float | None, shown: str) -> None:
    assert rows.shown(number) == shown
