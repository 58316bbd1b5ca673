"""Whether somebody known has signed a pack, and whether it goes with the others. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path

import msgspec

from chalicelib.kernel import money
from chalicelib.policy.pack import Pack

FOLDER = Path(__file__).resolve().parent / "packs"


class Refused(ValueError):
    """Nobody known has signed it, it does not read as a pack, or it does not go with the others; why, in a sentence."""


def signers(folder: Path = FOLDER, name: str = "signers.json") -> dict[str, str]:
    """Public keys (32 bytes, base64) by name."""
    return msgspec.json.decode((folder / name).read_bytes(), type=dict[str, str])


def verify(written: bytes, signature: str, known: Mapping[str, str]) -> str:
    """Who signed it. `signature`: the signer's name and 64 bytes in base64. Raises Refused."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    signer, _, signed = signature.strip().partition(" ")
    if signer not in known:
        raise Refused(f"{signer!r} is none of the signers")
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(known[signer], validate=True))
        key.verify(base64.b64decode(signed, validate=True), written)
    except (binascii.Error, InvalidSignature, ValueError) as failed:
        raise Refused(f"the signature of {signer!r} does not hold") from failed
    return signer


def opened(compiled: str) -> Pack:
    """Of a pack's compiled text, which is JSON in one line. Raises Refused."""
    try:
        return msgspec.json.decode(compiled, type=Pack, strict=True)
    except (msgspec.MsgspecError, ValueError, RecursionError) as failed:
        raise Refused(str(failed)) from failed


def digest(compiled: str) -> str:
    return hashlib.sha256(compiled.encode()).hexdigest()


def together(packs: Iterable[Pack]) -> None:
    """Each jurisdiction in one area; the dates of an area in order of its packs' names; a later one lacks no
    jurisdiction. Raises Refused."""
    every = list(packs)
    for pack in every:
        if pack.currency not in money.EXPONENTS or pack.id != f"{pack.area}-{pack.effective_at:%Y-%m}":
            raise Refused(f"{pack.id}: its name is its area and month, its currency one of ours")
    area_of: dict[str, str] = {}
    for name, area in ((name, pack.area) for pack in every for name in pack.jurisdictions):
        if area_of.setdefault(name, area) != area:
            raise Refused(f"{name} is in {area_of[name]} and in {area}")
    for area in set(area_of.values()):
        _in_order(sorted((pack for pack in every if pack.area == area), key=lambda pack: pack.effective_at))


def _in_order(packs: list[Pack]) -> None:
    for old, new in pairwise(packs):
        if old.effective_at == new.effective_at:
            raise Refused(f"{old.id} and {new.id} begin at once")
        if missing := set(old.jurisdictions) - set(new.jurisdictions):
            raise Refused(f"{new.id} lacks {sorted(missing)}")
        if old.currency != new.currency:
            raise Refused(f"{new.id} has another currency than {old.id}")
