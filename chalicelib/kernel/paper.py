"""A statement on paper: what it is of, its sums, and a table over as many pages as its rows take."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from chalicelib.kernel import pdf
from chalicelib.kernel.pdf import Line, Text

LEFT, RIGHT = 48, 547
"""The edges of what is written, in points."""
_TOP, _FACTS, _FACT, _FACT_AT, _GAP = 56, 30, 17, 200, 28
_LINE, _FOOT = 13, 24
Row = Sequence[Line]
"""The lines of one row, the same number in every row."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A sum stands at the right edge."""

    label: str
    value: str
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """`foot(page, pages)` is what stands below each page."""

    title: str
    facts: Sequence[Fact]
    heading: Line
    rows: Sequence[Row]
    foot: Callable[[int, int], str]

    def printed(self, title: str) -> bytes:
        """`title`: of the document, as readers show it in their window."""
        return pdf.document(title, self._pages())

    def _pages(self) -> list[list[tuple[float, Line]]]:
        lines = len(self.rows[0]) if self.rows else 1
        most = int((pdf.HEIGHT - _FOOT - _LINE - self._table) / (_LINE * lines))
        parts = [self.rows[at : at + most] for at in range(0, len(self.rows), most)] or [()]
        return [[*self._head(), *self._body(part, page, len(parts))] for page, part in enumerate(parts, 1)]

    @property
    def _table(self) -> int:
        """Where it begins."""
        return _TOP + _FACTS + _FACT * len(self.facts) + _GAP

    def _head(self) -> Iterator[tuple[float, Line]]:
        yield _TOP, [Text(LEFT, self.title, 18, bold=True)]
        for at, fact in enumerate(self.facts):
            told = pdf.fitted(fact.value, 10, RIGHT - _FACT_AT)
            value = Text(RIGHT, told, 10, right=True) if fact.is_sum else Text(_FACT_AT, told, 10)
            yield _TOP + _FACTS + _FACT * at, [Text(LEFT, fact.label, 10), value]

    def _body(self, rows: Sequence[Row], page: int, pages: int) -> Iterator[tuple[float, Line]]:
        yield self._table, self.heading
        for at, line in enumerate((line for row in rows for line in row), 1):
            yield self._table + _LINE * at, line
        yield pdf.HEIGHT - _FOOT, [Text(LEFT, self.foot(page, pages), 8)]
