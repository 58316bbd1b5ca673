"""Planted bugs, each one line of the product, each caught by a checker that is named here.

    python -m tests.simulation.mutants            all of them, as a table
    python -m tests.simulation.mutants NAME …     some

A bug is planted in a copy of the tree; its checker must fail there. A checker that cannot fail is not a checker.
"""

from __future__ import annotations

import compileall
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.simulation import warm
from tests.simulation.bugs import BUGS, Bug

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("app.py", "chalicelib", "infra", "tests", "pyproject.toml", "docs")
COMPILED = ("chalicelib", "infra", "tests")
LOCAL_AWS = ".venv-cloud"
"""Too big to copy, and nothing is planted there."""
_FREE: list[tempfile.TemporaryDirectory[str]] = []
"""Copies in which nothing is planted now."""
WORKERS = 2
SECONDS_AT_MOST = 300
OTHER_SEEDS = range(1, 9)
_OPTIONS = ("-q", "-x", "-n", "0", "-p", "no:cacheprovider", "-p", "no:warnings", "--tb=native", "--assert=plain")
"""Plain: the byte code of the tests is as good as compiled, and nobody reads what a bug that was caught is told by."""
_FAILED = re.compile(r"^(FAILED|ERROR) ", re.MULTILINE)


@dataclass(frozen=True)
class Verdict:
    bug: Bug
    caught: bool
    seconds: float
    told: str


def main(names: Sequence[str]) -> int:
    chosen = [bug for bug in BUGS if not names or bug.name in names]
    with ThreadPoolExecutor(WORKERS) as pool:
        verdicts = list(pool.map(_told_aloud, chosen))
    missed = [verdict for verdict in verdicts if not verdict.caught]
    print(f"\n{len(verdicts) - len(missed)} of {len(verdicts)} caught")
    for verdict in missed:
        print(f"\nNOT CAUGHT: {verdict.bug.name}\n{verdict.told[-2000:]}")
    return 1 if missed or not verdicts else 0


def tried(bug: Bug) -> Verdict:
    """Plants the bug in a copy and runs its checker there; a play with other seeds too, until it meets the bug."""
    began = time.monotonic()
    with planted(bug) as copy:
        for seed in (bug.seed, *OTHER_SEEDS) if bug.is_played else (None,):
            run = _checked(bug, copy, seed)
            if caught := run.status == 1 and bool(_FAILED.search(run.told)):
                break
    return Verdict(bug, caught, time.monotonic() - began, run.shown)


def _checked(bug: Bug, copy: Path, seed: int | None) -> warm.Run:
    """A process that a signal ended has proved nothing: it is asked once more."""
    inside = {**os.environ, "SHRINKING_SECONDS": "0"} | ({} if seed is None else {"SIMULATION_SEED": str(seed)})
    asked = (copy, inside, SECONDS_AT_MOST, "pytest", *_OPTIONS, *bug.checkers)
    run = warm.run(*asked)
    return warm.run(*asked) if run.status < 0 else run


@contextmanager
def planted(bug: Bug) -> Iterator[Path]:
    """A copy of the tree that has the bug meanwhile; the next one may get the same copy, without it.

    Raises ValueError unless its line is there, once.
    """
    try:
        made = _FREE.pop()
    except IndexError:
        made = _copied()
    copy = Path(made.name)
    file = copy / bug.file
    text = file.read_text(encoding="utf-8")
    if text.count(bug.line) != 1:
        raise ValueError(f"{bug.name}: {bug.file} holds {text.count(bug.line)} times {bug.line!r}")
    for compiled in file.parent.glob(f"__pycache__/{file.stem}.*"):
        compiled.unlink()
    try:
        file.write_text(text.replace(bug.line, bug.becomes), encoding="utf-8")
        yield copy
    finally:
        file.write_text(text, encoding="utf-8")
        _FREE.append(made)


def _told_aloud(bug: Bug) -> Verdict:
    verdict = tried(bug)
    word = "caught" if verdict.caught else "MISSED"
    checker = bug.checkers[0].rpartition("::")[2]
    print(f"{word}  {verdict.seconds:5.1f} s  {bug.name:<44} {checker}", flush=True)
    return verdict


def _copied() -> tempfile.TemporaryDirectory[str]:
    """The tree with its byte code."""
    made = tempfile.TemporaryDirectory()
    for name in COPIED:
        _copy(ROOT / name, Path(made.name, name))
    for name in COMPILED:
        compileall.compile_dir(Path(made.name, name), quiet=2)
    Path(made.name, LOCAL_AWS).symlink_to(ROOT / LOCAL_AWS)
    return made


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("node_modules", "build"))
    else:
        shutil.copy2(source, target)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
