"""Outside files that join reports by a declared key, and how good each one is. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chalicelib.insight.model_query import Dataset, Name
from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidRequest

Key = Literal["merchant", "category", "processor", "method", "region", "channel", "movement", "account"]
State = Literal["waiting", "reading", "ready", "refused"]
Reason = Literal["not-uploaded", "other-content", "not-utf-8", "column-missing", "column-twice", "unreadable", "broken"]
Header = Annotated[str, Meta(min_length=1, max_length=100)]
MOST_BYTES = 200_000_000
"""What of it lies on the disk of the function that reads it is a few times as much."""
MOST_COLUMNS, MOST_LETTERS, MOST_NAMED = 8, 64, 20
UNREADABLE_BASIS_POINTS = 500
"""With more lines than that that cannot be read, it is another kind of file."""
UPLOADED_WITHIN = timedelta(days=1)
READ_WITHIN = timedelta(minutes=16)
"""Longer than the function that reads may take: whoever began is dead by then."""
MOST_TRIES = 3
KEPT_DELETED = timedelta(days=30)
"""Answers that were made of it lead to their entries until then."""


class ImportColumn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`column`: as the file's first line has it. Reports call it `<name of the import>.<name>`."""

    column: Header
    name: Name


class NewImport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A CSV of `bytes` bytes. Events whose `key` is what `key_column` says get the row's other columns."""

    name: Name
    key: Key
    key_column: Header
    columns: Annotated[tuple[ImportColumn, ...], Meta(min_length=1, max_length=MOST_COLUMNS)]
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
    bytes: Annotated[int, Meta(ge=1, le=MOST_BYTES)]


class FileUploadView(msgspec.Struct, frozen=True):
    """Takes the file by PUT with these headers until then; it refuses any other content."""

    url: str
    headers: dict[str, str]
    expires_at: str


class QualityView(msgspec.Struct, frozen=True):
    """`rows` = `kept` + `duplicates` (of a key the first counts) + `without_key` + `unreadable`. `cut`: cells of more
    than 64 letters; `personal`: those with an e-mail address or a phone number, which are left empty. `unmatched`: keys
    that no event has; with `compared_since`, none since that day."""

    rows: int = 0
    kept: int = 0
    duplicates: int = 0
    without_key: int = 0
    unreadable: int = 0
    unreadable_lines: tuple[int, ...] = ()
    cut: int = 0
    personal: int = 0
    unmatched: int = 0
    unmatched_keys: tuple[str, ...] = ()
    compared_since: str | None = None


class RefusedFileView(msgspec.Struct, frozen=True):
    """`columns`: which ones, where it is about columns."""

    reason: Reason
    columns: tuple[str, ...] = ()


class ImportView(msgspec.Struct, frozen=True):
    """`used`: whether it is what reports mean by its name; the newest that is ready is. `rows_read` while it is being
    read. `upload`: only in the answer that made it."""

    id: str
    name: str
    key: Key
    key_column: str
    columns: tuple[ImportColumn, ...]
    sha256: str
    bytes: int
    state: State
    used: bool
    rows_read: int
    quality: QualityView | None
    refused: RefusedFileView | None
    made_by: str
    created_at: str
    ended_at: str | None
    upload: FileUploadView | None = None


class Used(msgspec.Struct, frozen=True):
    """What reports mean by the name of an import: `file` is in the lake."""

    key: Key
    columns: tuple[str, ...]
    file: str

    def here(self, path: str) -> Dataset:
        return Dataset(self.key, self.columns, path)


class Import(msgspec.Struct, frozen=True):
    """`due_at`: when somebody looks at it next: whether it has come, whether who reads it has died, whether it goes."""

    id: str
    wish: NewImport
    made_by: str
    created_at: str
    due_at: str | None
    state: State = "waiting"
    rows_read: int = 0
    quality: QualityView | None = None
    refused: RefusedFileView | None = None
    ended_at: str | None = None
    deleted_at: str | None = None
    tries: int = 0
    version: int = 0

    @property
    def raw(self) -> str:
        return f"imports/raw/{self.id}.csv"

    @property
    def table(self) -> str:
        return f"imports/tables/{self.wish.name}/{self.id}.parquet"

    @property
    def used(self) -> Used:
        return Used(self.wish.key, tuple(one.name for one in self.wish.columns), self.table)

    @property
    def could_be_used(self) -> bool:
        return self.state == "ready" and self.deleted_at is None

    def is_due(self, at: datetime) -> bool:
        return self.due_at is not None and clock.read(self.due_at) <= at

    def is_late(self, at: datetime) -> bool:
        return clock.read(self.created_at) + UPLOADED_WITHIN <= at

    def view(self, is_used: bool, upload: FileUploadView | None = None) -> ImportView:
        wish = self.wish
        return ImportView(
            self.id, wish.name, wish.key, wish.key_column, wish.columns, wish.sha256, wish.bytes, self.state, is_used,
            self.rows_read, self.quality, self.refused, self.made_by, self.created_at, self.ended_at, upload,
        )  # fmt: skip


def made(import_id: str, wish: NewImport, by: str, at: datetime) -> Import:
    """Raises InvalidRequest: two columns of one name, or of the key's."""
    names = [wish.key, *(one.name for one in wish.columns)]
    if len(set(names)) < len(names):
        raise InvalidRequest(param="columns")
    return Import(import_id, wish, by, clock.written(at), clock.written(at))


def postponed(seen: Import, at: datetime) -> Import:
    """It has not come yet: the others first."""
    return msgspec.structs.replace(seen, due_at=clock.written(at))


def begun(seen: Import, at: datetime) -> Import:
    again = clock.written(at + READ_WITHIN)
    return msgspec.structs.replace(seen, state="reading", rows_read=0, tries=seen.tries + 1, due_at=again)


def ready(seen: Import, quality: QualityView, at: datetime) -> Import:
    rows, now = quality.rows, clock.written(at)
    return msgspec.structs.replace(seen, state="ready", rows_read=rows, quality=quality, ended_at=now, due_at=None)


def refused(seen: Import, why: RefusedFileView, at: datetime, quality: QualityView | None = None) -> Import:
    now, rows = clock.written(at), quality.rows if quality else seen.rows_read
    return msgspec.structs.replace(
        seen, state="refused", rows_read=rows, refused=why, quality=quality, ended_at=now, due_at=None
    )


def deleted(seen: Import, at: datetime) -> Import:
    """Its files go thirty days later."""
    goes_at = clock.written(at + KEPT_DELETED)
    return msgspec.structs.replace(seen, deleted_at=clock.written(at), due_at=goes_at)
