"""Access tokens: JWS with ES256 (RFC 7515, RFC 9068), good for ten minutes, verified without any AWS call.

The header is exactly alg, typ and kid: whatever else a token brings (`jwk`, `jku`, `crit` …) is refused unread. What is
left to verify is one ES256 signature (RFC 7518 §3.4), on the path of every payment: by `cryptography` itself.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from functools import cache
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from chalicelib.identity import secrets
from chalicelib.kernel import ids
from chalicelib.kernel.errors import InvalidToken
from chalicelib.settings import settings

LIFETIME_SECONDS = 600
AUDIENCE = "coffer"
_MAX_BYTES = 4096
_ES256 = ec.ECDSA(SHA256())
_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}")


class Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
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
    ward: bool = False
    """Whether a guardian must agree to large payments."""
    mfa: bool = False
    """Whether the session began with a second factor."""
    ways: str = ""
    step: int = 0
    cool: int = 0
    risk: bool = False
    name: str = ""
    """What others see them called, masked."""
    dev: str = ""
    """A mark of the device."""


ACCESS = "at+jwt"


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    alg: Literal["ES256"]
    typ: str
    kid: str


_header = msgspec.json.Decoder(_Header)
_claims = msgspec.json.Decoder(Claims)


def issue(
    *,
    user_id: str,
    session_id: str,
    wallets: tuple[str, ...],
    tier: int,
    epoch: int,
    jur: str,
    role: str,
    at: datetime,
    ward: bool = False,
    mfa: bool = False,
    ways: str = "",
    step: int = 0,
    cool: int = 0,
    risk: bool = False,
    name: str = "",
    dev: str = "",
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
        ward=ward,
        mfa=mfa,
        ways=ways,
        step=step,
        cool=cool,
        risk=risk,
        name=name,
        dev=dev,
    )
    return signed(ACCESS, msgspec.json.encode(claims))


def signed(typ: str, payload: bytes) -> str:
    """What *access* says to other functions by way of a client. One `typ` is never taken for another."""
    from joserfc import jws
    from joserfc.jwk import ECKey

    key = secrets.signing_key()
    header = {"alg": "ES256", "typ": typ, "kid": key["kid"]}
    return jws.serialize_compact(header, payload, ECKey.import_key(key), algorithms=["ES256"])


def payload_of(token: str, typ: str) -> bytes:
    """What was signed; how long it is good for stands in it. Raises InvalidToken."""
    try:
        return _signed_payload(token, typ)
    except (InvalidSignature, ValueError) as error:
        raise InvalidToken() from error


def verified(token: str, at: datetime) -> Claims:
    """The claims of one of our tokens that is still good. Raises InvalidToken."""
    try:
        claims = _claims.decode(_signed_payload(token, ACCESS))
    except (InvalidSignature, ValueError) as error:
        raise InvalidToken() from error
    if claims.iss != settings().public_url or claims.aud != AUDIENCE or claims.exp <= at.timestamp():
        raise InvalidToken()
    return claims


def _signed_payload(token: str, typ: str) -> bytes:
    if len(token) > _MAX_BYTES or not _TOKEN.fullmatch(token):
        raise InvalidToken()
    header = token.partition(".")[0]
    read = _header.decode(_bytes(header))
    key = _public_keys(settings().token_public_keys).get(read.kid)
    if key is None or read.typ != typ:
        raise InvalidToken()
    signed, _, signature = token.rpartition(".")
    raw = _bytes(signature)
    if urlsafe_b64encode(raw).rstrip(b"=") != signature.encode():
        raise InvalidToken()
    pair = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key.verify(pair, signed.encode(), _ES256)
    return _bytes(signed.partition(".")[2])


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@cache
def _public_keys(jwks: str) -> dict[str, ec.EllipticCurvePublicKey]:
    return {key["kid"]: _public_key(key) for key in msgspec.json.decode(jwks)["keys"]}


def _public_key(jwk: dict[str, str]) -> ec.EllipticCurvePublicKey:
    """Of a JWK on the curve P-256 (RFC 7518 §6.2.1)."""
    x, y = (int.from_bytes(_bytes(jwk[name]), "big") for name in ("x", "y"))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
