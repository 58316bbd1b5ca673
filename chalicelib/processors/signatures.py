"""What all signed webhooks share: fresh in both directions, compared in constant time, over the raw bytes."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from chalicelib.kernel.errors import InvalidSignature

TOLERANCE_SECONDS = 300
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)


def header(headers: Mapping[str, str], name: str) -> str:
    """The value of header `name`, whatever its case; InvalidSignature if it is missing or empty."""
    for key, value in headers.items():
        if key.lower() == name and value:
            return value
    raise InvalidSignature


def check_fresh(timestamp: str, at: datetime) -> None:
    """`timestamp` is Unix seconds as sent. The official SDKs accept the future: we do not."""
    if not _TIMESTAMP.fullmatch(timestamp) or abs(int(at.timestamp()) - int(timestamp)) > TOLERANCE_SECONDS:
        raise InvalidSignature


def hmac_sha256(key: bytes, *parts: bytes) -> bytes:
    return hmac.new(key, b".".join(parts), hashlib.sha256).digest()


def check_any(expected: str, offered: Iterable[str]) -> None:
    """One of `offered` must equal `expected`; all are compared, each in constant time."""
    matches = [hmac.compare_digest(expected.encode(), candidate.encode()) for candidate in offered]
    if not any(matches):
        raise InvalidSignature
