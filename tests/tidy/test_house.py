"""Rules of the house that no linter knows. Each failure says what to do."""

from __future__ import annotations

import ast
import json
import re
import string
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = sorted([ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")])
PYTHON = sorted([*PRODUCT, *(ROOT / "infra").rglob("*.py"), *(ROOT / "tests").rglob("*.py")])
PYTHON = [file for file in PYTHON if "node_modules" not in file.parts]
ROOMS = sorted(file.name for file in (ROOT / "chalicelib").iterdir() if (file / "__init__.py").exists())
TOP_LEVEL = {
    ".chalice", ".ci", ".github", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "app.py",
    "chalicelib", "docs", "infra", "pyproject.toml", "requirements-dev.txt", "requirements.txt", "tests",
}  # fmt: skip
SOLE_READERS = {
    r"\bos\.environ\b|\bgetenv\b": ("chalicelib/settings.py",),
    r"create_client\(|boto3\.": ("chalicelib/cloud.py",),
    r"\bLogger\(|\bMetrics\(": ("chalicelib/observability.py",),
    r"datetime\.now\(|utcnow\(|time\.time\(|time\.sleep\(": ("chalicelib/kernel/clock.py",),
    r"\burandom\b|^import random|^import secrets$": ("chalicelib/kernel/entropy.py",),
}


def shown(file: Path) -> str:
    return str(file.relative_to(ROOT))


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@cache
def imported(file: Path) -> frozenset[str]:
    """Full names of what a file of the product imports from the product, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("chalicelib"):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)


def test_files_and_functions_stay_small() -> None:
    """A file is split where its subject splits, at 400 lines at the latest; of a function the parts are named at 60."""
    assert [told for file in PYTHON for told in _too_large(file)] == []


def _too_large(file: Path) -> Iterator[str]:
    if (lines := len(file.read_text(encoding="utf-8").splitlines())) > 400:
        yield f"{shown(file)} has {lines} lines"
    for function in functions(file):
        if (length := (function.end_lineno or 0) - function.lineno + 1) > 60:
            yield f"{shown(file)}:{function.lineno} {function.name} has {length} lines"


def test_what_has_one_reader_is_read_nowhere_else() -> None:
    """Others call that one instead."""
    assert [told for file in PRODUCT for told in _read_beside(file)] == []


def _read_beside(file: Path) -> Iterator[str]:
    for pattern, readers in SOLE_READERS.items():
        found = re.search(pattern, file.read_text(encoding="utf-8"), re.MULTILINE)
        if found and shown(file) not in readers:
            yield f"{shown(file)} uses {found.group()}: only {readers[0]} may"


def test_no_room_reaches_into_a_neighbours_cupboard() -> None:
    """Whoever needs what is there asks the room's service."""
    assert [told for file in PRODUCT for told in _reaches(file)] == []


def _reaches(file: Path) -> Iterator[str]:
    own = file.relative_to(ROOT).parts[1] if file.parent != ROOT else ""
    for name in imported(file):
        parts = name.split(".")
        room, piece = parts[1], parts[2] if len(parts) > 2 else ""
        is_a_neighbours = file.name != "app.py" and room in ROOMS and room != own
        if is_a_neighbours and piece.partition("_")[0] in ("store", "routes"):
            yield f"{shown(file)} imports {name}: ask {room}.service for it"


@pytest.mark.parametrize("room", [room for room in ROOMS if room not in ("api", "kernel")])
def test_a_model_knows_no_aws_and_no_service(room: str) -> None:
    file = ROOT / "chalicelib" / room / "model.py"
    if not file.exists():
        return
    allowed = ("chalicelib.kernel", "chalicelib.ledger.", f"chalicelib.{room}.")
    for name in imported(file):
        another_model = name.split(".")[2].partition("_")[0] == "model"
        assert another_model or name.startswith(allowed), (
            f"{shown(file)} imports {name}: a model holds rules; move the call to service"
        )
    assert "botocore" not in file.read_text(encoding="utf-8")


def test_the_switchboard_only_switches() -> None:
    for function in functions(ROOT / "app.py"):
        done = [part for part in function.body if not isinstance(part, ast.ImportFrom)]
        statements = sum(isinstance(node, ast.stmt) for part in done for node in ast.walk(part))
        assert statements <= 3, f"app.py {function.name}: move its work to a room's tasks.py"


@pytest.mark.parametrize("file", sorted((ROOT / "chalicelib/kernel/catalogues").glob("*.json")), ids=shown)
def test_every_sentence_is_there_in_both_languages_with_the_same_gaps(file: Path) -> None:
    for key, sentence in json.loads(file.read_text(encoding="utf-8")).items():
        assert sorted(sentence) == ["en", "zh"], f"{shown(file)}: {key} needs exactly en and zh"
        gaps = [{name for _, name, _, _ in string.Formatter().parse(sentence[one]) if name} for one in ("en", "zh")]
        assert gaps[0] == gaps[1], f"{shown(file)}: {key} fills different gaps in en and zh"


def test_nothing_unexpected_lies_at_the_top() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    tops = {name.split("/")[0] for name in listed.split("\0") if name}
    assert tops <= TOP_LEVEL, f"{sorted(tops - TOP_LEVEL)}: find the room it belongs to, or record why not"


def test_nothing_is_left_for_later() -> None:
    """It is done, or the docs say «not yet»."""
    later = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError)\b")
    assert [shown(file) for file in PRODUCT if later.search(file.read_text(encoding="utf-8"))] == []


def test_every_link_in_the_docs_leads_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not target.startswith("mailto:"):
                assert (page.parent / target).exists(), f"{shown(page)} links to {target}, which is not there"
