"""Matching two books: every line of either ends as exactly one thing, whatever the order they come in.

Rows are sorted in runs on disk and merged, so a million lines take no more memory than one run. Lines that may be the
same money stand together then, and `judged` decides over them; nothing here knows a file's form, AWS or the time.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from chalicelib.settlement.model_reconciliation import Finding, Outcome, StatementLine

RUN_ROWS = 50_000
MOST_RUNS = 64
"""Files open at once; more are merged into one first."""
MOST_ALIKE = 1_000
"""Lines of one side under one key that are looked at together: a file may repeat one for ever."""
_OURS, _THEIRS = b"0", b"1"
_encode = msgspec.json.encode
_decode = msgspec.json.Decoder(StatementLine).decode
_Lines = list[StatementLine]


def reconciled(
    expected: Iterable[StatementLine],
    stated: Iterable[StatementLine],
    window: timedelta,
    until: datetime | None = None,
) -> Iterator[Finding]:
    """Both books, each in any order. `until`: a line booked within `window` of it and alone is `waiting` still."""
    with TemporaryDirectory(prefix="coffer-reconciliation-") as folder:
        runs = Runs(Path(folder))
        for side, book in ((_OURS, expected), (_THEIRS, stated)):
            for line in book:
                if key := line.key:
                    runs.add(_encode(key) + b"\t" + side + b"\t" + _encode(line))
                else:
                    yield from _alone(line, side, window, until)
        for _, rows in groupby(runs.merged(), key=lambda row: row[: row.index(b"\t")]):
            yield from _group(rows, window, until)


class Runs:
    """Rows in sorted files. A row is bytes without a line's end."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._rows, self._files, self._made = folder, list[bytes](), list[Path](), 0

    def add(self, row: bytes) -> None:
        self._rows.append(row + b"\n")
        if len(self._rows) >= RUN_ROWS:
            self._write(iter(self._sorted()))

    def merged(self) -> Iterator[bytes]:
        return self._merge(self._files, self._sorted())

    def _sorted(self) -> list[bytes]:
        rows, self._rows = self._rows, []
        rows.sort()
        return rows

    def _write(self, rows: Iterator[bytes]) -> None:
        if len(self._files) >= MOST_RUNS:
            full, self._files = self._files, []
            self._write(self._merge(full, []))
            for file in full:
                file.unlink()
        self._made += 1
        file = self._folder / f"run-{self._made:06d}"
        with file.open("wb") as out:
            out.writelines(rows)
        self._files.append(file)

    def _merge(self, files: list[Path], last: list[bytes]) -> Iterator[bytes]:
        opened = [file.open("rb") for file in files]
        try:
            yield from heapq.merge(*opened, last)
        finally:
            for one in opened:
                one.close()


def judged(ours: _Lines, theirs: _Lines, window: timedelta, until: datetime | None = None) -> list[Finding]:
    """What lines of one key end as: equal ones find each other first, then those of one currency, then the rest."""
    pairs, left_here, left_there = _pairs(sorted(ours, key=_order), sorted(theirs, key=_order))
    found = [Finding(_of_pair(one, other, window), one, other) for one, other in pairs]
    known_here, known_there = [one for one, _ in pairs], [other for _, other in pairs]
    for line in left_here:
        found.append(Finding(_of_one(line, known_here, "missing_there", window, until), line, None))
        known_here.append(line)
    for line in left_there:
        found.append(Finding(_of_one(line, known_there, "missing_here", window, until), None, line))
        known_there.append(line)
    return _told_apart(found)


def _pairs(ours: _Lines, theirs: _Lines) -> tuple[list[tuple[StatementLine, StatementLine]], _Lines, _Lines]:
    pairs: list[tuple[StatementLine, StatementLine]] = []
    for alike in (_same_money, _same_currency, _anything):
        waiting: dict[object, _Lines] = defaultdict(list)
        for line in reversed(theirs):
            waiting[alike(line)].append(line)
        rest = []
        for line in ours:
            if waiting[alike(line)]:
                pairs.append((line, waiting[alike(line)].pop()))
            else:
                rest.append(line)
        ours, theirs = rest, sorted((line for left in waiting.values() for line in left), key=_order)
    return pairs, ours, theirs


def _same_money(line: StatementLine) -> object:
    return line.currency, line.amount


def _same_currency(line: StatementLine) -> object:
    return line.currency


def _anything(line: StatementLine) -> object:
    return None


def _of_pair(ours: StatementLine, theirs: StatementLine, window: timedelta) -> Outcome:
    if ours.currency != theirs.currency:
        return "wrong_currency"
    if ours.amount != theirs.amount:
        return "over" if abs(theirs.amount) > abs(ours.amount) else "under"
    return "matched" if abs(theirs.booked_at - ours.booked_at) <= window else "late"


def _of_one(line: StatementLine, known: _Lines, missing: Outcome, window: timedelta, until: datetime | None) -> Outcome:
    if any(_repeats(line, other) for other in known):
        return "duplicate"
    return "waiting" if until and line.booked_at > until - window else missing


def _repeats(line: StatementLine, other: StatementLine) -> bool:
    """The same reference again, or a second time what succeeds once: money of ours comes in once under its id."""
    return (line.reference == other.reference != "") or (line.amount > 0 and line.our_id == other.our_id != "")


def _told_apart(found: list[Finding]) -> list[Finding]:
    seen: dict[tuple[str, ...], int] = defaultdict(int)
    told = []
    for one in found:
        if one.outcome == "matched":
            told.append(one)
            continue
        sides = (one.outcome, *(line.identity if line else "" for line in (one.ours, one.theirs)))
        told.append(Finding(one.outcome, one.ours, one.theirs, seen[sides]))
        seen[sides] += 1
    return told


def _group(rows: Iterable[bytes], window: timedelta, until: datetime | None) -> Iterator[Finding]:
    sides: dict[bytes, _Lines] = {_OURS: [], _THEIRS: []}
    for row in rows:
        _, side, told = row.split(b"\t", 2)
        line = _decode(told)
        if len(sides[side]) < MOST_ALIKE:
            sides[side].append(line)
        else:
            yield _more(line, side)
    yield from judged(sides[_OURS], sides[_THEIRS], window, until)


def _more(line: StatementLine, side: bytes) -> Finding:
    return Finding("duplicate", line, None, -1) if side == _OURS else Finding("duplicate", None, line, -1)


def _alone(line: StatementLine, side: bytes, window: timedelta, until: datetime | None) -> Iterator[Finding]:
    """Nothing says which money it is, so it finds nobody, today or tomorrow."""
    yield from judged([line], [], window) if side == _OURS else judged([], [line], window)


def _order(line: StatementLine) -> tuple[object, ...]:
    """Where it stands in its file comes last: it never decides between lines that differ."""
    return (line.currency, line.amount, line.booked_at, line.reference, line.our_id, line.kind, line.fee, line.name,
            line.number)  # fmt: skip
