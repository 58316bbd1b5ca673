"""What is deployed: a template that names its code, the pages beside it, and the commit that both are of."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import Any

from infra import package, publish
from infra.deploying.packages import Packages, with_code, zipped


class ChangedTree(Exception):
    """What would be deployed is of no commit: nobody could find it again."""


@dataclass(frozen=True)
class Release:
    """`template` names its code where it lies; `site` is a zip."""

    version: str
    template: dict[str, Any]
    site: bytes


def made(packages: Packages) -> Release:
    """Of this checkout. Raises ChangedTree."""
    version = _commit()
    found = package.package()
    template = json.loads((found / "sam.json").read_text(encoding="utf-8"))
    publish.build()
    code, layer = (packages.coded((found / name).read_bytes()) for name in ("deployment.zip", "layer.zip"))
    return Release(version, with_code(template, code, layer), zipped(publish.SITE))


def former(packages: Packages, version: str) -> Release:
    """As it was deployed then. Raises NoSuchVersion."""
    return Release(version, *packages.kept(version))


def _commit() -> str:
    changed = _git("status", "--porcelain")
    if changed:
        raise ChangedTree(f"Commit first, so that it can be deployed again:\n{changed}")
    return _git("rev-parse", "--short=12", "HEAD")


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=package.ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()
