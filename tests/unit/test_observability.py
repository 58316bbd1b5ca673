"""Log lines: one JSON object on one line, nothing but ASCII."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import observability
from chalicelib.observability import Formatter, directive


def line(message: str, **facts: Any) -> str:
    record = logging.LogRecord("coffer", logging.WARNING, "", 0, message, (), None)
    record.created = 1_795_766_400.25
    record.__dict__.update(facts)
    return Formatter().format(record)


def test_a_line_carries_level_message_time_service_and_facts() -> None:
    told = json.loads(line("request", status=201, path="/v1/payments"))
    assert told == {
        "level": "WARNING",
        "message": "request",
        "timestamp": "2026-11-27T08:00:00.250+00:00",
        "service": "coffer",
        "status": 201,
        "path": "/v1/payments",
    }


@given(text=st.text())
def test_no_character_of_a_strangers_ends_or_colours_a_line(text: str) -> None:
    told = line("request", path=text)
    assert told.isascii()
    assert told.isprintable()
    assert json.loads(told)["path"] == text


def powertools(metrics: dict[str, tuple[float, MetricUnit]], *sets: dict[str, str]) -> dict[str, Any]:
    """What Powertools' Metrics writes, with one number where it writes a list of one."""
    provider = AmazonCloudWatchEMFProvider(namespace="Coffer")
    provider.default_dimensions.clear()
    for name, (value, unit) in metrics.items():
        provider.add_metric(name, unit, value)
    for one in sets:
        provider.add_dimensions(**one)
    told = provider.serialize_metric_set()
    return {name: value[0] if isinstance(value, list) else value for name, value in told.items()}


def plain(told: dict[str, Any]) -> dict[str, Any]:
    """Without the moment, and without the set of no dimensions that Powertools always adds."""
    moment = told["_aws"].pop("Timestamp")
    assert isinstance(moment, int)
    assert moment > 1_500_000_000_000, "milliseconds"
    for one in told["_aws"]["CloudWatchMetrics"]:
        one["Dimensions"] = [members for members in one["Dimensions"] if members]
    return told


def test_a_count_has_the_form_that_powertools_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(observability, "say", said.append)
    observability.count("WalletFrozen", 2, Reason="stolen_phone")
    theirs = powertools({"WalletFrozen": (2, MetricUnit.Count)}, {"Reason": "stolen_phone"})
    assert plain(json.loads(said[0])) == plain(theirs)


def test_a_line_with_several_sets_has_the_form_that_powertools_writes() -> None:
    told = directive({"Errors": "Count", "Milliseconds": "Milliseconds"}, ("Function",), ("Function", "Route"))
    facts = {"Errors": 0, "Milliseconds": 1.5, "Function": "money", "Route": "GET /x", "metrics": [told]}
    ours = json.loads(line("request", **facts))
    theirs = powertools(
        {"Errors": (0, MetricUnit.Count), "Milliseconds": (1.5, MetricUnit.Milliseconds)},
        {"Function": "money"},
        {"Function": "money", "Route": "GET /x"},
    )
    assert plain({name: ours[name] for name in theirs}) == plain(theirs)


def test_only_lambda_starts_cold_and_says_which_function(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(observability, "say", said.append)
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_NAME", raising=False)
    observability.begun()
    assert said == []
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Coffer/my-stack")
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "my-stack-fan-out")
    observability.begun()
    told = json.loads(said[0])
    assert (told["Cold"], told["Function"]) == (1, "fan-out")


def test_two_stacks_in_one_account_have_namespaces_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Coffer/probe")
    assert directive({"Bad": "Count"})["Namespace"] == "Coffer/probe"
