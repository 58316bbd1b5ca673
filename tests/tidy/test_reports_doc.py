"""The reference of reports has everything that can be asked, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from chalicelib.insight.model_query import DIMENSIONS, Figure, MeasureKind
from chalicelib.insight.model_ready import READY
from chalicelib.insight.model_saved import Period

TEXT = (Path(__file__).parents[2] / "docs" / "reference" / "reports.md").read_text()
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))


def rows(section: str) -> dict[str, str]:
    """First cell → the line, of the table of a section."""
    return {line.split("`")[1]: line for line in SECTIONS[section].splitlines() if line.startswith("| `")}


def test_every_measure_figure_and_dimension_stands_in_it() -> None:
    assert set(rows("Measures")) == set(get_args(MeasureKind))
    assert [figure for figure in get_args(Figure) if f"`{figure}`" not in SECTIONS["Measures"]] == []
    assert set(rows("Dimensions")) == set(DIMENSIONS)


def test_every_period_stands_in_it() -> None:
    assert list(rows("Saved reports")) == list(get_args(Period))


def test_every_ready_made_report_stands_in_it_with_how_it_is_answered() -> None:
    told = rows("Ready-made reports")
    assert list(told) == list(READY)
    by_sql = {name for name, line in told.items() if line.endswith("| SQL |")}
    assert by_sql == {name for name, one in READY.items() if one.query is None}
