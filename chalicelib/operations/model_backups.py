"""What a backup is: all tables as of one instant, each told by a hash that does not depend on the order of its items.

The sum of the items' SHA-256 modulo 2^256 tells two copies of a table apart, and can be added up file by file. Somebody
who may choose items could make another table with the same sum, so a chain of the files' own SHA-256 stands beside it:
whoever changes a file, or leaves one out, breaks the chain.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

import msgspec

Wired = Mapping[str, Any]
"""An item as DynamoDB has it: name → {"S"|"N"|"B"|…: value}."""
State = Literal["asked", "reading", "whole", "failed"]
Kept = Literal["hourly", "daily", "monthly", "yearly"]
KEPT_DAYS: Mapping[Kept, int] = {"hourly": 3, "daily": 35, "monthly": 400, "yearly": 2_557}
"""How long an object is locked; the bucket's lifecycle, by these prefixes, lets it go a day later (a test compares)."""
PERSONAL = frozenset({"identity", "notices", "cases"})
"""What is about people is kept for as long as a daily backup, in whatever backup it is: books outlive it."""
_MODULUS = 2**256


class Tally(msgspec.Struct, frozen=True):
    """Of items in any order: how many, how large (canonical bytes), and their sum, in hexadecimal."""

    items: int = 0
    bytes: int = 0
    sum: str = "0" * 64

    def plus(self, other: Tally) -> Tally:
        together = (int(self.sum, 16) + int(other.sum, 16)) % _MODULUS
        return Tally(self.items + other.items, self.bytes + other.bytes, f"{together:064x}")


class Part(msgspec.Struct, frozen=True):
    """One table of a backup. `export`: what DynamoDB calls it; empty where we read the table ourselves."""

    table: str
    prefix: str
    export: str = ""
    files: int = 0
    done: bool = False
    tally: Tally = Tally()
    chain: str = ""
    """SHA-256 over the one before and the name and SHA-256 of each file, in the order of their names."""
    cursor: str = ""
    """Where our own reading goes on, as JSON."""

    @property
    def folder(self) -> str:
        """Where its files lie, as DynamoDB's export has it."""
        return f"{self.prefix}/AWSDynamoDB/"


class Backup(msgspec.Struct, frozen=True):
    """`by`: the operator who asked for it, empty of the schedule. `number`: how often this record has changed."""

    id: str
    state: State
    by: str
    kept: Kept
    as_of: str
    begun_at: str
    kept_until: str
    parts: tuple[Part, ...]
    ended_at: str = ""
    manifest: str = ""
    """SHA-256 of the manifest's bytes."""
    reason: str = ""
    number: int = 0

    @property
    def prefix(self) -> str:
        return prefix(self.kept, self.id)

    @property
    def whole(self) -> Tally:
        found = Tally()
        for part in self.parts:
            found = found.plus(part.tally)
        return found


class Manifest(msgspec.Struct, frozen=True):
    """Written last: without it there is no backup. `code`: the version of the product that read the tables."""

    id: str
    as_of: str
    kept: Kept
    kept_until: str
    code: str
    parts: tuple[Part, ...]
    form: Literal["coffer.backup.v1"] = "coffer.backup.v1"

    @property
    def written(self) -> bytes:
        return msgspec.json.encode(self, order="sorted") + b"\n"

    def part(self, table: str) -> Part | None:
        return next((part for part in self.parts if part.table == table), None)


class BackupPartView(msgspec.Struct, frozen=True):
    table: str
    items: int
    bytes: int
    hash: str


class BackupView(msgspec.Struct, frozen=True):
    """`as_of`: the instant that it shows, empty before it begins; sums grow while it is being read."""

    id: str
    state: State
    kept: Kept
    as_of: str
    begun_at: str
    ended_at: str
    kept_until: str
    items: int
    bytes: int
    tables: tuple[BackupPartView, ...]
    manifest: str
    reason: str
    by: str


def view(backup: Backup) -> BackupView:
    whole = backup.whole
    parts = tuple(BackupPartView(one.table, one.tally.items, one.tally.bytes, one.tally.sum) for one in backup.parts)
    return BackupView(
        backup.id, backup.state, backup.kept, backup.as_of, backup.begun_at, backup.ended_at, backup.kept_until,
        whole.items, whole.bytes, parts, backup.manifest, backup.reason, backup.by,
    )  # fmt: skip


def prefix(kept: Kept, backup_id: str) -> str:
    return f"{kept}/{backup_id}"


def part_of(table: str, kept: Kept, backup_id: str) -> Part:
    held: Kept = "daily" if table in PERSONAL and KEPT_DAYS[kept] > KEPT_DAYS["daily"] else kept
    return Part(table, f"{prefix(held, backup_id)}/{table}")


def kept_of(part: Part) -> Kept:
    kept: Kept = msgspec.convert(part.prefix.partition("/")[0], Kept)
    return kept


def until(kept: Kept, at: datetime) -> datetime:
    return at + timedelta(days=KEPT_DAYS[kept])


def kept_as(at: datetime, last_whole: datetime | None) -> Kept:
    """The first backup of a year, a month, a day is kept for longer than the next ones."""
    if last_whole is None or last_whole.year != at.year:
        return "yearly"
    if last_whole.month != at.month:
        return "monthly"
    return "daily" if last_whole.date() != at.date() else "hourly"


def is_due(begun: datetime | None, every: timedelta, at: datetime) -> bool:
    return begun is None or at - begun >= every


def tally(items: Iterable[Wired]) -> Tally:
    """A single pass; nothing is kept of an item."""
    count = size = total = 0
    for one in items:
        written = canonical(one)
        count, size = count + 1, size + len(written)
        total += int.from_bytes(hashlib.sha256(written).digest(), "big")
    return Tally(count, size, f"{total % _MODULUS:064x}")


def canonical(item: Wired) -> bytes:
    """The same bytes for the same item, whoever wrote it down: names sorted, sets too, numbers in one form."""
    return msgspec.json.encode({name: _canonical(value) for name, value in item.items()}, order="sorted")


def chained(chain: str, name: str, digest: bytes) -> str:
    return hashlib.sha256(bytes.fromhex(chain) + name.encode() + b"\0" + digest).hexdigest()


def is_alive(item: Wired, at: datetime) -> bool:
    """Not past its time: DynamoDB deletes what is, whenever it likes."""
    until = item.get("expires_at_seconds")
    return until is None or int(until["N"]) > int(at.timestamp())


def _canonical(attribute: Mapping[str, Any]) -> dict[str, Any]:
    ((kind, raw),) = attribute.items()
    if kind == "N":
        return {kind: _number(raw)}
    if kind == "M":
        return {kind: {name: _canonical(one) for name, one in raw.items()}}
    if kind == "L":
        return {kind: [_canonical(one) for one in raw]}
    if kind == "SS":
        return {kind: sorted(raw)}
    if kind == "BS":
        return {kind: sorted(one if isinstance(one, str) else b64encode(one).decode() for one in raw)}
    return {kind: sorted(map(_number, raw)) if kind == "NS" else raw}


def _number(raw: str) -> str:
    if raw.isdecimal() and raw[:1] != "0":
        return raw
    number = Decimal(raw)
    return format(number.normalize(), "f") if number else "0"
