"""RSA with SHA-256 and PKCS #1 v1.5 (RFC 8017), as WeChat Pay and Alipay sign: keys as text, signatures as Base64."""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache

from cryptography.exceptions import InvalidSignature as Mismatch
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from chalicelib.kernel.errors import InvalidSignature, Unavailable

LEAST_BITS = 2048


def sign(private_key: str, text: bytes) -> str:
    return base64.b64encode(_private(private_key).sign(text, PKCS1v15(), hashes.SHA256())).decode()


def check(public_key: str, signature: str, text: bytes) -> None:
    """Raises InvalidSignature."""
    key = _public(public_key)
    try:
        key.verify(base64.b64decode(signature, validate=True), text, PKCS1v15(), hashes.SHA256())
    except (Mismatch, binascii.Error, ValueError) as problem:
        raise InvalidSignature from problem


@lru_cache(maxsize=8)
def _private(text: str) -> RSAPrivateKey:
    """PEM, or what is between its lines, PKCS #8 or #1. Raises Unavailable: the secret is not what it should be."""
    key = _loaded(text, "PRIVATE KEY")
    if not isinstance(key, RSAPrivateKey) or key.key_size < LEAST_BITS:
        raise Unavailable
    return key


@lru_cache(maxsize=16)
def _public(text: str) -> RSAPublicKey:
    """A public key or a certificate that holds one, likewise."""
    key = _loaded(text, "PUBLIC KEY")
    if not isinstance(key, RSAPublicKey) or key.key_size < LEAST_BITS:
        raise Unavailable
    return key


def _loaded(text: str, kind: str) -> object:
    pem = text.strip()
    if "-----BEGIN" not in pem:
        pem = f"-----BEGIN {kind}-----\n{pem}\n-----END {kind}-----"
    try:
        if "BEGIN CERTIFICATE" in pem:
            from cryptography.x509 import load_pem_x509_certificate

            return load_pem_x509_certificate(pem.encode()).public_key()
        if "PRIVATE" in pem:
            return serialization.load_pem_private_key(pem.encode(), password=None)
        return serialization.load_pem_public_key(pem.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm) as problem:
        raise Unavailable from problem
