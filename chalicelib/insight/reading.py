"""From a CSV to a table of the lake, in bounded memory; how far it is stands in the import. Loaded where DuckDB is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from chalicelib.insight import joining, store_imports, store_lake
from chalicelib.insight.model_imports import Import, QualityView, RefusedFileView
from chalicelib.insight.model_table import CannotRead, Row, Table

TOLD_EVERY = 100_000
MOST_COMPARED_BYTES = 8_000_000_000
"""Of events, the newest first, that keys are looked for in: what a turn of the schedule can read."""
_FIRST, _LAST = "0001-01-01", "9999-12-31"


class Overtaken(Exception):
    """Somebody deleted it meanwhile, or took it for given up."""


class Read(msgspec.Struct, frozen=True):
    """`seen`: the import as it stands. Its table is in the lake unless it is `refused`."""

    seen: Import
    quality: QualityView
    refused: RefusedFileView | None = None


def read(begun: Import) -> Read:
    """Raises Overtaken, Unavailable."""
    with tempfile.TemporaryDirectory() as folder:
        return _Reading(begun, Path(folder)).read()


class _Reading:
    def __init__(self, begun: Import, folder: Path) -> None:
        self.seen, self.folder = begun, folder
        self.raw, self.lines, self.made = folder / "raw.csv", folder / "lines.jsonl", folder / "made.parquet"
        self.compared_since: str | None = None

    def read(self) -> Read:
        if store_imports.fetch(self.seen, self.raw) != self.seen.wish.sha256:
            return Read(self.seen, QualityView(), RefusedFileView("other-content"))
        try:
            table = self._rows()
        except CannotRead as error:
            return Read(self.seen, QualityView(), error.why)
        self.raw.unlink()
        if table.is_something_else:
            return Read(self.seen, _counted(table), RefusedFileView("unreadable"))
        return Read(self.seen, self._table(table))

    def _rows(self) -> Table:
        wish = self.seen.wish
        with self.raw.open(encoding="utf-8-sig", newline="") as text:
            table = Table(text, wish.key_column, [one.column for one in wish.columns])
            joining.write(self._told(table), self.lines)
        return table

    def _table(self, table: Table) -> QualityView:
        wish = self.seen.wish
        kept = joining.table(self.lines, wish.key, [one.name for one in wish.columns], self.made, self.folder)
        self.lines.unlink()
        unmatched, keys = joining.unmatched(self.made, wish.key, self._events(), self.folder)
        store_lake.put_file(self.seen.table, self.made)
        found = _counted(table)
        return msgspec.structs.replace(
            found, kept=kept, duplicates=found.kept - kept, unmatched=unmatched, unmatched_keys=keys,
            compared_since=self.compared_since,
        )  # fmt: skip

    def _told(self, table: Table) -> Iterator[Row]:
        for place, row in enumerate(table, 1):
            if place % TOLD_EVERY == 0:
                self._tell(table.rows)
            yield row

    def _tell(self, rows: int) -> None:
        now = store_imports.swap(self.seen, msgspec.structs.replace(self.seen, rows_read=rows))
        if now is None:
            raise Overtaken
        self.seen = now

    def _events(self) -> Iterator[Path]:
        """Files of events, the newest day first, one at a time on the disk."""
        bytes_read, target, since = 0, self.folder / "events.parquet", None
        for day in reversed(store_lake.days(_FIRST, _LAST)):
            bytes_read += sum(one.bytes for one in day.files)
            if bytes_read > MOST_COMPARED_BYTES and since:
                self.compared_since = since
                return
            for file in day.files:
                store_lake.fetch(file.key, target)
                yield target
            since = day.day


def _counted(table: Table) -> QualityView:
    """Before it is known which keys are there twice."""
    kept = table.rows - table.without_key - table.unreadable
    lines = tuple(table.unreadable_lines)
    return QualityView(table.rows, kept, 0, table.without_key, table.unreadable, lines, table.cut, table.personal)
