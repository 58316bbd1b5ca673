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

_PREFIX, _NUMBER_BYTES, _TIME_BYTES, _SEAL_BYTES = "cdt_", 16, 5, 32
_MARK_LETTERS = 16


def token(user_id: str, at: datetime, given: str | None = None) -> str:
    """Of a device that is new to this person. It keeps the number that it shows, whoever it was given to."""
    number = bytes.fromhex(_number(given)) or entropy.token(_NUMBER_BYTES)
    body = number + int(at.timestamp()).to_bytes(_TIME_BYTES, "big")
    return _PREFIX + urlsafe_b64encode(body + _seal(user_id, body)).decode()


def again(user_id: str, given: str | None, at: datetime) -> str:
    """The one that it has, which stays as old as it is, or its first."""
    return given if given and known(user_id, given) else token(user_id, at, given)


def known(user_id: str, given: str | None) -> str:
    """The device's number, hex; empty unless we gave this token to a device of this person."""
    return _body(user_id, given)[:_NUMBER_BYTES].hex()


def mark(given: str | None) -> str:
    """Of the device that shows it, the same for whoever signs in there; nobody is let in by it, so no seal is asked
    for: whoever knows the number has the token."""
    number = _number(given)
    return secrets.mark("device-number", number)[:_MARK_LETTERS] if number else ""


def since(user_id: str, given: str | None) -> datetime | None:
    """When it was first given, to the second; None likewise."""
    body = _body(user_id, given)
    return datetime.fromtimestamp(int.from_bytes(body[_NUMBER_BYTES:], "big"), UTC) if body else None


def _number(given: str | None) -> str:
    """Hex; empty of what is none of ours by its form."""
    raw = _raw(given)
    return raw[:_NUMBER_BYTES].hex() if len(raw) == _NUMBER_BYTES + _TIME_BYTES + _SEAL_BYTES else ""


def _raw(given: str | None) -> bytes:
    try:
        return urlsafe_b64decode((given or "").removeprefix(_PREFIX).encode("ascii"))
    except ValueError:
        return b""


def _body(user_id: str, given: str | None) -> bytes:
    raw = _raw(given)
    body, seal = raw[: _NUMBER_BYTES + _TIME_BYTES], raw[_NUMBER_BYTES + _TIME_BYTES :]
    return body if hmac.compare_digest(seal, _seal(user_id, body)) else b""


def _seal(user_id: str, body: bytes) -> bytes:
    return secrets.seal("device-token", user_id.encode(), body)
