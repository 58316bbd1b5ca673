"""What is built from is what was meant: pins with hashes, and a zip that holds nothing else."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from infra import wheels
from infra.checks.suppressions import Finding
from infra.package import ROOT, dependencies

NPM_LOCK = ROOT / "infra" / "web" / "package-lock.json"
_INSTALLED = re.compile(r"[^/]+\.data/(?:purelib|platlib)/")
_WRITTEN_BY_PIP = re.compile(r"\.dist-info/|\.data/|^bin/")
_PRODUCT = re.compile(r"app\.py$|chalicelib/|vendor/")


def pins() -> list[Finding]:
    """`requirements.txt` says which versions we want, the lock what follows: every one of them with its hashes."""
    wanted, locked = wheels.pinned(ROOT / "requirements.txt"), wheels.locked()
    return [
        *(Finding("lock", "other", name, f"{wanted[name]}: make lock") for name in _differing(wanted, locked)),
        *(Finding("lock", "without a hash", name) for name, one in locked.items() if not one.hashes),
        *(Finding("lock", "without a hash", name) for name in _npm_without_hash()),
    ]


def _differing(wanted: dict[str, str], locked: dict[str, wheels.Locked]) -> Iterator[str]:
    return (name for name, version in wanted.items() if name not in locked or locked[name].version != version)


def _npm_without_hash() -> Iterator[str]:
    packages = json.loads(NPM_LOCK.read_text(encoding="utf-8"))["packages"]
    for name, about in packages.items():
        if name and not str(about.get("integrity", "")).startswith("sha512-"):
            yield name


def zipped(archive: Path | None = None) -> list[Finding]:
    """Every file of others' in what Chalice packed is, byte for byte, one of a wheel whose hash stands in the lock."""
    known = {digest for one in wheels.locked().values() for digest in one.hashes}
    wheels.only()
    house = wheels.house()
    foreign = [file for file in house if hashlib.sha256(file.read_bytes()).hexdigest() not in known]
    files = {entry for file in house for entry in _files(file)}
    strange = [name for name, digest in _packed(archive or dependencies()) if (name, digest) not in files]
    return [
        *(Finding("zip", "a wheel that the lock does not know", file.name) for file in foreign),
        *(Finding("zip", "in no wheel", name) for name in strange),
    ]


def _files(wheel: Path) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(wheel) as opened:
        for name in opened.namelist():
            yield _INSTALLED.sub("", name), hashlib.sha256(opened.read(name)).hexdigest()


def _packed(archive: Path) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(archive) as opened:
        for name in opened.namelist():
            if not name.endswith("/") and not _PRODUCT.match(name) and not _WRITTEN_BY_PIP.search(name):
                yield name, hashlib.sha256(opened.read(name)).hexdigest()
