"""What only the *access* function may read: the pepper of keyed hashes and the key that signs tokens."""

from __future__ import annotations

import hmac
from typing import Any

from chalicelib import cloud
from chalicelib.settings import settings


def mark(purpose: str, *parts: str) -> str:
    """A keyed hash (HMAC-SHA256, hex): the same for the same parts, told from every other purpose, no way back."""
    return seal(purpose, *(part.encode() for part in parts)).hex()


def login(identifier: str) -> str:
    """The mark under which a canonical name is looked up."""
    return mark("login", identifier)


def seal(purpose: str, *parts: bytes) -> bytes:
    message = b"".join(len(part).to_bytes(4, "big") + part for part in (purpose.encode(), *parts))
    return hmac.digest(bytes.fromhex(_secret()["pepper"]), message, "sha256")


def signing_key() -> dict[str, Any]:
    """A private JWK (RFC 7517) with its `kid`."""
    found: dict[str, Any] = _secret()["signing_key"]
    return found


def _secret() -> dict[str, Any]:
    return cloud.secret(settings().access_secret_id)
