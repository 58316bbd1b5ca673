"""The lake's files on this machine's disk: they never change, so one that is here is not fetched again."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from chalicelib.insight import store_lake
from chalicelib.insight.engine import Engine
from chalicelib.insight.model_imports import Used
from chalicelib.insight.model_lake import Day, File
from chalicelib.insight.model_query import Datasets
from chalicelib.kernel.errors import QuestionTooWide

MOST_BYTES = 3_000_000_000
"""Of events, on a disk that has room for what spills too (`engine.SPILL`)."""
_FOLDER = Path(tempfile.gettempdir()) / "coffer-lake"


def of(days: Sequence[Day]) -> tuple[File, ...]:
    return tuple(one for day in days for one in day.files)


def datasets(imported: Mapping[str, Used]) -> Datasets:
    """Where `engine` puts them."""
    return {name: one.here(str(_FOLDER / one.file)) for name, one in imported.items()}


def engine(found: Sequence[File], imported: Mapping[str, Used] | None = None) -> Engine:
    """Over these files; the one before it is kept, with what it knows of them. Raises QuestionTooWide, Unavailable."""
    size = sum(one.bytes for one in found)
    if size > MOST_BYTES:
        raise QuestionTooWide(reason="files", param="from")
    paths = [_FOLDER / one.key for one in found]
    tables = [_FOLDER / one.file for one in (imported or {}).values()]
    _make_room({*paths, *tables}, size)
    for path in (*tables, *paths):
        _fetch(path)
    return _engine(tuple(map(str, paths)))


@lru_cache(maxsize=2)
def _engine(paths: tuple[str, ...]) -> Engine:
    return Engine(paths)


def _fetch(path: Path) -> None:
    """When it was asked for last is written on it: a disk may be mounted without noting that."""
    if not path.exists():
        partly = path.with_suffix(".part")
        store_lake.fetch(path.relative_to(_FOLDER).as_posix(), partly)
        partly.rename(path)
    os.utime(path, ns=(time.time_ns(), path.stat().st_mtime_ns))


def _make_room(needed: Collection[Path], size: int) -> None:
    """For so many bytes of what is needed, which stays: of all others those go that were asked for longest ago."""
    others = [(path, path.stat()) for path in _FOLDER.rglob("*.parquet") if path not in needed]
    used = size + sum(kept.st_size for _, kept in others)
    for path, kept in sorted(others, key=lambda one: one[1].st_atime_ns):
        if used <= MOST_BYTES:
            return
        used -= kept.st_size
        path.unlink(missing_ok=True)
