"""What makes a request itself (its key) and what it was answered (its receipt)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.kernel import ids
from chalicelib.kernel.errors import CofferError


@dataclass(frozen=True, slots=True)
class Receipt:
    """An answer as it was first given: every later delivery gets the same bytes."""

    status: int
    body: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class RequestKey:
    """One Idempotency-Key, in the scope of its caller, method and path."""

    caller: str
    route: str
    key: str
    fingerprint: bytes
    refuse: Callable[[CofferError], Receipt]
    language: str = "en"
    """In which a refusal is answered, and kept."""
    request_id: str = ""
    """Of the request that brought it."""
    only_replay: bool = False
    """Whoever sends it wants to know what was answered before, and nothing done."""

    def movement_id(self, prefix: str) -> str:
        return ids.derived(prefix, self.caller, self.route, self.key)


def fingerprint(method: str, path: str, body: bytes) -> bytes:
    """16 bytes that tell one request from another under the same key."""
    digest = hashlib.sha256(b"coffer.request.v1")
    for part in (method.encode(), path.encode(), body):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()[:16]
