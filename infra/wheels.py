"""Wheels for the zip, and for the layer of those who analyse: only those whose SHA-256 stands in `requirements.lock`
and `analysis.lock`, fetched once and kept.

Chalice asks pip itself and knows no hashes, so pip gets nothing to choose from but this folder.
"""

from __future__ import annotations

import hashlib
import platform
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

LOCK, LAYER_LOCK = (Path(__file__).with_name(f"{name}.lock") for name in ("requirements", "analysis"))
HOUSE, LAYER_HOUSE = (
    Path(__file__).resolve().parent.parent / "build" / "package" / name for name in ("wheels", "layer-wheels")
)
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s\\;]+)(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
_GLIBC = 26 if sys.version_info < (3, 12) else 34
"""Minor version of what Lambda's image of this Python has: Amazon Linux 2, then 2023."""


@dataclass(frozen=True)
class Locked:
    version: str
    hashes: tuple[str, ...]


def locked(lock: Path | None = None) -> dict[str, Locked]:
    """Name of each package, and of each that it needs → version and the SHA-256 of its files."""
    found = _PIN.findall((lock or LOCK).read_text(encoding="utf-8"))
    return {
        plain(name): Locked(version, tuple(re.findall(r"sha256:([0-9a-f]{64})", rest))) for name, version, rest in found
    }


def pinned(file: Path) -> dict[str, str]:
    return {plain(name): version for name, version, _ in _PIN.findall(file.read_text(encoding="utf-8"))}


def house() -> list[Path]:
    return sorted(HOUSE.glob("*.whl"))


def only() -> dict[str, str]:
    """Settings of pip under which it takes verified wheels and nothing else; fetches them if the lock has changed."""
    _housed(LOCK, HOUSE, _wheres())
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(HOUSE)}


def of_the_layer() -> list[Path]:
    """Those for Lambda, fetched if the lock has changed."""
    _housed(LAYER_LOCK, LAYER_HOUSE, _wheres()[:1])
    return sorted(LAYER_HOUSE.glob("*.whl"))


def _housed(lock: Path, house: Path, wheres: list[list[str]]) -> None:
    stamp, digest = house / "lock.sha256", hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    if not stamp.exists() or stamp.read_text() != digest:
        shutil.rmtree(house, ignore_errors=True)
        house.mkdir(parents=True)
        for where in wheres:
            _fetch(where, lock, house)
        stamp.write_text(digest)


def _wheres() -> list[list[str]]:
    """For Lambda; and where this machine is another kind, what pip would install here, for Chalice to look at first."""
    tags = [f"manylinux_2_{minor}_x86_64" for minor in range(5, _GLIBC + 1)]
    lambdas = [part for tag in (*tags, "manylinux2014_x86_64") for part in ("--platform", tag)]
    digits = f"{sys.version_info.major}{sys.version_info.minor}"
    same = platform.system() == "Linux" and platform.machine() == "x86_64"
    return [
        [*lambdas, "--implementation", "cp", "--abi", f"cp{digits}", "--python-version", digits],
        *([] if same else [[]]),
    ]


def _fetch(where: list[str], lock: Path, house: Path) -> None:
    how = ["--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps", "--only-binary", ":all:"]
    command = [sys.executable, "-m", "pip", "download", *how, *where, "--dest", str(house), "-r", str(lock)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"what {lock.name} names cannot be fetched, or is not what it was:\n{done.stderr}")


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
