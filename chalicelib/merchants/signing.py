"""Signatures of Standard Webhooks: `v1,` and an HMAC-SHA256 over id, timestamp and body, in base64.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterable

from chalicelib.kernel import entropy

PREFIX = "whsec_"
_SECRET_BYTES = 32


def fresh() -> str:
    return PREFIX + b64encode(entropy.token(_SECRET_BYTES)).decode()


def headers(event_id: str, timestamp: int, body: bytes, secrets: Iterable[str]) -> dict[str, str]:
    """One signature for each secret, separated by a space: while one is rotated, either verifies."""
    signatures = " ".join(_signature(secret, event_id, timestamp, body) for secret in secrets)
    return {"webhook-id": event_id, "webhook-timestamp": str(timestamp), "webhook-signature": signatures}


def _signature(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    signed = f"{event_id}.{timestamp}.".encode() + body
    digest = hmac.new(b64decode(secret.removeprefix(PREFIX)), signed, hashlib.sha256).digest()
    return "v1," + b64encode(digest).decode()
