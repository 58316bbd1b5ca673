"""A policy pack as its signer wrote it: exact bytes of YAML, an Ed25519 signature over them beside it.

Packs are read, and their signatures verified, where they are compiled (`infra.policies`): no YAML at run time.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chalicelib.policy.judging import FOLDER, Refused, signers, together, verify
from chalicelib.policy.pack import Pack

__all__ = ["FOLDER", "Refused", "signers", "together", "verify"]


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
    rules = [_plain(pack) for pack in sorted(packs, key=lambda one: one.id)]
    return json.dumps(rules, ensure_ascii=False, separators=(",", ":")).replace("},{", "},\n{").encode() + b"\n"


def one_line(pack: Pack) -> str:
    """What is signed to be published: the pack as the code reads it."""
    return json.dumps(_plain(pack), ensure_ascii=False, separators=(",", ":"))


def _plain(pack: Pack) -> dict[str, Any]:
    return {name: _bare(rule) for name, rule in msgspec.to_builtins(pack).items()}


def _bare(rule: Any) -> Any:
    """Without what is None of its basis."""
    if not isinstance(rule, dict):
        return rule
    return {name: value for name, value in rule.items() if value is not None or name not in _BASIS}


_BASIS = ("verified_at", "source", "example")


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
