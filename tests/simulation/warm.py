"""Runs a module in a copy of the tree, in a process forked from one that holds every library and nothing of ours.

Importing the libraries takes longer than most checkers need to fail; what is planted is imported afresh each time.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_ROOT = Path(__file__).resolve().parents[2]
_OURS = ("app", "chalicelib", "infra", "tests")
_KEPT = ("tests.environment",)
"""Holds keys that take a while to make, and nothing of the product."""
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.simulation.libraries"])


@dataclass(frozen=True)
class Run:
    """`told`: its output; `complained`: its errors."""

    status: int
    told: str
    complained: str

    @property
    def shown(self) -> str:
        return self.told + self.complained


def run(copy: Path, environment: Mapping[str, str], seconds_at_most: float, module: str, *words: str) -> Run:
    """As `python -m module words` in `copy`. Raises TimeoutError."""
    with _written() as told, _written() as complained:
        streams = (told.name, complained.name)
        child = _FORKS.Process(target=_become, args=(str(copy), streams, dict(environment), module, words))
        child.start()
        child.join(seconds_at_most)
        if child.exitcode is None:
            child.kill()
            raise TimeoutError(f"{module} {' '.join(words)} runs longer than {seconds_at_most} s:\n{told.read()}")
        return Run(child.exitcode, told.read(), complained.read())


def _written() -> IO[str]:
    return tempfile.NamedTemporaryFile("r", encoding="utf-8", errors="replace")


def _become(
    copy: str, streams: tuple[str, str], environment: dict[str, str], module: str, words: tuple[str, ...]
) -> None:
    for stream, name in enumerate(streams, start=1):
        os.dup2(os.open(name, os.O_WRONLY | os.O_APPEND), stream)
    _forget_ours()
    os.chdir(copy)
    sys.path[:] = [copy, *(place for place in sys.path if place not in ("", str(_ROOT)))]
    os.environ.clear()
    os.environ.update(environment | {"PYTHONPATH": copy, "PYTHONDONTWRITEBYTECODE": "1"})
    sys.dont_write_bytecode = True
    sys.argv = [module, *words]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _forget_ours() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in _OURS and name not in _KEPT]:
        del sys.modules[name]
