"""Refresh tokens: `crt_` and base64url of user, session, generation, a secret, and a seal over all of these.

The seal tells our own tokens, however old, from made-up ones without a look at the table. A successor follows from its
predecessor, so that a lost answer can be given again; without the pepper nobody can make it, and the table
holds only hashes.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, replace

from chalicelib.identity import secrets
from chalicelib.kernel import entropy, ids
from chalicelib.kernel.errors import InvalidToken

_PREFIX = "crt_"
_SECRET_BYTES = 32
_BODY_BYTES = 16 + 16 + 4 + _SECRET_BYTES
_SEAL_BYTES = 32


@dataclass(frozen=True, slots=True)
class RefreshToken:
    user_id: str
    session_id: str
    generation: int
    secret: bytes

    @property
    def written(self) -> str:
        body = ids.packed(self.user_id) + ids.packed(self.session_id) + self.generation.to_bytes(4, "big") + self.secret
        return _PREFIX + urlsafe_b64encode(body + _seal(body)).decode()

    @property
    def hash(self) -> str:
        """What the table keeps: SHA-256, hex."""
        return hashlib.sha256(self.written.encode()).hexdigest()

    @property
    def successor(self) -> RefreshToken:
        return replace(
            self, generation=self.generation + 1, secret=secrets.seal("refresh-successor", self.written.encode())
        )


def first(user_id: str, session_id: str) -> RefreshToken:
    return RefreshToken(user_id, session_id, 0, entropy.token(_SECRET_BYTES))


def read(text: str) -> RefreshToken:
    """A token that we once made, used or not. Raises InvalidToken."""
    try:
        raw = urlsafe_b64decode(text.removeprefix(_PREFIX).encode("ascii"))
    except ValueError as error:
        raise InvalidToken() from error
    body, seal = raw[:_BODY_BYTES], raw[_BODY_BYTES:]
    if len(seal) != _SEAL_BYTES or not hmac.compare_digest(seal, _seal(body)):
        raise InvalidToken()
    generation = int.from_bytes(body[32:36], "big")
    token = RefreshToken(ids.unpacked("usr", body[:16]), ids.unpacked("ses", body[16:32]), generation, body[36:])
    if token.written != text:
        raise InvalidToken()
    return token


def _seal(body: bytes) -> bytes:
    return secrets.seal("refresh-token", body)
