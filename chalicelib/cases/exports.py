"""The audit log as a file that can be checked: each line ends with a link, SHA-256 over the link before and the line.

The first link is over the period and the filters asked for. Whoever changes, removes or adds a line breaks the chain;
whoever cuts off its end does not have the last link, which the log itself keeps (`audit-log.export`, fact `digest`).
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator

import msgspec

from chalicelib.cases.model_audit import AuditView, Format, Wanted
from chalicelib.kernel import clock, text

_VERSION = "coffer.audit-log.v1"
_COLUMNS = AuditView.__struct_fields__


class Line(msgspec.Struct, frozen=True):
    entry: msgspec.Raw
    link: str


def chained(entries: Iterable[AuditView], wanted: Wanted, form: Format) -> tuple[str, str]:
    """The file, and its last link."""
    link, as_json = first_link(wanted), form == "jsonl"
    lines = [] if as_json else [_row([*_COLUMNS, "link"])]
    for row in _json_rows(entries) if as_json else _csv_rows(entries):
        link = _next(link, row)
        lines.append(f'{{"entry":{row},"link":"{link}"}}\n' if as_json else f"{row},{link}\r\n")
    return "".join(lines), link


def first_link(wanted: Wanted) -> str:
    filters = [wanted.actor or "", wanted.subject or "", wanted.action or ""]
    return _digest("\n".join([_VERSION, clock.written(wanted.since), clock.written(wanted.until), *filters]))


def last_link(file: str, start: str, form: Format) -> str | None:
    """The link that a file ends with, None if its chain is broken somewhere."""
    link = start
    for row, kept in _read_json(file) if form == "jsonl" else _read_csv(file):
        link = _next(link, row)
        if link != kept:
            return None
    return link


def _json_rows(entries: Iterable[AuditView]) -> Iterator[str]:
    return (msgspec.json.encode(entry).decode() for entry in entries)


def _csv_rows(entries: Iterable[AuditView]) -> Iterator[str]:
    return (_row([_cell(getattr(entry, name)) for name in _COLUMNS]).removesuffix("\r\n") for entry in entries)


def _cell(value: object) -> str:
    return text.cell(value if isinstance(value, str) else msgspec.json.encode(value).decode())


def _row(cells: list[str]) -> str:
    """RFC 4180."""
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


def _read_json(file: str) -> Iterator[tuple[str, str]]:
    for line in file.split("\n")[:-1]:
        found = msgspec.json.decode(line, type=Line)
        yield bytes(found.entry).decode(), found.link


def _read_csv(file: str) -> Iterator[tuple[str, str]]:
    for cells in list(csv.reader(io.StringIO(file, newline="")))[1:]:
        yield _row(cells[:-1]).removesuffix("\r\n"), cells[-1]


def _next(link: str, row: str) -> str:
    return _digest(f"{link}\n{row}")


def _digest(told: str) -> str:
    return hashlib.sha256(told.encode()).hexdigest()
