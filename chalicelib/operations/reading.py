"""How a table comes into the bucket: DynamoDB exports it as of one instant, or, where it cannot, we read it ourselves.

An export shows every table at the same instant, though a transaction under way then may be in it by halves. Our own
reading takes as long as it takes: what moved meanwhile is torn likewise, and further apart. It reads the journal first,
so that whatever moved later is a movement without its entry, which a restore undoes (`judging`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from itertools import chain, islice
from typing import Any, Protocol

import msgspec
from botocore.exceptions import ClientError

from chalicelib import cloud
from chalicelib.cloud_dynamodb import with_bytes
from chalicelib.kernel import clock
from chalicelib.operations import model_backups as model
from chalicelib.operations import store_bucket as bucket
from chalicelib.operations.model_backups import Part, Wired
from chalicelib.settings import Settings, settings

AT_ONCE = 20_000
"""Items of one file that we write ourselves, about 10 MB in memory."""
_FIRST = ("journal", "ledger")


class DidNotExport(Exception):
    """DynamoDB says why."""


class Source(Protocol):
    def instant(self, at: datetime) -> datetime:
        """The latest that a reading which begins now can show."""

    def begun(self, part: Part, as_of: datetime) -> Part:
        """Ask for it; nothing is read yet. Raises DidNotExport: the table was not there then."""

    def step(self, part: Part, until: datetime) -> Part | None:
        """One file more; None while there is nothing to read yet. Raises DidNotExport."""


def tables() -> list[str]:
    """The short names of all tables that there are settings for, in the order in which we would read them."""
    names = [field.name.removesuffix("_table") for field in fields(Settings) if field.name.endswith("_table")]
    return [*_FIRST, *sorted(set(names) - set(_FIRST))]


def full_name(table: str) -> str:
    found: str = getattr(settings(), f"{table}_table")
    return found


def source() -> Source:
    return _Export() if settings().backups_from == "export" else _OwnReading()


def is_here(part: Part) -> bool:
    """Not in a region that was lost: its export is of this one, and what was read lies in the bucket in use."""
    here: str = cloud.client("dynamodb").meta.region_name
    if part.export and part.export.split(":")[3] != here:
        return False
    return not part.files or len(bucket.files(part)) >= part.files


def summed(part: Part, key: str) -> Part:
    """Its next file taken into account."""
    opened = bucket.Opened(key)
    tally = part.tally.plus(model.tally(opened.items()))
    linked = model.chained(part.chain, key.removeprefix(part.folder), opened.digest())
    return msgspec.structs.replace(part, files=part.files + 1, tally=tally, chain=linked)


def pages(table: str, start: dict[str, Any] | None = None) -> Iterator[tuple[list[Wired], dict[str, Any] | None]]:
    """A consistent reading of everything in the table of this full name: items, and where it goes on."""
    while True:
        more = {"ExclusiveStartKey": start} if start else {}
        answer = cloud.client("dynamodb").scan(TableName=table, ConsistentRead=True, **more)
        start = answer.get("LastEvaluatedKey")
        yield answer["Items"], start
        if start is None:
            return


def everything(table: str) -> Iterator[Wired]:
    return chain.from_iterable(items for items, _ in pages(table))


class _Export:
    def instant(self, at: datetime) -> datetime:
        return min([at, *filter(None, map(_restorable_until, tables()))]).replace(microsecond=0)

    def begun(self, part: Part, as_of: datetime) -> Part:
        wish = {
            "TableArn": _arn(part.table),
            "ExportTime": as_of,
            "ClientToken": part.prefix,
            "S3Bucket": settings().backups_bucket,
            "S3Prefix": part.prefix,
            "S3SseAlgorithm": "KMS",
            "S3SseKmsKeyId": settings().backups_key_id,
            "ExportFormat": "DYNAMODB_JSON",
        }
        try:
            asked = cloud.client("dynamodb").export_table_to_point_in_time(**wish)
        except ClientError as error:
            if error.response["Error"]["Code"] == "InvalidExportTimeException":
                raise DidNotExport(f"{part.table}: not as of {clock.written(as_of)}") from error
            raise
        return msgspec.structs.replace(part, export=asked["ExportDescription"]["ExportArn"])

    def step(self, part: Part, until: datetime) -> Part | None:
        told = cloud.client("dynamodb").describe_export(ExportArn=part.export)["ExportDescription"]
        if told["ExportStatus"] == "FAILED":
            raise DidNotExport(f"{part.table}: {told.get('FailureCode', 'unknown')}")
        if told["ExportStatus"] != "COMPLETED":
            return None
        left = bucket.files(part)[part.files :]
        if not left:
            return _ended(part, told.get("ItemCount"))
        bucket.lock(left[0], until)
        return summed(part, left[0])


class _OwnReading:
    def instant(self, at: datetime) -> datetime:
        return at

    def begun(self, part: Part, as_of: datetime) -> Part:
        return part

    def step(self, part: Part, until: datetime) -> Part | None:
        items, cursor = _next_items(full_name(part.table), part.cursor)
        bucket.put_items(part, part.files, items, until)
        return msgspec.structs.replace(summed(part, bucket.files(part)[part.files]), cursor=cursor, done=not cursor)


def _next_items(table: str, cursor: str) -> tuple[list[Wired], str]:
    found: list[Wired] = []
    start = with_bytes(msgspec.json.decode(cursor)) if cursor else None
    for items, following in pages(table, start):
        found += items
        start = following
        if len(found) >= AT_ONCE:
            break
    return found, msgspec.json.encode(start).decode() if start else ""


def _ended(part: Part, count: int | None) -> Part:
    """DynamoDB says how many items it exported: less would be a file that is missing."""
    if count is not None and count != part.tally.items:
        raise DidNotExport(f"{part.table}: {part.tally.items} items of {count}")
    return msgspec.structs.replace(part, done=True)


def _restorable_until(table: str) -> datetime | None:
    told = cloud.client("dynamodb").describe_continuous_backups(TableName=full_name(table))
    recovery = told["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
    found: datetime | None = recovery.get("LatestRestorableDateTime")
    return found


def _arn(table: str) -> str:
    found: str = cloud.client("dynamodb").describe_table(TableName=full_name(table))["Table"]["TableArn"]
    return found


def chunks(items: Iterator[Wired], size: int) -> Iterator[Sequence[Wired]]:
    while some := list(islice(items, size)):
        yield some
