"""The page for whoever is called: every graph on it shows what is really measured, and nothing is left out."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from typing import Any

import pytest

from infra import furniture
from tests.infra.conftest import Packaged
from tests.infra.emitted import Metric
from tests.infra.test_alarms import AWS, OURS, measured

__all__ = ["measured"]
_SEARCH = re.compile(r"""SEARCH\('\{([^,}]+),([\w,]+)\} MetricName="(\w+)"', '(\w+)', \d+\)""")
Shown = tuple[str, str, dict[str, str | None]]
"""Namespace, name, dimensions; None for any value."""


def body(packaged: Packaged) -> dict[str, Any]:
    (one,) = packaged.of_type("AWS::CloudWatch::Dashboard").values()
    found: dict[str, Any] = json.loads(one["DashboardBody"]["Fn::Sub"])
    return found


def graphs(packaged: Packaged) -> list[dict[str, Any]]:
    return [one["properties"] for one in body(packaged)["widgets"] if one["type"] == "metric"]


def shown(graph: dict[str, Any]) -> Iterator[Shown]:
    for row in graph["metrics"]:
        if isinstance(row[0], dict):
            for namespace, names, metric, _ in _SEARCH.findall(row[0]["expression"]):
                yield namespace, metric, dict.fromkeys(names.split(","))
            continue
        namespace, metric, *pairs = [one for one in row if isinstance(one, str)]
        yield namespace, metric, dict(zip(pairs[::2], pairs[1::2], strict=True))


def is_measured(one: Shown, measured: set[Metric]) -> bool:
    namespace, name, dimensions = one
    if namespace != OURS["Fn::Sub"]:
        return (namespace, name, tuple(sorted(dimensions))) in AWS
    ours = [
        which
        for place, called, which in measured
        if (place, called) == (os.environ["POWERTOOLS_METRICS_NAMESPACE"], name)
    ]
    values = {name for name in dimensions if name != "Function"}
    return any(
        {key for key, _ in which} == set(dimensions)
        and all(dimensions[key] in (None, value) for key, value in which if key in values)
        for which in ours
    )


def test_every_graph_shows_what_the_code_or_aws_really_measures(packaged: Packaged, measured: set[Metric]) -> None:
    missing = [one for graph in graphs(packaged) for one in shown(graph) if not is_measured(one, measured)]
    assert missing == []


def test_a_graph_of_something_else_is_found_out(measured: set[Metric]) -> None:
    ours = OURS["Fn::Sub"]
    assert is_measured((ours, "Bad", {"Capability": "payments"}), measured)
    assert not is_measured((ours, "Bad", {"Capability": "transfers"}), measured)
    assert not is_measured((ours, "Bad", {}), measured)
    assert not is_measured(("AWS/SQS", "Age", {"QueueName": None}), measured)


@pytest.mark.parametrize(
    ("namespace", "dimension", "kind", "named"),
    [
        ("AWS/SQS", "QueueName", "AWS::SQS::Queue", "QueueName"),
        ("AWS/DynamoDB", "TableName", "AWS::DynamoDB::Table", "TableName"),
        ("AWS/Lambda", "FunctionName", "AWS::Serverless::Function", "FunctionName"),
    ],
)
def test_no_queue_table_or_function_is_left_out(
    packaged: Packaged, namespace: str, dimension: str, kind: str, named: str
) -> None:
    there = {one[named]["Fn::Sub"] for one in packaged.of_type(kind).values()}
    for graph in graphs(packaged):
        on_it = {
            which[dimension] for place, _, which in shown(graph) if place == namespace and set(which) == {dimension}
        }
        assert on_it <= there, graph["title"]
    metrics = {name for graph in graphs(packaged) for place, name, which in shown(graph) if place == namespace}
    for name in metrics - {"IteratorAge", "ReturnedBytes"}:
        told = {
            which[dimension]
            for graph in graphs(packaged)
            for place, called, which in shown(graph)
            if (place, called) == (namespace, name)
        }
        assert told == there, name


def test_no_two_graphs_lie_over_one_another_and_none_hangs_over_the_edge(packaged: Packaged) -> None:
    taken: set[tuple[int, int]] = set()
    for one in body(packaged)["widgets"]:
        cells = {(one["x"] + x, one["y"] + y) for x in range(one["width"]) for y in range(one["height"])}
        assert max(x for x, _ in cells) < 24
        assert not taken & cells
        taken |= cells


def test_ids_in_a_graph_are_told_apart_and_as_cloudwatch_wants_them(packaged: Packaged) -> None:
    for graph in graphs(packaged):
        ids = [
            option["id"] for row in graph["metrics"] for option in row if isinstance(option, dict) and "id" in option
        ]
        assert len(set(ids)) == len(ids), graph["title"]
        assert all(re.fullmatch(r"[a-z]\w*", one) for one in ids), graph["title"]


def test_each_function_is_called_as_its_own_metrics_call_it(packaged: Packaged) -> None:
    names = {one["FunctionName"]["Fn::Sub"].removeprefix("${AWS::StackName}-") for one in packaged.functions.values()}
    cold = {which["Function"] for graph in graphs(packaged) for _, name, which in shown(graph) if name == "Cold"}
    assert cold == names
    assert {"money", "access", "webhooks", "office"} <= cold
    assert {furniture.logical(name.replace("-", "_")) for name in names} == set(packaged.functions)
