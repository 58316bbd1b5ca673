"""What a tool finds and we put up with, each with its reason: `suppressions.toml`, the one place for it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("suppressions.toml")


@dataclass(frozen=True, order=True)
class Finding:
    """`where`: a file, or a resource of the template; `check`: the tool's own name of what it found."""

    tool: str
    check: str
    where: str
    what: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.tool, self.check, self.where, self.what) if part)


@dataclass(frozen=True)
class Suppression:
    """`where`: names or patterns as of a shell."""

    tool: str
    check: str
    where: tuple[str, ...]
    reason: str

    def covers(self, one: Finding) -> bool:
        same = (self.tool, self.check) == (one.tool, one.check)
        return same and any(fnmatchcase(one.where, pattern) for pattern in self.where)

    def unused(self, found: Sequence[Finding]) -> list[str]:
        """Those of its places where nothing is found any more."""
        alone = [(one, Suppression(self.tool, self.check, (one,), self.reason)) for one in self.where]
        return [f"{self.tool} {self.check} {one}" for one, each in alone if not any(map(each.covers, found))]


def written() -> list[Suppression]:
    found = _read()
    ours = [Suppression(one["tool"], one["check"], tuple(one["where"]), one["reason"]) for one in found["suppression"]]
    return [*ours, *(each for one in found["baseline"] for each in _baseline(one["found"], one["reason"]))]


def made_up() -> list[tuple[str, str]]:
    """Forms of values that are no secret wherever they stand, and why."""
    return [(one["value"], one["reason"]) for one in _read()["made_up"]]


def _baseline(found: Iterable[str], reason: str) -> Iterator[Suppression]:
    """Each as `<digits> <file>`: this value in this file, on whatever line."""
    for digits, file in (one.split(maxsplit=1) for one in found):
        yield Suppression("detect-secrets", digits, (file,), reason)


def _read() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def judged(found: Sequence[Finding], known: Iterable[Suppression]) -> tuple[list[Finding], list[str]]:
    """What nobody has put up with, and what was put up with and is there no more."""
    known = list(known)
    standing = sorted({one for one in found if not any(each.covers(one) for each in known)})
    return standing, [gone for each in known for gone in each.unused(found)]
