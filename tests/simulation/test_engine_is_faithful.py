"""The store under the simulation answers as the local cloud's DynamoDB does: the same operations on both."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib import cloud
from tests.concurrency.conftest import atomic, engine  # noqa: F401  (fixtures)
from tests.simulation.engine import Engine
from tests.simulation.operations import OTHER, TABLE, Operations
from tests.simulation.seam import Client
from tests.simulation.tables import Index, Table

SEEDS, EACH = range(1, 9), 150


def in_memory() -> Engine:
    due = {"due": Index("due_key", "due_at")}
    return Engine(lambda: 0.0, {TABLE: Table(TABLE, due), OTHER: Table(OTHER)})


def answered(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
    """What it answers, or how it refuses, in a form that two engines can share."""
    try:
        answer = client._make_api_call(operation, parameters)
    except ClientError as error:
        reasons = error.response.get("CancellationReasons", [])
        told = [(reason["Code"], shown(reason.get("Item"))) for reason in reasons]
        return error.response["Error"]["Code"], shown(error.response.get("Item")), told
    kept = ("Item", "Items", "Count", "Attributes", "Responses", "LastEvaluatedKey")
    return {name: shown(value) for name, value in answer.items() if name in kept and value not in (None, {}, [])}


def shown(value: Any) -> Any:
    """Items of a batch come in any order."""
    if isinstance(value, dict) and set(value) == {TABLE}:
        return sorted(value[TABLE], key=repr)
    return value or None


@pytest.mark.parametrize("seed", SEEDS)
def test_both_engines_answer_the_same_operations_alike(seed: int, atomic: None) -> None:  # noqa: F811
    operations, ours, theirs = Operations(seed), Client("dynamodb", in_memory().call), cloud.client("dynamodb")
    done = []
    for number in range(EACH):
        operation, parameters = operations.one()
        done.append((operation, parameters))
        expected, found = answered(theirs, operation, parameters), answered(ours, operation, parameters)
        assert found == expected, f"seed {seed}, operation {number}: {operation} {parameters}"
    refusals = sum(isinstance(answered(ours, *one), tuple) for one in done)
    assert 0 < refusals < EACH, "operations that all succeed, or all fail, compare nothing"
