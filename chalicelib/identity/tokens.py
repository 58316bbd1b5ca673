"""Access tokens: JWS with ES256 (RFC 7515, RFC 9068), good for ten minutes, verified without any AWS call.

The header is exactly alg, typ and kid: whatever else a token brings (`jwk`, `jku`, `crit` …) is refused unread.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from datetime import datetime
from functools import cache
from typing import Literal

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from chalicelib.identity import secrets
from chalicelib.kernel import ids
from chalicelib.kernel.errors import InvalidToken
from chalicelib.settings import settings

LIFETIME_SECONDS = 600
AUDIENCE = "coffer"
_MAX_BYTES = 4096
_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}")


class Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    iss: str
    aud: str
    sub: str
    sid: str
    jti: str
    iat: int
    exp: int
    wallets: tuple[str, ...]
    tier: int
    epoch: int
    jur: str
    role: str


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    alg: Literal["ES256"]
    typ: Literal["at+jwt"]
    kid: str


_header = msgspec.json.Decoder(_Header)
_claims = msgspec.json.Decoder(Claims)


def issue(
    *, user_id: str, session_id: str, wallets: tuple[str, ...], tier: int, epoch: int, jur: str, role: str, at: datetime
) -> str:
    issued_at = int(at.timestamp())
    claims = Claims(
        iss=settings().public_url,
        aud=AUDIENCE,
        sub=user_id,
        sid=session_id,
        jti=ids.new("tok", at),
        iat=issued_at,
        exp=issued_at + LIFETIME_SECONDS,
        wallets=wallets,
        tier=tier,
        epoch=epoch,
        jur=jur,
        role=role,
    )
    key = secrets.signing_key()
    header = {"alg": "ES256", "typ": "at+jwt", "kid": key["kid"]}
    return jws.serialize_compact(header, msgspec.json.encode(claims), ECKey.import_key(key), registry=_registry())


def verified(token: str, at: datetime) -> Claims:
    """The claims of one of our tokens that is still good. Raises InvalidToken."""
    try:
        claims = _claims.decode(_signed_payload(token))
    except (JoseError, ValueError) as error:
        raise InvalidToken() from error
    if claims.iss != settings().public_url or claims.aud != AUDIENCE or claims.exp <= at.timestamp():
        raise InvalidToken()
    return claims


def _signed_payload(token: str) -> bytes:
    if len(token) > _MAX_BYTES or not _TOKEN.fullmatch(token):
        raise InvalidToken()
    header = token.partition(".")[0]
    key = _public_keys(settings().token_public_keys).get(_header.decode(_bytes(header)).kid)
    if key is None:
        raise InvalidToken()
    return jws.deserialize_compact(token, key, registry=_registry()).payload


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@cache
def _registry() -> jws.JWSRegistry:
    return jws.JWSRegistry(algorithms=["ES256"])


@cache
def _public_keys(jwks: str) -> dict[str, ECKey]:
    return {key["kid"]: ECKey.import_key(key) for key in msgspec.json.decode(jwks)["keys"]}
