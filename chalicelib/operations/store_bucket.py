"""The bucket of backups: files of items as DynamoDB's export writes them (a line of JSON each, gzip), and manifests.

<kept>/<backup>/<table>/AWSDynamoDB/<export>/data/<file>.json.gz      <kept>/<backup>/manifest.json

What is written here is locked until its time is over: nobody, whoever they are, removes or shortens it before.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec
from botocore.exceptions import ClientError

from chalicelib import cloud
from chalicelib.cloud_dynamodb import with_bytes
from chalicelib.operations.model_backups import Manifest, Part, Wired
from chalicelib.settings import settings

_MANIFEST = "manifest.json"
_PIECE_BYTES = 1 << 20


class Opened:
    """One file, read once from its beginning to its end: its items, and then the SHA-256 of its bytes."""

    def __init__(self, key: str) -> None:
        self._digest = hashlib.sha256()
        self._body = cloud.client("s3").get_object(Bucket=settings().backups_bucket, Key=key)["Body"]

    def read(self, size: int = -1) -> bytes:
        """For gzip, which asks for so much at a time."""
        raw: bytes = self._body.read(size if size >= 0 else _PIECE_BYTES)
        self._digest.update(raw)
        return raw

    def items(self) -> Iterator[Wired]:
        with gzip.GzipFile(fileobj=self, mode="rb") as lines:  # type: ignore[call-overload]
            for line in lines:
                yield with_bytes(msgspec.json.decode(line)["Item"])

    def digest(self) -> bytes:
        while self.read(_PIECE_BYTES):
            """What comes after the last item belongs to the file as well."""
        return self._digest.digest()


def files(part: Part) -> list[str]:
    """The names of its files, in order."""
    found: list[str] = []
    start: dict[str, Any] = {}
    while True:
        answer = cloud.client("s3").list_objects_v2(Bucket=settings().backups_bucket, Prefix=part.folder, **start)
        found += [one["Key"] for one in answer.get("Contents", []) if "/data/" in one["Key"]]
        if not answer.get("IsTruncated"):
            return sorted(key for key in found if key.endswith(".gz"))
        start = {"ContinuationToken": answer["NextContinuationToken"]}


def put_items(part: Part, number: int, items: Iterable[Wired], until: datetime) -> None:
    """One more file of a table that we read ourselves; the same number again takes the place of a half-made run's."""
    lines = b"".join(msgspec.json.encode({"Item": one}) + b"\n" for one in items)
    key = f"{part.folder}ours/data/{number:08d}.json.gz"
    _put(key, gzip.compress(lines, mtime=0), "application/gzip", until)


def lock(key: str, until: datetime) -> None:
    """Of a file that DynamoDB wrote: it takes no word about locks itself."""
    cloud.client("s3").put_object_retention(
        Bucket=settings().backups_bucket, Key=key, Retention={"Mode": settings().backups_lock, "RetainUntilDate": until}
    )


def put_manifest(prefix: str, manifest: Manifest, until: datetime) -> str:
    """Its SHA-256."""
    _put(f"{prefix}/{_MANIFEST}", manifest.written, "application/json", until)
    return hashlib.sha256(manifest.written).hexdigest()


def manifest(prefix: str) -> tuple[Manifest, str] | None:
    """And the SHA-256 of its bytes; None if there is none, or not such a one."""
    try:
        answer = cloud.client("s3").get_object(Bucket=settings().backups_bucket, Key=f"{prefix}/{_MANIFEST}")
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
            return None
        raise
    raw: bytes = answer["Body"].read()
    return msgspec.json.decode(raw, type=Manifest), hashlib.sha256(raw).hexdigest()


def manifests() -> list[str]:
    """Prefixes of all whole backups that the bucket holds, the newest last: ids sort by time."""
    found: list[str] = []
    for kept in ("hourly", "daily", "monthly", "yearly"):
        found += [prefix for prefix in _folders(f"{kept}/") if _is_there(f"{prefix}/{_MANIFEST}")]
    return sorted(found, key=lambda prefix: prefix.partition("/")[2])


def _folders(prefix: str) -> list[str]:
    found: list[str] = []
    start: dict[str, Any] = {}
    while True:
        answer = cloud.client("s3").list_objects_v2(
            Bucket=settings().backups_bucket, Prefix=prefix, Delimiter="/", **start
        )
        found += [one["Prefix"].rstrip("/") for one in answer.get("CommonPrefixes", [])]
        if not answer.get("IsTruncated"):
            return found
        start = {"ContinuationToken": answer["NextContinuationToken"]}


def _is_there(key: str) -> bool:
    answer = cloud.client("s3").list_objects_v2(Bucket=settings().backups_bucket, Prefix=key, MaxKeys=1)
    return any(one["Key"] == key for one in answer.get("Contents", []))


def _put(key: str, body: bytes, kind: str, until: datetime) -> None:
    cloud.client("s3").put_object(
        Bucket=settings().backups_bucket,
        Key=key,
        Body=body,
        ContentType=kind,
        ChecksumAlgorithm="SHA256",
        ObjectLockMode=settings().backups_lock,
        ObjectLockRetainUntilDate=until,
    )
