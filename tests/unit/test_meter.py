"""The front door counts as API Gateway does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from infra.local import meter

MINUTE = datetime(2026, 11, 22, 8, 7, tzinfo=UTC)


def sums(data: list[dict[str, Any]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for one in data:
        pairs = zip(one["Values"], one["Counts"], strict=True)
        found[one["MetricName"]] = found.get(one["MetricName"], 0) + sum(value * times for value, times in pairs)
    return found


def test_requests_errors_and_latency_are_told_apart() -> None:
    data = meter.data([(200, 30), (201, 30), (404, 10), (503, 1_000)], MINUTE)
    assert sums(data) == {"Count": 4, "4XXError": 1, "5XXError": 1, "Latency": 1_070}
    assert {one["Timestamp"].replace(second=0) for one in data} == {MINUTE}


def test_more_values_than_one_datum_takes_are_told_in_several() -> None:
    data = [one for one in meter.data([(200, took) for took in range(400)], MINUTE) if one["MetricName"] == "Latency"]
    assert [len(one["Values"]) for one in data] == [150, 150, 100]
    assert sums(data)["Latency"] == sum(range(400))


def test_where_no_local_aws_is_named_nothing_is_counted(monkeypatch: Any) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    assert meter.here() is None
