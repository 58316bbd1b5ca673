"""What is built from is what was meant: pins with hashes, and a zip and a layer that hold nothing else."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from infra import wheels
from infra.checks.suppressions import Finding
from infra.package import OUT, ROOT, dependencies

LAYER_PINS = ROOT / "infra" / "analysis.txt"
NPM_LOCK = ROOT / "infra" / "web" / "package-lock.json"
_INSTALLED = re.compile(r"[^/]+\.data/(?:purelib|platlib)/")
_WRITTEN_BY_PIP = re.compile(r"\.dist-info/|\.data/|^bin/")
_PRODUCT = re.compile(r"app\.py$|chalicelib/|vendor/")


def pins() -> list[Finding]:
    """`requirements.txt` says which versions we want, the lock what follows: every one of them with its hashes.
    Likewise `analysis.txt`, of the layer."""
    return [
        *_pins(ROOT / "requirements.txt", wheels.LOCK),
        *_pins(LAYER_PINS, wheels.LAYER_LOCK),
        *(Finding("lock", "without a hash", name) for name in _npm_without_hash()),
    ]


def _pins(file: Path, lock: Path) -> Iterator[Finding]:
    wanted, locked = wheels.pinned(file), wheels.locked(lock)
    yield from (Finding("lock", "other", name, f"{wanted[name]}: make lock") for name in _differing(wanted, locked))
    yield from (Finding("lock", "without a hash", name) for name, one in locked.items() if not one.hashes)


def _differing(wanted: dict[str, str], locked: dict[str, wheels.Locked]) -> Iterator[str]:
    return (name for name, version in wanted.items() if name not in locked or locked[name].version != version)


def _npm_without_hash() -> Iterator[str]:
    packages = json.loads(NPM_LOCK.read_text(encoding="utf-8"))["packages"]
    for name, about in packages.items():
        if name and not str(about.get("integrity", "")).startswith("sha512-"):
            yield name


def zipped(archive: Path | None = None) -> list[Finding]:
    """Every file of others' in what Chalice packed is, byte for byte, one of a wheel whose hash stands in the lock."""
    wheels.only()
    packed = _packed(archive or dependencies())
    return list(_judged("zip", wheels.house(), wheels.LOCK, packed))


def layered(archive: Path | None = None) -> list[Finding]:
    """Every file of the layer likewise, by the lock of the layer."""
    with zipfile.ZipFile(archive or OUT / "layer.zip") as opened:
        packed = [(name.removeprefix("python/"), _digest(opened.read(name))) for name in opened.namelist()]
    return list(_judged("layer", wheels.of_the_layer(), wheels.LAYER_LOCK, packed))


def _judged(what: str, house: list[Path], lock: Path, packed: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    known = {digest for one in wheels.locked(lock).values() for digest in one.hashes}
    foreign = [file for file in house if _digest(file.read_bytes()) not in known]
    files = {entry for file in house for entry in _files(file)}
    yield from (Finding(what, "a wheel that the lock does not know", file.name) for file in foreign)
    yield from (Finding(what, "in no wheel", name) for name, digest in packed if (name, digest) not in files)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _files(wheel: Path) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(wheel) as opened:
        for name in opened.namelist():
            yield _INSTALLED.sub("", name), _digest(opened.read(name))


def _packed(archive: Path) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(archive) as opened:
        for name in opened.namelist():
            if not name.endswith("/") and not _PRODUCT.match(name) and not _WRITTEN_BY_PIP.search(name):
                yield name, _digest(opened.read(name))
