"""A policy pack as its signer wrote it: exact bytes of YAML, an Ed25519 signature over them beside it.

Packs are read, and their signatures verified, where they are compiled (`infra.policies`): no YAML at run time.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import yaml
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chalicelib.kernel import money
from chalicelib.policy.pack import Pack

FOLDER = Path(__file__).resolve().parent.parent / "chalicelib" / "policy" / "packs"


class Refused(ValueError):
    """Nobody known has signed it, it does not read as a pack, or it does not go with the others; why, in a sentence."""


def signers(folder: Path = FOLDER) -> dict[str, str]:
    """Public keys (32 bytes, base64) by name."""
    return msgspec.json.decode((folder / "signers.json").read_bytes(), type=dict[str, str])


def opened(file: Path, known: Mapping[str, str]) -> Pack:
    """Raises Refused."""
    written, beside = file.read_bytes(), file.with_name(f"{file.name}.sig")
    if not beside.is_file():
        raise Refused(f"{file.name} is not signed")
    try:
        verify(written, beside.read_text(encoding="ascii"), known)
        pack = read(written)
    except (Refused, UnicodeDecodeError) as why:
        raise Refused(f"{file.name}: {why}") from why
    if file.stem != pack.id:
        raise Refused(f"{file.name} holds {pack.id}")
    return pack


def verify(written: bytes, signature: str, known: Mapping[str, str]) -> None:
    """`signature`: the signer's name and 64 bytes in base64. Raises Refused."""
    signer, _, signed = signature.strip().partition(" ")
    if signer not in known:
        raise Refused(f"{signer!r} is none of the signers")
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(known[signer], validate=True))
        key.verify(base64.b64decode(signed, validate=True), written)
    except (binascii.Error, InvalidSignature, ValueError) as failed:
        raise Refused(f"the signature of {signer!r} does not hold") from failed


def signature(written: bytes, signer: str, key: Ed25519PrivateKey) -> str:
    return f"{signer} {base64.b64encode(key.sign(written)).decode()}\n"


def read(written: bytes) -> Pack:
    """Raises Refused."""
    try:
        return msgspec.convert(_Once(written).get_single_data(), Pack, strict=True)
    except (yaml.YAMLError, msgspec.ValidationError, ValueError, RecursionError) as failed:
        raise Refused(str(failed)) from failed


def compiled(packs: list[Pack]) -> bytes:
    """What the code reads: `chalicelib/policy/packs.json`."""
    plain = [msgspec.to_builtins(pack) for pack in sorted(packs, key=lambda one: one.id)]
    rules = [{name: _bare(rule) for name, rule in one.items()} for one in plain]
    return json.dumps(rules, ensure_ascii=False, separators=(",", ":")).replace("},{", "},\n{").encode() + b"\n"


def _bare(rule: Any) -> Any:
    """Without what is None of its basis."""
    if not isinstance(rule, dict):
        return rule
    return {name: value for name, value in rule.items() if value is not None or name not in _BASIS}


_BASIS = ("verified_at", "source", "example")


def together(packs: list[Pack]) -> None:
    """Each jurisdiction in one area; the dates of an area in order of its packs' names; a later one lacks no
    jurisdiction. Raises Refused."""
    for pack in packs:
        if pack.currency not in money.EXPONENTS or pack.id != f"{pack.area}-{pack.effective_at:%Y-%m}":
            raise Refused(f"{pack.id}: its name is its area and month, its currency one of ours")
    area_of: dict[str, str] = {}
    for name, area in ((name, pack.area) for pack in packs for name in pack.jurisdictions):
        if area_of.setdefault(name, area) != area:
            raise Refused(f"{name} is in {area_of[name]} and in {area}")
    for area in set(area_of.values()):
        _in_order(sorted((pack for pack in packs if pack.area == area), key=lambda pack: pack.effective_at))


def _in_order(packs: list[Pack]) -> None:
    for old, new in pairwise(packs):
        if old.effective_at == new.effective_at:
            raise Refused(f"{old.id} and {new.id} begin at once")
        if missing := set(old.jurisdictions) - set(new.jurisdictions):
            raise Refused(f"{new.id} lacks {sorted(missing)}")
        if old.currency != new.currency:
            raise Refused(f"{new.id} has another currency than {old.id}")


class _Once(yaml.SafeLoader):
    """Plain values only; a key that stands twice in a mapping is refused, and so is what stands for something else."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("an alias stands for something else: write it out")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        names = [str(one.value) for one, _ in node.value]
        if twice := {name for name in names if names.count(name) > 1}:
            raise yaml.YAMLError(f"written twice: {sorted(twice)}")
        return super().construct_mapping(node, deep)
