"""A CSV file row by row, however large, as Python's `csv` reads it; what cannot be read is counted. Pure."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from typing import TextIO

from chalicelib.insight.model_imports import MOST_LETTERS, MOST_NAMED, UNREADABLE_BASIS_POINTS, Reason, RefusedFileView

_LONGEST_LINE = 1_000_000
"""A longer one is read in pieces, which are no rows then."""
_PERSONAL = re.compile(r"[^\s@]@[^\s@]+\.[^\s@]|\+\d[\d ().-]{7}|(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")
"""An e-mail address, a phone number as it is written abroad or in China: nobody's belongs where events are."""
_LOOKED_AT = 320
"""Letters: an address has no more, and what is kept of a cell is far less."""
Row = tuple[int, str, tuple[str | None, ...]]


class CannotRead(Exception):
    """The whole file."""

    def __init__(self, reason: Reason, columns: Sequence[str] = ()) -> None:
        super().__init__(reason)
        self.why = RefusedFileView(reason, tuple(columns))


class Table:
    """`text`: opened as UTF-8 and with `newline=""`. What it counts is whole once all rows have been asked for."""

    def __init__(self, text: TextIO, key: str, columns: Sequence[str]) -> None:
        self._lines = csv.reader(_lines(text), strict=True)
        self._key, self._columns = key, columns
        self.rows = self.without_key = self.unreadable = self.cut = self.personal = 0
        self.unreadable_lines: list[int] = []

    @property
    def is_something_else(self) -> bool:
        """Whether too much of it cannot be read."""
        return self.unreadable * 10_000 > self.rows * UNREADABLE_BASIS_POINTS

    def __iter__(self) -> Iterator[Row]:
        """Number (the first is 1), key and cells of each row that can be used; empty cells are None.

        Raises CannotRead.
        """
        header = self._header()
        places = self._places(header)
        while (row := self._next()) is not None:
            if not row:
                continue
            self.rows += 1
            if len(row) != len(header) or any("\0" in cell for cell in row):
                self._skip()
                continue
            key, *cells = (self._cell(row[place]) for place in places)
            if key is None:
                self.without_key += 1
                continue
            yield self.rows, key, tuple(cells)

    def _header(self) -> list[str]:
        self._begins = 1
        try:
            return [one.strip() for one in next(self._lines, [])]
        except csv.Error:
            raise CannotRead("unreadable") from None
        except UnicodeDecodeError:
            raise CannotRead("not-utf-8") from None

    def _places(self, header: list[str]) -> list[int]:
        wanted = [self._key.strip(), *(one.strip() for one in self._columns)]
        if missing := [one for one in wanted if one not in header]:
            raise CannotRead("column-missing", missing)
        if twice := [one for one in wanted if header.count(one) > 1]:
            raise CannotRead("column-twice", twice)
        return [header.index(one) for one in wanted]

    def _next(self) -> list[str] | None:
        while True:
            self._begins = self._lines.line_num + 1
            try:
                return next(self._lines, None)
            except csv.Error:
                self.rows += 1
                self._skip()
            except UnicodeDecodeError:
                raise CannotRead("not-utf-8") from None

    def _skip(self) -> None:
        self.unreadable += 1
        if len(self.unreadable_lines) < MOST_NAMED:
            self.unreadable_lines.append(self._begins)

    def _cell(self, text: str) -> str | None:
        text = text.strip()
        if _PERSONAL.search(text[:_LOOKED_AT]):
            self.personal += 1
            return None
        self.cut += len(text) > MOST_LETTERS
        return text[:MOST_LETTERS].strip() or None


def _lines(text: TextIO) -> Iterator[str]:
    return iter(lambda: text.readline(_LONGEST_LINE), "")
