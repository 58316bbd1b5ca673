"""Lists by page: `limit`, and a cursor that only we can make, good for one list and one caller.

A cursor is base64url of MAC (16 bytes), hash of the caller (8), hash of the list and its filters (8), position.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.kernel.errors import InvalidCursor, InvalidRequest, NotFound
from chalicelib.settings import settings

PARAMETERS = frozenset({"limit", "cursor"})
DEFAULT_LIMIT = 20
MAX_LIMIT = 100
_MAX_CURSOR = 2048


@dataclass(frozen=True, slots=True)
class Page:
    """What part of a list is asked for. `cursor` is the position that `envelope` was given, None at the start."""

    limit: int
    cursor: str | None
    scope: bytes

    def envelope(self, data: Sequence[Any], position: str | None) -> dict[str, Any]:
        """The answer's body; `position` is where the next page starts, None if this is the last."""
        following = None if position is None else _signed(self.scope + position.encode())
        return {"data": list(data), "has_more": position is not None, "next_cursor": following}


def page_of(query: Mapping[str, str], subject: str, target: str) -> Page:
    """The page that `query` asks of the list at `target`; InvalidRequest, InvalidCursor, or NotFound (another's)."""
    owner, listed = _hash(subject), _hash(target, *_filters(query))
    cursor = query.get("cursor")
    position = None if cursor is None else _position(cursor, owner, listed)
    return Page(_limit(query.get("limit")), position, owner + listed)


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= MAX_LIMIT):
        raise InvalidRequest(param="limit")
    return int(text)


def _position(cursor: str, owner: bytes, listed: bytes) -> str:
    payload = _opened(cursor)
    if payload[:8] != owner:
        raise NotFound
    if payload[8:16] != listed:
        raise InvalidCursor(param="cursor")
    return payload[16:].decode()


def _filters(query: Mapping[str, str]) -> list[str]:
    return [text for name in sorted(query.keys() - PARAMETERS) for text in (name, query[name])]


def _hash(*parts: str) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode()
        digest.update(len(raw).to_bytes(4, "big") + raw)
    return digest.digest()[:8]


def _mac(payload: bytes) -> bytes:
    return hmac.digest(settings().cursor_key.encode(), b"coffer.cursor.v1" + payload, "sha256")[:16]


def _signed(payload: bytes) -> str:
    return urlsafe_b64encode(_mac(payload) + payload).decode().rstrip("=")


def _opened(cursor: str) -> bytes:
    """The payload of one of our cursors, written exactly as we write it; InvalidCursor otherwise."""
    try:
        sealed = urlsafe_b64decode(cursor[:_MAX_CURSOR].encode("ascii") + b"==")
    except ValueError as unreadable:
        raise InvalidCursor(param="cursor") from unreadable
    payload = sealed[16:]
    if not hmac.compare_digest(_signed(payload).encode(), cursor.encode()):
        raise InvalidCursor(param="cursor")
    return payload
