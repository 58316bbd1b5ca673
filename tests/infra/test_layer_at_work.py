"""The layer in the local cloud: who has it can ask DuckDB, who has not cannot; and a report over HTTP comes of it."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from typing import Any

import pytest

from infra.local import places, seed, stack
from infra.local.client import Client
from tests.local import local

__all__ = ["local"]
WITH_DUCKDB = {f"{places.STACK}-analysis", f"{places.STACK}-compact"}
ON_SCHEDULE = {"version": "0", "account": "1", "region": places.REGION, "detail": {}, "detail-type": "", "source": "",
               "time": "", "id": "1", "resources": []}  # fmt: skip
SIMPLE = {
    "from": "2026-11-01T00:00:00Z", "to": "2026-12-01T00:00:00Z", "measures": [{"measure": "count"}],
    "dimensions": ["kind"],
}  # fmt: skip
LOOK = """
def look(event, context):
    try:
        import duckdb, PIL
    except ImportError as missing:
        return missing.name
    return duckdb.sql("SELECT 6 * 7").fetchone()[0]
"""


@pytest.fixture(scope="module")
def functions(local: dict[str, Any]) -> Any:
    return stack.client("lambda", local["aws"]["endpoint"])


def looked(functions: Any, like: str) -> Any:
    """What a function finds that has the runtime, the role and the layers of another."""
    about = functions.get_function_configuration(FunctionName=like)
    layers = [one["Arn"] for one in about.get("Layers", ())]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as made:
        made.writestr("probe.py", LOOK)
    name = f"test-{uuid.uuid4().hex[:12]}"
    functions.create_function(
        FunctionName=name, Runtime=about["Runtime"], Role=about["Role"], Handler="probe.look", Layers=layers,
        Code={"ZipFile": code.getvalue()}, Timeout=60, MemorySize=about["MemorySize"],
    )  # fmt: skip
    try:
        return invoked(functions, name)
    finally:
        functions.delete_function(FunctionName=name)


def invoked(functions: Any, name: str) -> Any:
    answer = functions.invoke(FunctionName=name, Payload=json.dumps(ON_SCHEDULE).encode())
    told = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, told
    return told


def test_two_functions_have_the_layer_and_no_other(functions: Any) -> None:
    pages = functions.get_paginator("list_functions").paginate()
    found = [one for page in pages for one in page["Functions"] if one["FunctionName"].startswith(f"{places.STACK}-")]
    having = {one["FunctionName"] for one in found if one.get("Layers")}
    assert having == WITH_DUCKDB


@pytest.mark.parametrize(("like", "finds"), [("analysis", 42), ("compact", 42), ("office", "duckdb")])
def test_duckdb_is_there_for_who_has_the_layer_and_for_nobody_else(functions: Any, like: str, finds: Any) -> None:
    assert looked(functions, f"{places.STACK}-{like}") == finds


def test_files_are_made_few_and_a_report_is_answered_by_the_functions_own_roles(
    local: dict[str, Any], functions: Any
) -> None:
    assert invoked(functions, f"{places.STACK}-compact") >= 0
    anybody = Client(local["api"])
    tokens = seed.operator(anybody)
    assert tokens
    boss = anybody.bearing(tokens["access_token"])
    answer = boss.post("/v1/reports/query", SIMPLE).expect(200)
    rows = boss.get(f"/v1/reports/answers/{answer['id']}").expect(200)
    assert {"data", "has_more"} <= set(rows)
