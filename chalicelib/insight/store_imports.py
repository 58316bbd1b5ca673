"""Outside files: what is known of each, in the table `cases`, and the files themselves, in the lake's bucket.

IMPORTS    <id>     an import, on the index `due` while somebody has to look at it
DATASETS   <name>   which import reports mean by the name: the newest that is ready

imports/raw/<id>.csv                as it was uploaded, until it is read
imports/tables/<name>/<id>.parquet  what reports join: keys and named columns
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib import cloud
from chalicelib.cloud_tables import Table, absent, made, writing
from chalicelib.insight.model_imports import FileUploadView, Import, Used
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Unavailable
from chalicelib.settings import settings

_IMPORTS, _DATASETS, _KIND, _DUE = "IMPORTS", "DATASETS", "imp_", "import"
_UPLOAD_SECONDS, _AT_ONCE = 3_600, 50
_GONE = frozenset({"NoSuchKey", "404"})


class _DueIndex(GlobalSecondaryIndex["_ImportItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_key = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class _ImportItem(Table):
    setting = "cases_table"
    due = _DueIndex()
    due_key = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    imported = UnicodeAttribute()
    version = NumberAttribute()


class _DatasetItem(Table):
    setting = "cases_table"
    import_id = UnicodeAttribute()
    used = UnicodeAttribute()


def add(new: Import) -> None:
    _item(new, 0).keep_new()


def one(import_id: str) -> Import | None:
    found = _ImportItem.find(_IMPORTS, import_id)
    return _import(found) if found else None


def newest(position: str | None, limit: int) -> tuple[list[Import], str | None]:
    found, following = _ImportItem.newest(_IMPORTS, _KIND, position, limit)
    return [_import(item) for item in found], following


def due(at: datetime) -> list[str]:
    """Candidates only, the oldest first."""
    found = _ImportItem.due.query(_DUE, _ImportItem.due_at <= clock.written(at), limit=_AT_ONCE)
    return [item.sk for item in found]


def swap(seen: Import, now: Import) -> Import | None:
    """As it stands then; None if it is not as it was seen any more."""
    item = _item(now, seen.version + 1)
    done = made(lambda: item.save(_ImportItem.version == seen.version))
    return _import(item) if done else None


def use(seen: Import, now: Import) -> bool:
    """It is ready, and what its name means from now on, unless a newer one is already; False if something changed."""
    known = _DatasetItem.find(_DATASETS, now.wish.name)
    if known and known.import_id > now.id:
        return swap(seen, now) is not None
    return _together(seen, now, known, now)


def stop_using(seen: Import, now: Import) -> bool:
    """It is deleted; the newest other one that is ready is what its name means. False if something changed."""
    known = _DatasetItem.find(_DATASETS, now.wish.name)
    if known is None or known.import_id != now.id:
        return swap(seen, now) is not None
    return _together(seen, now, known, _another(seen))


def _another(than: Import) -> Import | None:
    query = _ImportItem.query(
        _IMPORTS, _ImportItem.sk.startswith(_KIND), consistent_read=True, scan_index_forward=False
    )
    others = (one for one in map(_import, query) if one.wish.name == than.wish.name and one.id != than.id)
    return next((one for one in others if one.could_be_used), None)


def _together(seen: Import, now: Import, known: _DatasetItem | None, used: Import | None) -> bool:
    unchanged = (_DatasetItem.import_id == known.import_id) if known else absent()

    def write() -> None:
        with writing() as together:
            together.save(_item(now, seen.version + 1), _ImportItem.version == seen.version)
            if used is None:
                together.delete(_DatasetItem(_DATASETS, now.wish.name), unchanged)
                return
            told = msgspec.json.encode(used.used).decode()
            together.save(_DatasetItem(_DATASETS, now.wish.name, import_id=used.id, used=told), unchanged)

    return made(write)


def used(name: str) -> Used | None:
    """What reports mean by a name."""
    found = _DatasetItem.find(_DATASETS, name)
    return msgspec.json.decode(found.used, type=Used) if found else None


def used_ids(names: Collection[str]) -> set[str]:
    """Which imports at most a hundred names mean."""
    keys = [(_DATASETS, name) for name in sorted(set(names))]
    found = _DatasetItem.several(keys, ["import_id"]) if keys else []
    return {item["import_id"]["S"] for item in found}


def forget(seen: Import) -> None:
    made(lambda: _ImportItem(_IMPORTS, seen.id).delete(_ImportItem.version == seen.version))


def upload(new: Import, at: datetime) -> FileUploadView:
    """Made without a call."""
    checksum = base64.b64encode(bytes.fromhex(new.wish.sha256)).decode()
    wanted = {**_place(new), "ChecksumSHA256": checksum, "ContentLength": new.wish.bytes}
    url: str = _s3().generate_presigned_url("put_object", Params=wanted, ExpiresIn=_UPLOAD_SECONDS)
    expires_at = clock.written(at + timedelta(seconds=_UPLOAD_SECONDS))
    return FileUploadView(url, {"x-amz-checksum-sha256": checksum}, expires_at)


def is_there(seen: Import) -> bool:
    """Whether it has been uploaded. Raises Unavailable."""
    try:
        _s3().head_object(**_place(seen))
    except (BotoCoreError, ClientError) as error:
        if isinstance(error, ClientError) and error.response["Error"]["Code"] in _GONE:
            return False
        raise Unavailable(retry_after_seconds=1) from error
    return True


def fetch(seen: Import, target: Path) -> str:
    """The SHA-256 of what has come. Raises Unavailable."""
    digest = hashlib.sha256()
    try:
        body = _s3().get_object(**_place(seen))["Body"]
        with target.open("wb") as file:
            for piece in iter(lambda: body.read(1 << 20), b""):
                digest.update(piece)
                file.write(piece)
    except (BotoCoreError, ClientError) as error:
        raise Unavailable(retry_after_seconds=1) from error
    return digest.hexdigest()


_APART = {"due_at": None, "version": 0}
"""What has an attribute of its own."""


def _item(one: Import, version: int) -> _ImportItem:
    told = msgspec.json.encode(msgspec.structs.replace(one, **_APART)).decode()
    due_key = _DUE if one.due_at else None
    return _ImportItem(_IMPORTS, one.id, due_key=due_key, due_at=one.due_at, imported=told, version=version)


def _import(item: _ImportItem) -> Import:
    kept = msgspec.json.decode(item.imported, type=Import)
    return msgspec.structs.replace(kept, due_at=item.due_at, version=int(item.version))


def _place(one: Import) -> dict[str, str]:
    return {"Bucket": settings().lake_bucket, "Key": one.raw}


def _s3() -> Any:
    return cloud.client("s3")
