"""The rows of the table: a figure of an operation, beside the usual way's and the floor, and what it must reach."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

Number = float | int | None


@dataclass(frozen=True, slots=True)
class Row:
    """`limit` is the most that `ours` may be; None where there is none."""

    operation: str
    figure: str
    unit: str
    ours: Number
    usual: Number = None
    floor: Number = None
    limit: Number = None

    @property
    def mark(self) -> str:
        if self.limit is None:
            return ""
        return "PASS" if self.ours is not None and self.ours <= self.limit else "OVER"


def broken(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.mark == "OVER"]


def written(rows: Sequence[Row]) -> str:
    return json.dumps({"rows": [asdict(row) for row in rows]}, indent=1) + "\n"


def read(file: Path) -> list[Row]:
    return [Row(**one) for one in json.loads(file.read_text(encoding="utf-8"))["rows"]]


def table(rows: Sequence[Row]) -> str:
    """For people: one line a row, columns aligned."""
    head = ("operation", "figure", "unit", "ours", "usual", "floor", "limit", "")
    lines = [head, *map(_cells, rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    return "\n".join(_aligned(line, widths) for line in lines)


def _cells(row: Row) -> tuple[str, ...]:
    numbers = map(shown, (row.ours, row.usual, row.floor, row.limit))
    return (row.operation, row.figure, row.unit, *numbers, row.mark)


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    cells = [cell.rjust(width) if 3 <= place <= 6 else cell.ljust(width)
             for place, (cell, width) in enumerate(zip(line, widths, strict=True))]  # fmt: skip
    return "  ".join(cells).rstrip()


def shown(number: Any) -> str:
    """Three digits that mean something; whole numbers whole."""
    if number is None:
        return "–"
    if isinstance(number, int) or float(number).is_integer():
        return f"{int(number):,}"
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"
