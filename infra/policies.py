"""Policy packs: `python -m infra.policies check` reads and judges them all, `write` compiles them for the code; `key
FILE` makes a signer's key, `sign --key FILE --signer NAME PACK…` signs, `seal …` likewise makes of each pack the file
that is published without a release; `dry-run PACK` says whom it would have treated differently last month.
docs/how-to/change-the-rules.md tells when."""

from __future__ import annotations

import argparse
import base64
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chalicelib.policy.pack import Pack
from infra import packs
from infra.packs import Refused

ROOT = Path(__file__).resolve().parent.parent
COMPILED = packs.FOLDER.with_suffix(".json")


def checked(folder: Path = packs.FOLDER) -> list[Pack]:
    """Every pack. Raises Refused where one is not signed, does not read, or does not go with the others."""
    known = packs.signers(folder)
    found = [packs.opened(file, known) for file in sorted(folder.glob("*.yaml"))]
    if not found:
        raise Refused("there is no pack")
    if stray := [one.name for one in folder.glob("*.sig") if not one.with_suffix("").is_file()]:
        raise Refused(f"signatures of nothing: {sorted(stray)}")
    packs.together(found)
    return found


def judge() -> list[Pack]:
    """Every pack; packaging begins with it. Raises Refused also where the code would read something else."""
    found = checked()
    if COMPILED.read_bytes() != packs.compiled(found):
        raise Refused("packs.json is not what the packs say: python -m infra.policies write")
    return found


def check() -> None:
    print(f"policies: {len(judge())} packs, every one signed; packs.json is what they say")


def write() -> None:
    COMPILED.write_bytes(packs.compiled(checked()))


def make_key(target: Path) -> str:
    """The public half, base64. Raises Refused inside of the repository, FileExistsError over another key."""
    if target.resolve().is_relative_to(ROOT):
        raise Refused("a key is kept outside of the repository")
    key = Ed25519PrivateKey.generate()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key.private_bytes_raw())
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def sign(key_file: Path, signer: str, files: list[Path]) -> None:
    """Raises Refused for what does not read as a pack, or under a key that is not the signer's."""
    key = Ed25519PrivateKey.from_private_bytes(key_file.read_bytes())
    for file in files:
        written = file.read_bytes()
        packs.read(written)
        signature = packs.signature(written, signer, key)
        packs.verify(written, signature, packs.signers(file.parent))
        file.with_name(f"{file.name}.sig").write_text(signature, encoding="ascii")


def seal(key_file: Path, signer: str, files: list[Path]) -> list[Path]:
    """`<pack>.signed.json` beside each: its compiled text and a signature over that, as `POST /v1/policies` takes it.
    Raises Refused, also for a pack that is not signed as written."""
    key = Ed25519PrivateKey.from_private_bytes(key_file.read_bytes())
    made = []
    for file in files:
        known = packs.signers(file.parent)
        compiled = packs.one_line(packs.opened(file, known))
        signature = packs.signature(compiled.encode(), signer, key).strip()
        packs.verify(compiled.encode(), signature, known)
        made.append(file.with_suffix(".signed.json"))
        made[-1].write_text(json.dumps({"pack": compiled, "signature": signature}, ensure_ascii=False) + "\n")
    return made


def dry_run(asked: argparse.Namespace) -> None:
    """Whom the pack would have treated differently. Raises Refused. It need not be signed yet."""
    from infra import dry_run as trying

    if asked.local:
        from infra.local import inside

        inside.enter()
    pack, at = packs.read(asked.pack.read_bytes()), datetime.now(UTC)
    found = trying.run(pack, asked.month or trying.month_before(at), at, asked.examples)
    print(trying.table(found, pack.currency))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check")
    commands.add_parser("write")
    commands.add_parser("key").add_argument("file", type=Path)
    for name in ("sign", "seal"):
        signing = commands.add_parser(name)
        signing.add_argument("--key", type=Path, required=True)
        signing.add_argument("--signer", required=True)
        signing.add_argument("packs", type=Path, nargs="+")
    trying = commands.add_parser("dry-run")
    trying.add_argument("pack", type=Path)
    trying.add_argument("--month", type=lambda text: datetime.strptime(text + "+0000", "%Y-%m%z"), metavar="YYYY-MM")
    trying.add_argument("--examples", type=int, default=5)
    trying.add_argument("--local", action="store_true", help="of the local cloud; otherwise as the environment says")
    asked = parser.parse_args(arguments)
    try:
        _obey(asked)
    except Refused as why:
        sys.exit(f"policies: {why}")


def _obey(asked: argparse.Namespace) -> None:
    if asked.command == "key":
        print(make_key(asked.file))
    elif asked.command == "sign":
        sign(asked.key, asked.signer, asked.packs)
    elif asked.command == "dry-run":
        dry_run(asked)
    elif asked.command == "seal":
        print(*seal(asked.key, asked.signer, asked.packs), sep="\n")
    else:
        {"check": check, "write": write}[asked.command]()


if __name__ == "__main__":
    main()
