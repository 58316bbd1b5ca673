"""The import budget of each function: what it may load until its first answer. Whoever needs more says so here."""

from __future__ import annotations

import json
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app import app
from chalicelib.api.blueprint import FUNCTIONS, routes
from tests.bench.measure import cold

ROOT = Path(__file__).parents[2]
BUDGET = json.loads(Path(__file__).with_name("import_budget.json").read_text(encoding="utf-8"))
OURS = {"app", "chalicelib"}
DEVELOPERS = {"certifi", "numpy", "pandas", "pyarrow", "cython_runtime"}
"""Not in the package, nor in the layer; botocore and DuckDB take them where they are installed."""
Begin = Callable[[str, list[Path]], dict[str, Any]]


@pytest.fixture(scope="module")
def begin() -> Iterator[Begin]:
    with cold.first_answers() as first:
        yield first


def libraries(modules: list[str]) -> set[str]:
    """What others wrote; compiled modules beside a library carry an underscore."""
    tops = {name.partition(".")[0] for name in modules}
    known = sys.stdlib_module_names | OURS | DEVELOPERS
    return {top for top in tops if top not in known and not top.startswith("_")}


def test_all_methods_of_a_path_go_to_one_function() -> None:
    """Which knows them all, and so what to allow."""
    assert app.routes
    functions = {(route.path, route.function) for route in routes()}
    assert len(functions) == len({path for path, _ in functions})


@pytest.mark.parametrize("function", sorted({*FUNCTIONS} - {"access"}))
def test_a_function_imports_the_routes_that_it_answers_and_no_others(begin: Begin, function: str) -> None:
    modules = begin(function, [ROOT, Path(sysconfig.get_path("purelib"))])["modules"]
    imported = {name for name in modules if name.startswith("chalicelib.") and ".routes" in name}
    assert imported == {route.view.__module__ for route in routes() if route.function == function}


def test_every_function_has_a_budget() -> None:
    assert sorted(BUDGET) == sorted(cold.FIRSTS), "write it down in tests/tidy/import_budget.json"


@pytest.mark.parametrize("function", sorted(BUDGET))
def test_a_function_stays_within_its_budget(begin: Begin, function: str) -> None:
    imported = begin(function, [ROOT, Path(sysconfig.get_path("purelib"))])["modules"]
    allowed, modules = BUDGET[function], [name for name in imported if name.partition(".")[0] not in DEVELOPERS]
    more = libraries(modules) - set(allowed["libraries"])
    assert not more, f"{function} imports {sorted(more)}: import it where it is used, or add it to its budget"
    unused = set(allowed["libraries"]) - libraries(modules)
    assert not unused, f"{function} does not import {sorted(unused)} any more: take it out of its budget"
    assert len(modules) <= allowed["modules"], f"{function} imports {len(modules)} modules"
