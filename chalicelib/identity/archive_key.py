"""The key that signs archives: asymmetric, in KMS, which it never leaves; its public half is published (`/v1/keys`)."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from functools import cache

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from chalicelib import cloud
from chalicelib.kernel.errors import InternalError
from chalicelib.settings import settings

_COORDINATE_BYTES = 32


class PublicKey(msgspec.Struct, frozen=True):
    """A JWK (RFC 7517); `kid` is its thumbprint (RFC 7638)."""

    kid: str
    x: str
    y: str
    kty: str = "EC"
    crv: str = "P-256"
    use: str = "sig"
    alg: str = "ES256"


class KeysView(msgspec.Struct, frozen=True):
    """A JWKS."""

    keys: list[PublicKey]


@cache
def public() -> PublicKey:
    der = cloud.client("kms").get_public_key(KeyId=settings().archive_key_id)["PublicKey"]
    key = load_der_public_key(der)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise InternalError()
    numbers = key.public_numbers()
    x, y = (_text(number.to_bytes(_COORDINATE_BYTES, "big")) for number in (numbers.x, numbers.y))
    named = f'{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}'
    return PublicKey(_text(hashlib.sha256(named.encode()).digest()), x, y)


def signed(payload: bytes) -> str:
    """A compact JWS with ES256 (RFC 7515); of payloads beyond 2 kB, sign a hash."""
    header = _text(msgspec.json.encode({"alg": "ES256", "kid": public().kid}))
    message = f"{header}.{_text(payload)}"
    answer = cloud.client("kms").sign(
        KeyId=settings().archive_key_id,
        Message=message.encode(),
        MessageType="RAW",
        SigningAlgorithm="ECDSA_SHA_256",
    )
    pair = decode_dss_signature(answer["Signature"])
    return f"{message}.{_text(b''.join(number.to_bytes(_COORDINATE_BYTES, 'big') for number in pair))}"


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
