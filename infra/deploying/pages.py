"""The pages into their bucket, each with its kind and `no-cache`; what nobody asks for any more goes last."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from infra import pages, publish


def synced(storage: Any, bucket: str, site: bytes) -> tuple[int, int]:
    """`site`: a zip of the pages → how many were brought, how many taken away."""
    with zipfile.ZipFile(io.BytesIO(site)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    with ThreadPoolExecutor(max_workers=8) as pool:
        for done in [pool.submit(_put, storage, bucket, name, body) for name, body in files.items()]:
            done.result()
    gone = [name for name in _there(storage, bucket) if name not in files]
    for start in range(0, len(gone), 1000):
        objects = [{"Key": name} for name in gone[start : start + 1000]]
        storage.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
    return len(files), len(gone)


def _put(storage: Any, bucket: str, name: str, body: bytes) -> None:
    kind = pages.content_type(Path(name))
    storage.put_object(Bucket=bucket, Key=name, Body=body, ContentType=kind, CacheControl=publish.CACHING)


def _there(storage: Any, bucket: str) -> Iterator[str]:
    for page in storage.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        yield from (one["Key"] for one in page.get("Contents", ()))
