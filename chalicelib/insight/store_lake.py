"""The lake: a bucket of what happened, and which of its files count, in the table `cases`.

landing/day=2026-12-03/hour=19/<hash>.jsonl.gz     what a message brought, until it is compacted
events/day=2026-12-03/hour=19/<hash>.parquet       an hour of a day that goes on; `hour=all`: a day that is over
unreadable/landing/…                               what landed and nobody can read

Files are never changed. Which count is one item for each day, changed under the condition of its version: whoever
compacts at the same time loses, and readers see a day before or after, never half.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib import cloud
from chalicelib.cloud_tables import Table, absent, made
from chalicelib.insight import model_lake
from chalicelib.insight.model_events import Event
from chalicelib.insight.model_lake import Day, File, Landing, Replaced
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Unavailable
from chalicelib.settings import settings

_LAKE, _DAY, _GONE, _THROUGH, _TOLD = "LAKE", "DAY#", "GONE#", "THROUGH", "TOLD#"
LANDING, EVENTS, UNREADABLE = "landing/", "events/", "unreadable/"
_REMOVED_AT_ONCE = 1_000


class _DayItem(Table):
    setting = "cases_table"
    files = UnicodeAttribute()
    version = NumberAttribute()


class _GoneItem(Table):
    setting = "cases_table"
    replaced = UnicodeAttribute()


class _NoteItem(Table):
    setting = "cases_table"
    through_at = UnicodeAttribute()


class _ToldItem(Table):
    setting = "cases_table"
    told_at = UnicodeAttribute()
    expires_at_seconds = NumberAttribute()


def first_told(event_id: str, at: str) -> str:
    """When it was told first, this time included."""
    gone_at = clock.read(at) + model_lake.KNOWS_TOLD
    item = _ToldItem(_TOLD + event_id, "TOLD", told_at=at, expires_at_seconds=int(gone_at.timestamp()))
    if made(lambda: item.save(absent())):
        return at
    found = _ToldItem.find(_TOLD + event_id, "TOLD")
    return found.told_at if found else at


def land(day: str, hour: str, events: Sequence[Event]) -> None:
    """Under a name that follows from the events: the same message twice is one file."""
    lines = b"".join(msgspec.json.encode(event) + b"\n" for event in events)
    named = hashlib.sha256(lines).hexdigest()[:32]
    key = f"{LANDING}day={day}/hour={hour}/{named}.jsonl.gz"
    _s3().put_object(Bucket=settings().lake_bucket, Key=key, Body=gzip.compress(lines, 6, mtime=0))


def landed(most: int) -> Landing:
    """In order of time, at most so many files."""
    return model_lake.landing((key, size) for key, size, _ in _listed(LANDING, most))


def day(day: str) -> Day:
    found = _DayItem.find(_LAKE, _DAY + day)
    return _day(found) if found else Day(day, (), 0)


def days(first: str, last: str) -> list[Day]:
    """Those of which there is anything, in order; both ends included."""
    return [_day(one) for one in _DayItem.query(_LAKE, _DayItem.sk.between(_DAY + first, _DAY + last))]


def swap(old: Day, files: Sequence[File]) -> bool:
    """False if somebody else has changed the day meanwhile."""
    item = _DayItem(_LAKE, _DAY + old.day, files=msgspec.json.encode(files).decode(), version=old.version + 1)
    unchanged = (_DayItem.version == old.version) if old.version else _DayItem.pk.does_not_exist()
    return made(lambda: item.save(unchanged))


def note_replaced(new: Replaced) -> None:
    """In the place of what was noted of the same file at that time."""
    _GoneItem(_LAKE, _gone(new), replaced=msgspec.json.encode(new).decode()).save()


def replaced(before: datetime) -> list[Replaced]:
    """Noted by then, the oldest first."""
    found = _GoneItem.query(_LAKE, _GoneItem.sk.between(_GONE, f"{_GONE}{clock.written(before)}~"))
    return [msgspec.json.decode(one.replaced, type=Replaced) for one in found]


def forget_replaced(seen: Replaced) -> None:
    _GoneItem(_LAKE, _gone(seen)).delete()


def _gone(one: Replaced) -> str:
    return f"{_GONE}{clock.written(one.at)}#{hashlib.sha256(one.by.encode()).hexdigest()[:16]}"


def note(at: datetime) -> None:
    """All that happened by then is in the files that count, as far as anybody measured."""
    _NoteItem(_LAKE, _THROUGH, through_at=clock.written(at)).save()


def through() -> str | None:
    found = _NoteItem.find(_LAKE, _THROUGH)
    return found.through_at if found else None


def fetch(key: str, target: Path) -> None:
    """Raises Unavailable."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        body = _s3().get_object(Bucket=settings().lake_bucket, Key=key)["Body"]
        with target.open("wb") as file:
            for piece in iter(lambda: body.read(1 << 20), b""):
                file.write(piece)
    except (BotoCoreError, ClientError) as error:
        raise Unavailable(retry_after_seconds=1) from error


def put_file(key: str, source: Path) -> None:
    with source.open("rb") as body:
        _s3().put_object(Bucket=settings().lake_bucket, Key=key, Body=body)


def put(key: str, content: bytes, content_type: str) -> None:
    """Raises Unavailable."""
    place = {"Bucket": settings().lake_bucket, "Key": key}
    try:
        _s3().put_object(**place, Body=content, ContentType=content_type)
    except (BotoCoreError, ClientError) as error:
        raise Unavailable(retry_after_seconds=1) from error


def get(key: str) -> bytes | None:
    """None if there is none. Raises Unavailable."""
    try:
        content: bytes = _s3().get_object(Bucket=settings().lake_bucket, Key=key)["Body"].read()
    except (BotoCoreError, ClientError) as error:
        if isinstance(error, ClientError) and error.response["Error"]["Code"] in ("NoSuchKey", "404"):
            return None
        raise Unavailable(retry_after_seconds=1) from error
    return content


def remove(keys: Sequence[str]) -> None:
    """Raises Unavailable: some of them may still be there."""
    for start in range(0, len(keys), _REMOVED_AT_ONCE):
        objects = [{"Key": key} for key in keys[start : start + _REMOVED_AT_ONCE]]
        wish = {"Objects": objects, "Quiet": True}
        if _s3().delete_objects(Bucket=settings().lake_bucket, Delete=wish).get("Errors"):
            raise Unavailable(retry_after_seconds=1)


def _listed(prefix: str, most: int) -> Iterator[tuple[str, int, datetime]]:
    start: dict[str, Any] = {}
    while most > 0:
        asked = {"Bucket": settings().lake_bucket, "Prefix": prefix, "MaxKeys": min(most, 1000)}
        answer = _s3().list_objects_v2(**asked, **start)
        for one in answer.get("Contents", [])[:most]:
            most -= 1
            yield one["Key"], one["Size"], one["LastModified"]
        if not answer.get("IsTruncated"):
            return
        start = {"ContinuationToken": answer["NextContinuationToken"]}


def _day(item: _DayItem) -> Day:
    return Day(item.sk.removeprefix(_DAY), msgspec.json.decode(item.files, type=tuple[File, ...]), int(item.version))


def _s3() -> Any:
    return cloud.client("s3")
