"""Signatures of Standard Webhooks: `v1,` and an HMAC-SHA256 over id, timestamp and body, in base64.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.kernel import clock, entropy
from chalicelib.kernel.errors import InvalidState

PREFIX = "whsec_"
_SECRET_BYTES = 32
MOST_ALONG = 4
"""Whoever lost an answer may ask again; each signature makes a request longer."""


@dataclass(frozen=True, slots=True)
class OldSecret:
    secret: str
    ends_at: datetime


def along(old: Sequence[OldSecret], at: datetime) -> tuple[OldSecret, ...]:
    """Those that sign along still, the newest first."""
    return tuple(one for one in old if one.ends_at > at)


def following(old: Sequence[OldSecret], replaced: str, ends_at: datetime, at: datetime) -> tuple[OldSecret, ...]:
    """With what is `replaced` now: no end that was promised before comes sooner. Raises InvalidState (too-many)."""
    known = along((OldSecret(replaced, ends_at), *old), at)
    if len(known) > MOST_ALONG:
        raise InvalidState(state="too-many")
    return known


def last_end(old: Sequence[OldSecret], at: datetime) -> datetime | None:
    """When only the newest secret signs."""
    return max((one.ends_at for one in along(old, at)), default=None)


def written(old: Sequence[OldSecret]) -> str:
    """As one text, to be sealed."""
    return "\n".join(f"{one.secret} {clock.written(one.ends_at)}" for one in old)


def read(text: str) -> tuple[OldSecret, ...]:
    pairs = (line.split(" ") for line in text.splitlines())
    return tuple(OldSecret(secret, clock.read(ends_at)) for secret, ends_at in pairs)


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
