"""Who signs packs of rules in the local cloud and in tests: a key that everybody may have, and `prod` does not know."""

from __future__ import annotations

import base64
import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chalicelib.policy.pack import Pack
from infra import packs

SIGNER = "local-sandbox"
KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"Coffer's local signer of packs").digest())


def signed(pack: Pack | str, signer: str = SIGNER, key: Ed25519PrivateKey = KEY) -> dict[str, str]:
    """The body of `POST /v1/policies`; `pack` may be a text."""
    text = pack if isinstance(pack, str) else packs.one_line(pack)
    return {"pack": text, "signature": packs.signature(text.encode(), signer, key).strip()}


def public() -> str:
    return base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
