"""A list of people who must not be served, and who may be on it. Nobody but the house learns of a hit."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from chalicelib.kernel import clock
from chalicelib.kyc import names

Rule = Literal["exact", "nearly"]
ScreeningState = Literal["open", "cleared", "confirmed"]
_BORN = re.compile(r"(\d{4}(-\d{2}-\d{2})?)?")
_COLUMNS = ["id", "names", "born_on", "country", "list"]
REASON_LETTERS = 500


class ScreeningDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    decision: Literal["cleared", "confirmed"]
    reason: Annotated[str, msgspec.Meta(min_length=10, max_length=REASON_LETTERS, description="Kept sealed")]


class ScreeningHitView(msgspec.Struct, frozen=True, rename={"of_list": "list"}):
    """`rule`: by which it may be them; `names` and `born_on` are the list's."""

    entry: str
    of_list: str
    rule: Rule
    names: str
    born_on: str
    country: str


class ScreeningView(msgspec.Struct, frozen=True):
    """For the house alone. `full_name` and `born_on` are the person's; `case_id`: its case in the queue."""

    id: str
    user_id: str
    full_name: str
    born_on: str
    hits: tuple[ScreeningHitView, ...]
    state: ScreeningState
    case_id: str
    opened_at: str
    decided_at: str | None
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """`born_on`: a date, a year, or empty."""

    id: str
    names: str
    born_on: str
    country: str
    of_list: str

    @property
    def folded(self) -> list[tuple[str, ...]]:
        return [folded for name in self.names.split(";") if (folded := names.folded(name))]


@dataclass(frozen=True, slots=True)
class Hit:
    entry: Entry
    rule: Rule

    @property
    def view(self) -> ScreeningHitView:
        one = self.entry
        return ScreeningHitView(one.id, one.of_list, self.rule, one.names, one.born_on, one.country)


@dataclass(frozen=True, slots=True)
class Screening:
    id: str
    user_id: str
    wallets: tuple[str, ...]
    full_name: str
    born_on: str
    hits: tuple[ScreeningHitView, ...]
    opened_at: datetime
    case_id: str
    state: ScreeningState = "open"
    decided_at: datetime | None = None
    decided_by: str | None = None

    @property
    def view(self) -> ScreeningView:
        opened, decided = clock.written(self.opened_at), clock.written(self.decided_at) if self.decided_at else None
        return ScreeningView(
            self.id,
            self.user_id,
            self.full_name,
            self.born_on,
            self.hits,
            self.state,
            self.case_id,
            opened,
            decided,
            self.decided_by,
        )


@dataclass(frozen=True, slots=True)
class WatchList:
    """`digest` tells one file from another."""

    digest: str
    entries: tuple[Entry, ...]
    by_word: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def hits(self, full_name: str, born_on: str) -> tuple[Hit, ...]:
        """`born_on`: a date as it is written, or empty where nobody said."""
        wanted = names.folded(full_name)
        candidates = sorted({place for word in wanted for place in self.by_word.get(word, ())})
        found = (_hit(self.entries[place], wanted, born_on) for place in candidates)
        return tuple(one for one in found if one)


def read(content: bytes) -> WatchList:
    """CSV with a first line of the columns' names. Raises ValueError: a list that cannot be read screens nobody."""
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    if rows.fieldnames != _COLUMNS:
        raise ValueError("the columns are " + ",".join(_COLUMNS))
    entries = tuple(_entries(rows))
    words: dict[str, set[int]] = defaultdict(set)
    for place, entry in enumerate(entries):
        for word in (word for folded in entry.folded for word in folded):
            words[word].add(place)
    index = {word: tuple(sorted(places)) for word, places in words.items()}
    return WatchList(hashlib.sha256(content).hexdigest()[:32], entries, index)


def _entries(rows: csv.DictReader[str]) -> Iterator[Entry]:
    for row in rows:
        if None in row or None in row.values() or not row["id"] or not names.folded(row["names"]):
            raise ValueError(f"line {rows.line_num} is no entry")
        if not _BORN.fullmatch(row["born_on"].strip()):
            raise ValueError(f"line {rows.line_num}: born_on is a date, a year, or empty")
        yield Entry(row["id"], row["names"], row["born_on"].strip(), row["country"], row["list"])


def _hit(entry: Entry, wanted: tuple[str, ...], born_on: str) -> Hit | None:
    born = _born(entry.born_on, born_on)
    if born is None:
        return None
    if wanted in entry.folded:
        return Hit(entry, born)
    return Hit(entry, "nearly") if any(names.nearly(wanted, other) for other in entry.folded) else None


def _born(listed: str, said: str) -> Rule | None:
    """None: it is somebody else. A year apart, or another day of the year, may be a slip of the pen."""
    if not listed or not said:
        return "exact"
    if said == listed or said[:4] == listed:
        return "exact"
    return "nearly" if abs(int(listed[:4]) - int(said[:4])) <= 1 else None
