"""An archive of what is kept of a person, on its way or ready to be fetched."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from chalicelib.kernel import clock

Status = Literal["pending", "ready", "failed"]
KEPT = timedelta(days=7)
ASKED_AGAIN = timedelta(minutes=5)
"""When another tries to make it if the first was cut short."""
MOST_TRIES = 5
LINK_SECONDS, RETRY_AFTER_SECONDS = 300, 60
MANIFEST, SIGNATURE = "manifest.json", "manifest.jws"
_DAY_ONE = (1980, 1, 1, 0, 0, 0)
"""Of every file in the archive: its name and content alone make its bytes."""


class ExportView(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    status: Status
    asked_at: str
    ready_at: str = ""
    expires_at: str = ""
    bytes: int = 0
    sha256: str = ""
    download_url: str = ""
    """Good for five minutes, for whoever has it."""


@dataclass(frozen=True, slots=True)
class Export:
    id: str
    user_id: str
    status: Status
    asked_at: datetime
    logins: tuple[str, ...] = ()
    """The marks of their names, which whoever makes it cannot work out."""
    tries: int = 0
    ready_at: datetime | None = None
    bytes: int = 0
    sha256: str = ""

    @property
    def expires_at(self) -> datetime:
        return (self.ready_at or self.asked_at) + KEPT

    @property
    def place(self) -> str:
        """In the bucket."""
        return f"archives/{self.id}.zip"

    def view(self, download_url: str = "") -> ExportView:
        asked = clock.written(self.asked_at)
        if self.ready_at is None:
            return ExportView(self.id, self.status, asked)
        ready, expires = clock.written(self.ready_at), clock.written(self.expires_at)
        return ExportView(self.id, self.status, asked, ready, expires, self.bytes, self.sha256, download_url)


def packed(files: Mapping[str, bytes], about: Mapping[str, str], sign: Callable[[bytes], str]) -> bytes:
    """A ZIP with a manifest (`about`, and the SHA-256 of each file) and what is signed of it: its own SHA-256."""
    sums = {name: {"sha256": sha256(content), "bytes": len(content)} for name, content in files.items()}
    manifest = msgspec.json.format(msgspec.json.encode({**about, "files": sums}))
    signature = sign(msgspec.json.encode({**about, "manifest_sha256": sha256(manifest)})).encode()
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in {**files, MANIFEST: manifest, SIGNATURE: signature}.items():
            archive.writestr(zipfile.ZipInfo(name, _DAY_ONE), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
