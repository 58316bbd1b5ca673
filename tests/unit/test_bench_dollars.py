"""Dollars from published prices: the file is complete and dated, and the sums are those that AWS's pages show."""

from __future__ import annotations

import ast
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.bench.measure import dollars, prices
from tests.bench.measure.dollars import Function
from tests.bench.measure.meter import Bill
from tests.bench.measure.samples import Sample
from tests.bench.measure.units import Units

PUBLISHED = prices.published()


def sample(cpu: float = 0.0, wait: float = 0.0, logged: int = 0, **bill: Any) -> Sample:
    return Sample(Bill(**bill), cpu, wait, logged)


def asked_for() -> set[str]:
    """Names of prices in the code that sums them up."""
    tree = ast.parse(Path(dollars.__file__).read_text(encoding="utf-8"))
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in texts if text in PUBLISHED.prices} | {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "dollars"
        and isinstance(node.args[0], ast.Constant)
    }


def test_every_price_that_is_asked_for_is_there_and_none_is_idle() -> None:
    assert asked_for() == set(PUBLISHED.prices)


def test_the_prices_are_dated_and_say_where_they_are_from() -> None:
    assert date(2026, 1, 1) <= PUBLISHED.as_of <= date(2100, 1, 1)
    assert PUBLISHED.region
    for name, price in PUBLISHED.prices.items():
        assert price.source.startswith("https://aws.amazon.com/"), name
        assert price.per >= 1, name
        assert price.dollars >= 0, name
        assert price.of, name


def test_a_price_that_nobody_wrote_down_is_not_taken_for_nothing() -> None:
    with pytest.raises(KeyError):
        PUBLISHED.dollars("quantum_second", 1)


def test_a_million_small_writes_and_reads_cost_what_the_page_says() -> None:
    found = dollars.per_million(sample(units=Units(read=1, write=1)), Function(1024))
    assert found["DynamoDB"] == pytest.approx(0.625 + 0.125)


def test_three_million_seconds_at_half_a_gigabyte_cost_what_the_page_says() -> None:
    """AWS's example: 512 MB, 3 million invocations of 1 s: 25 dollars of compute and 0.60 of requests, nothing free."""
    found = dollars.per_million(sample(wait=1000), Function(512))
    assert 3 * found["Lambda"] == pytest.approx(1_500_000 * 0.0000166667 + 0.60)


def test_lambda_bills_whole_milliseconds_of_a_core_as_large_as_the_memory() -> None:
    assert Function(1769).milliseconds(sample(cpu=2.1)) == 3
    assert Function(1769 // 2).milliseconds(sample(cpu=2.0)) == 5, "884 MB are a little less than half a core"
    assert Function(10_240).milliseconds(sample(cpu=2.0)) == 2, "one thread uses one core"
    assert Function(512).milliseconds(sample(wait=7.0)) == 7, "waiting is not stretched"


def test_a_queue_is_paid_for_sending_receiving_and_deleting() -> None:
    sent = sample(queued={"https://sqs/1/fold": 2, "https://sqs/1/settlement.fifo": 1})
    assert dollars.per_million(sent, Function(512))["SQS"] == pytest.approx(2 * 0.40 + 0.50)
    assert dollars.per_million(sample(), Function(512, queue="standard"))["SQS"] == pytest.approx(2 * 0.40)
    assert dollars.per_million(sample(), Function(512, queue="fifo"))["SQS"] == pytest.approx(2 * 0.50)


def test_only_what_comes_through_the_gateway_pays_for_it() -> None:
    assert dollars.per_million(sample(), Function(1024, web=True))["API Gateway"] == 3.5
    assert dollars.per_million(sample(), Function(1024))["API Gateway"] == 0


def test_what_is_kept_is_paid_for_every_month() -> None:
    assert dollars.kept_million(sample(kept=2000)) == pytest.approx(2 * (0.25 + 0.20))


def test_an_idle_month_counts_what_the_template_declares() -> None:
    queue = {"Type": "SQS", "Properties": {"Queue": {"Fn::GetAtt": ["Q", "Arn"]}}}
    asked = [{"MetricStat": {}}, {"MetricStat": {}}]
    resources = {
        "K": {"Type": "AWS::KMS::Key"},
        "S": {"Type": "AWS::SecretsManager::Secret"},
        "A": {"Type": "AWS::CloudWatch::Alarm"},
        "B": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Metrics": [{"Expression": "a"}, *asked]}},
        "C": {"Type": "AWS::CloudWatch::CompositeAlarm"},
        "D": {"Type": "AWS::CloudWatch::Dashboard"},
        "Q": {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": True}},
        "F": {"Type": "AWS::Serverless::Function", "Properties": {"Events": {"one": queue}}},
    }
    found = dollars.idle_month({"DynamoDB": 10.0}, {"Resources": resources})
    polls = 730 * 3600 / 20 * 5
    assert found == {
        "sweep": pytest.approx(10.0 * 60 * 730 / 1e6),
        "polling": pytest.approx(polls * 0.50 / 1e6),
        "keys": 1.0,
        "secrets": 0.4,
        "alarms": pytest.approx(0.3 + 0.5),
        "dashboard": 3.0,
    }


def test_the_price_file_is_json_that_people_can_edit() -> None:
    assert list(json.loads(prices.FILE.read_text(encoding="utf-8"))) == ["as_of", "region", "prices"]
