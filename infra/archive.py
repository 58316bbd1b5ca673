"""Chalice's zip made smaller and quicker to start: no packaging tools, no data of AWS services that
nobody calls, and byte code that Python takes without looking at the source (unchecked-hash `.pyc`).

Unpacking thousands of files is most of a cold start's work: what others wrote goes in as byte code alone;
our own sources stay beside theirs, for the lines of a traceback.
"""

from __future__ import annotations

import compileall
import re
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Any

TOOLS = {
    "_distutils_hack", "bin", "blessed", "click", "inquirer", "jinxed", "pip", "pkg_resources", "pycparser",
    "questionary", "prompt_toolkit", "readchar", "editor", "runs", "xmod", "setuptools", "wcwidth", "wheel", "yaml",
    "_yaml", "packaging", "ansicon", "tests", "test",
}  # fmt: skip
"""Top-level entries that only packaging or Chalice's command line imports."""

UNUSED = (
    "aws_lambda_powertools/event_handler/",
    "aws_lambda_powertools/utilities/kafka/",
    "aws_lambda_powertools/utilities/parser/",
    "phonenumbers/shortdata/region_",
)
"""Parts of libraries that load only when asked for, and that we never ask for."""

DATA_FILES = {"endpoints.json", "partitions.json", "sdk-default-configuration.json", "_retry.json"}
FIXED_TIME = (2020, 1, 1, 0, 0, 0)
OURS = re.compile(r"app\.py|chalicelib")


def services(source: Path) -> set[str]:
    """AWS services that the product code makes clients of; pynamodb adds `dynamodb`."""
    text = "\n".join(file.read_text(encoding="utf-8") for file in source.rglob("*.py"))
    return {"dynamodb", "secretsmanager", *re.findall(r"""\bclient\(["']([a-z0-9-]+)["']\)""", text)}


def needed(name: str, kept_services: set[str]) -> bool:
    """Whether the zip's entry `name` can be reached at run time."""
    first, *rest = name.split("/")
    if name.startswith(UNUSED):
        return False
    if first in TOOLS or first.endswith((".dist-info", ".pth")) or "__pycache__" in name or name.endswith(".pyi"):
        return False
    if first == "botocore" and rest[:1] == ["data"] and rest[1] not in DATA_FILES:
        return rest[1] in kept_services and not rest[-1].startswith(("examples-", "waiters-"))
    return True


def rebuild(chalice_zip: Path, target: Path, work: Path, kept_services: set[str]) -> None:
    """Write `target` from `chalice_zip`; the same input gives the same bytes."""
    shutil.rmtree(work, ignore_errors=True)
    with zipfile.ZipFile(chalice_zip) as found:
        found.extractall(work, [name for name in found.namelist() if needed(name, kept_services)])
    for path in work.iterdir():
        _compile(path, work, ours=OURS.fullmatch(path.name) is not None)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for file in sorted(path for path in work.rglob("*") if path.is_file()):
            _put(made, file.relative_to(work).as_posix(), file.read_bytes())


def layer(wheels: Iterable[Path], target: Path) -> None:
    """What these wheels hold, where Lambda looks for a layer's packages; the same wheels, the same bytes.

    Their metadata too: DuckDB reads its own version there.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for wheel in sorted(wheels):
            with zipfile.ZipFile(wheel) as found:
                for name in sorted(found.namelist()):
                    if not name.endswith("/"):
                        _put(made, f"python/{name}", found.read(name))


def _put(made: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, FIXED_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    made.writestr(entry, content)


def _compile(path: Path, work: Path, ours: bool) -> None:
    """Ours: `__pycache__` beside the source. Others': byte code in the source's place."""
    how: dict[str, Any] = {
        "quiet": 2,
        "force": True,
        "legacy": not ours,
        "stripdir": str(work),
        "prependdir": "/var/task",
    }
    how["invalidation_mode"] = PycInvalidationMode.UNCHECKED_HASH
    if path.is_dir():
        compileall.compile_dir(path, workers=0, **how)
    elif path.suffix == ".py":
        compileall.compile_file(path, **how)
    sources = () if ours else (path,) if path.suffix == ".py" else path.rglob("*.py")
    for source in sources:
        if source.with_suffix(".pyc").exists():
            source.unlink()
