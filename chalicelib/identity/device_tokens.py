"""Known devices: what a device shows of having signed in before.

`cdt_` and base64url of the device's number and a seal over user and number. Nothing of it is kept: who does not hold
the pepper cannot make one, and of another person's account it opens nothing. It is no credential: it gives a device
tries of its own, so that strangers who fail with a name lock out strangers only.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

from chalicelib.identity import secrets
from chalicelib.kernel import entropy

_PREFIX, _NUMBER_BYTES = "cdt_", 16


def token(user_id: str) -> str:
    """Of a device that is new to this person."""
    number = entropy.token(_NUMBER_BYTES)
    return _PREFIX + urlsafe_b64encode(number + _seal(user_id, number)).decode()


def again(user_id: str, given: str | None) -> str:
    """The one that it has, or its first."""
    return given if given and known(user_id, given) else token(user_id)


def known(user_id: str, given: str | None) -> str:
    """The device's number, hex; empty unless we gave this token to a device of this person."""
    try:
        raw = urlsafe_b64decode((given or "").removeprefix(_PREFIX).encode("ascii"))
    except ValueError:
        raw = b""
    number, seal = raw[:_NUMBER_BYTES], raw[_NUMBER_BYTES:]
    return number.hex() if hmac.compare_digest(seal, _seal(user_id, number)) else ""


def _seal(user_id: str, number: bytes) -> bytes:
    return secrets.seal("device-token", user_id.encode(), number)
