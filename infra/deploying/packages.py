"""The bucket of packages: what was deployed once can be deployed again, byte for byte.

code/<sha256>.zip       what the functions run, and the layer of those who analyse
templates/<sha256>.json what CloudFormation reads
versions/<version>.json the template of a version, which names its code
versions/<version>.zip  its pages
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

CODE, LAYER = '"./deployment.zip"', '"./layer.zip"'
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


class NoSuchVersion(Exception):
    """Named are those that there are."""


@dataclass(frozen=True)
class Packages:
    """`storage`: a client of S3 in `region`. `account`: whose the bucket must be, for its name is the whole world's,
    and whoever had it first could change what is deployed."""

    storage: Any
    bucket: str
    region: str
    account: str

    def made_ready(self) -> bool:
        """Creates the bucket if it is not there, closed to the public; whether it was created."""
        try:
            self.storage.head_bucket(**self._ours)
            return False
        except ClientError as refused:
            if refused.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
                raise
        where = {"CreateBucketConfiguration": {"LocationConstraint": self.region}}
        self.storage.create_bucket(Bucket=self.bucket, **(where if self.region != "us-east-1" else {}))
        closed = dict.fromkeys(
            ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
        )
        self.storage.put_public_access_block(**self._ours, PublicAccessBlockConfiguration=closed)
        return True

    def coded(self, code: bytes) -> str:
        """Brings the code there → where it is."""
        name = f"code/{_digest(code)}.zip"
        self._once(name, code)
        return f"s3://{self.bucket}/{name}"

    def templated(self, template: Mapping[str, Any]) -> str:
        """Brings a template there → its URL."""
        written = json.dumps(template, separators=(",", ":")).encode()
        name = f"templates/{_digest(written)}.json"
        self._once(name, written)
        return f"{self.storage.meta.endpoint_url}/{self.bucket}/{name}"

    def keep(self, version: str, template: Mapping[str, Any], site: bytes) -> None:
        """`template` names its code already."""
        self._put(f"versions/{version}.zip", site)
        self._put(f"versions/{version}.json", json.dumps(template).encode())

    def kept(self, version: str) -> tuple[dict[str, Any], bytes]:
        """Template and pages of a version. Raises NoSuchVersion; ClientError if S3 does not say whether it is there."""
        try:
            template: dict[str, Any] = json.loads(self._get(f"versions/{version}.json"))
            return template, self._get(f"versions/{version}.zip")
        except ClientError as missing:
            if missing.response["Error"]["Code"] not in ("NoSuchKey", "404"):
                raise
            there = ", ".join(self.versions()) or "none"
            raise NoSuchVersion(f"{version} was never deployed from {self.bucket}. Versions: {there}") from missing

    def versions(self) -> list[str]:
        """The newest first."""
        pages = self.storage.get_paginator("list_objects_v2").paginate(**self._ours, Prefix="versions/")
        found = [one for page in pages for one in page.get("Contents", ()) if one["Key"].endswith(".json")]
        newest_first = sorted(found, key=lambda one: one["LastModified"], reverse=True)
        return [one["Key"].removeprefix("versions/").removesuffix(".json") for one in newest_first]

    @property
    def _ours(self) -> dict[str, str]:
        return {"Bucket": self.bucket, "ExpectedBucketOwner": self.account}

    def _once(self, name: str, body: bytes) -> None:
        try:
            self.storage.head_object(**self._ours, Key=name)
        except ClientError:
            self._put(name, body)

    def _put(self, name: str, body: bytes) -> None:
        self.storage.put_object(**self._ours, Key=name, Body=body)

    def _get(self, name: str) -> bytes:
        found: bytes = self.storage.get_object(**self._ours, Key=name)["Body"].read()
        return found


def with_code(template: Mapping[str, Any], code: str, layer: str) -> dict[str, Any]:
    """`code`, `layer`: where they are."""
    written = json.dumps(template).replace(CODE, json.dumps(code)).replace(LAYER, json.dumps(layer))
    found: dict[str, Any] = json.loads(written)
    return found


def zipped(folder: Path) -> bytes:
    """The same bytes for the same files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(one for one in folder.rglob("*") if one.is_file()):
            name = zipfile.ZipInfo(file.relative_to(folder).as_posix(), _LONG_AGO)
            name.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(name, file.read_bytes())
    return made.getvalue()


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]
