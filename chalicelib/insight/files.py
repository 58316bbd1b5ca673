"""The lake's files on this machine's disk: they never change, so one that is here is not fetched again."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from chalicelib.insight import store_lake
from chalicelib.insight.engine import Engine
from chalicelib.insight.model_imports import Used
from chalicelib.insight.model_lake import Day
from chalicelib.insight.model_query import Datasets

_MOST_BYTES = 3_000_000_000
_FOLDER = Path(tempfile.gettempdir()) / "coffer-lake"


def keys(days: Sequence[Day]) -> list[str]:
    return [one.key for day in days for one in day.files]


def datasets(imported: Mapping[str, Used]) -> Datasets:
    """Where `engine` puts them."""
    return {name: one.here(str(_FOLDER / one.file)) for name, one in imported.items()}


def engine(found: Sequence[str], imported: Mapping[str, Used] | None = None) -> Engine:
    """Over these files; the one before it is kept, with what it knows of them."""
    for one in (imported or {}).values():
        _here(one.file)
    return _engine(tuple(str(_here(key)) for key in found))


@lru_cache(maxsize=2)
def _engine(paths: tuple[str, ...]) -> Engine:
    return Engine(paths)


def _here(key: str) -> Path:
    target = _FOLDER / key
    if not target.exists():
        _make_room()
        partly = target.with_suffix(".part")
        store_lake.fetch(key, partly)
        partly.rename(target)
    return target


def _make_room() -> None:
    """Until a gigabyte is free, the files that were asked for longest ago go."""
    found = sorted(_FOLDER.rglob("*.parquet"), key=lambda path: path.stat().st_atime)
    used = sum(path.stat().st_size for path in found)
    while found and used > _MOST_BYTES:
        used -= found[0].stat().st_size
        found.pop(0).unlink()
