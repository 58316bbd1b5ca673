"""Known devices: what a device shows of having signed in before.

`cdt_` and base64url of the device's number, when it was first given, and a seal over user and both. Nothing of it is
kept: who does not hold the pepper cannot make one, and of another person's account it opens nothing. It is no
credential: it gives a device tries of its own, so that strangers who fail with a name lock out strangers only; and once
it is a day old, its device is no longer a new one.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime

from chalicelib.identity import secrets
from chalicelib.kernel import entropy

_PREFIX, _NUMBER_BYTES, _TIME_BYTES = "cdt_", 16, 5


def token(user_id: str, at: datetime) -> str:
    """Of a device that is new to this person."""
    body = entropy.token(_NUMBER_BYTES) + int(at.timestamp()).to_bytes(_TIME_BYTES, "big")
    return _PREFIX + urlsafe_b64encode(body + _seal(user_id, body)).decode()


def again(user_id: str, given: str | None, at: datetime) -> str:
    """The one that it has, which stays as old as it is, or its first."""
    return given if given and known(user_id, given) else token(user_id, at)


def known(user_id: str, given: str | None) -> str:
    """The device's number, hex; empty unless we gave this token to a device of this person."""
    return _body(user_id, given)[:_NUMBER_BYTES].hex()


def since(user_id: str, given: str | None) -> datetime | None:
    """When it was first given, to the second; None likewise."""
    body = _body(user_id, given)
    return datetime.fromtimestamp(int.from_bytes(body[_NUMBER_BYTES:], "big"), UTC) if body else None


def _body(user_id: str, given: str | None) -> bytes:
    try:
        raw = urlsafe_b64decode((given or "").removeprefix(_PREFIX).encode("ascii"))
    except ValueError:
        raw = b""
    body, seal = raw[: _NUMBER_BYTES + _TIME_BYTES], raw[_NUMBER_BYTES + _TIME_BYTES :]
    return body if hmac.compare_digest(seal, _seal(user_id, body)) else b""


def _seal(user_id: str, body: bytes) -> bytes:
    return secrets.seal("device-token", user_id.encode(), body)
