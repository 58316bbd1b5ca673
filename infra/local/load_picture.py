"""A load test for the eye: a table of its phases, what came in each second of the flood, and what was checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

HEIGHT = 8
SERVED, SHED = "█", "░"
_HEADS = ("phase", "what", "asked", "served", "later", "p50 ms", "p95 ms", "p99 ms", "answers")


def shown(figures: Mapping[str, Any]) -> str:
    """The whole page; `figures` as `load.run` gives them."""
    flood = next(phase for phase in figures["phases"] if phase["name"] == "flood")
    rates = f"{flood['asked_per_second']:.0f} a second in the flood"
    head = f"Load: {figures['at']}, capacity {figures['capacity']:.0f} a second, {rates}"
    return "\n\n".join([head, _table(list(_rows(figures))), _picture(flood["each_second"]), _checks(figures)])


def _rows(figures: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    yield _HEADS
    for phase in figures["phases"]:
        for kind, row in phase["kinds"].items():
            numbers = [str(row[name]) for name in ("asked", "served", "shed", "p50_ms", "p95_ms", "p99_ms")]
            answers = ", ".join(f"{many} × {answer}" for answer, many in row["answers"].items())
            yield phase["name"], kind, *numbers, answers


def _table(rows: list[tuple[str, ...]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if column in (0, 1, 8) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _picture(seconds: list[dict[str, int]]) -> str:
    """A column a second: what was served below, what was told to come later above it."""
    most = max((one["served"] + one["shed"] for one in seconds), default=1) or 1
    lines = []
    for level in range(HEIGHT, 0, -1):
        height = (level - 0.5) * most / HEIGHT
        columns = "".join(
            SERVED if one["served"] >= height else SHED if one["served"] + one["shed"] >= height else " "
            for one in seconds
        )
        lines.append(f"{round(level * most / HEIGHT):5}  {columns}")
    legend = f"       each column a second of the flood: {SERVED} served, {SHED} told to come later"
    return "\n".join([*lines, legend])


def _checks(figures: Mapping[str, Any]) -> str:
    return "\n".join(f"{'ok  ' if one['ok'] else 'FAIL'}  {one['name']}: {one['found']}" for one in figures["checks"])
