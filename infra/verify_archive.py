"""Is this archive ours, and whole? `python -m infra.verify_archive archive.zip keys.json` needs no network.

`keys.json` is what `GET /v1/keys` answered, kept from when it was trusted.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

MANIFEST, SIGNATURE = "manifest.json", "manifest.jws"


class NotOurs(Exception):
    """Says what is wrong."""


def verify(archive: Path, keys: dict[str, Any]) -> dict[str, Any]:
    """The manifest. Raises NotOurs."""
    with zipfile.ZipFile(archive) as opened:
        names = opened.namelist()
        if len(set(names)) != len(names) or not {MANIFEST, SIGNATURE} <= set(names):
            raise NotOurs("a file is missing, or there twice")
        manifest = opened.read(MANIFEST)
        signed = _signed(opened.read(SIGNATURE).decode(), keys)
        if signed["manifest_sha256"] != hashlib.sha256(manifest).hexdigest():
            raise NotOurs("the manifest was changed")
        told: dict[str, Any] = json.loads(manifest)
        if set(told["files"]) != set(names) - {MANIFEST, SIGNATURE}:
            raise NotOurs("files were added or taken out")
        for name, about in told["files"].items():
            if hashlib.sha256(opened.read(name)).hexdigest() != about["sha256"]:
                raise NotOurs(f"{name} was changed")
    return told


def _signed(jws: str, keys: dict[str, Any]) -> dict[str, Any]:
    """What a compact JWS with ES256 (RFC 7515) says, if one of the keys signed it."""
    header, payload, signature = jws.split(".")
    about = json.loads(_bytes(header))
    found = [key for key in keys["keys"] if key["kid"] == about.get("kid")]
    if about.get("alg") != "ES256" or not found:
        raise NotOurs("signed with a key that is not among these")
    raw = _bytes(signature)
    pair = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    try:
        _public(found[0]).verify(pair, f"{header}.{payload}".encode(), ec.ECDSA(SHA256()))
    except InvalidSignature as error:
        raise NotOurs("the signature does not match") from error
    told: dict[str, Any] = json.loads(_bytes(payload))
    return told


def _public(jwk: dict[str, str]) -> ec.EllipticCurvePublicKey:
    x, y = (int.from_bytes(_bytes(jwk[name]), "big") for name in ("x", "y"))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def main(archive: str, keys: str) -> int:
    try:
        told = verify(Path(archive), json.loads(Path(keys).read_text(encoding="utf-8")))
    except (NotOurs, zipfile.BadZipFile, KeyError, ValueError) as wrong:
        print(f"not ours: {wrong}")
        return 1
    print(f"ours and whole: {len(told['files'])} files, made at {told['made_at']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
