"""What AWS itself counts: requests and ages in CloudWatch, messages in SQS."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import cloud, settings

_REQUESTS = {
    "requests": ("Count", "Sum"),
    "client_errors": ("4XXError", "Sum"),
    "server_errors": ("5XXError", "Sum"),
    "latency_ms_p50": ("Latency", "p50"),
    "latency_ms_p99": ("Latency", "p99"),
}
"""https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html"""
_FRESH = timedelta(minutes=4)
"""CloudWatch tells a minute once it is over, and some time later."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Empty or None of what CloudWatch does not have or tell."""

    requests: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Minute → name in `_REQUESTS` → value, where there is one."""
    waiting_seconds: float | None = None
    """How long the oldest message of entries to be folded had waited, when that was last measured."""
    stream_seconds: float | None = None
    """How old the entries were that the fan-out was last given."""


def measured(since: datetime, until: datetime) -> Measured:
    try:
        answer = cloud.client("cloudwatch").get_metric_data(
            MetricDataQueries=_asked(),
            StartTime=since,
            EndTime=until,
            ScanBy="TimestampAscending",
        )
    except (BotoCoreError, ClientError):
        return Measured()
    requests: dict[str, dict[str, float]] = defaultdict(dict)
    latest: dict[str, float] = {}
    for series in answer["MetricDataResults"]:
        for moment, value in zip(series["Timestamps"], series["Values"], strict=True):
            if series["Id"] in _REQUESTS:
                requests[f"{moment:%Y-%m-%dT%H:%M}"][series["Id"]] = value
            elif moment >= until - _FRESH:
                latest[series["Id"]] = value
    late = latest.get("stream_milliseconds")
    return Measured(requests, latest.get("waiting_seconds"), None if late is None else late / 1000)


def behind(url: str, at: datetime) -> float | None:
    """How many seconds old the oldest may be that is still on its way through the stream and this queue, as far as is
    measured; None where something waits and nobody says since when."""
    found = _attributes(url)
    waits = _number(found) + int(found["ApproximateNumberOfMessagesNotVisible"])
    latest = _latest(_ages(url), at)
    if waits and "waiting_seconds" not in latest:
        return None
    known = [latest[name] for name in latest if waits or name != "waiting_seconds"]
    return max(known, default=0.0)


def _latest(asked: list[dict[str, Any]], at: datetime) -> dict[str, float]:
    """In seconds, as old as each may be by now: what was measured a while ago has grown older since."""
    times = {"StartTime": at - _FRESH, "EndTime": at + timedelta(minutes=1), "ScanBy": "TimestampAscending"}
    try:
        answer = cloud.client("cloudwatch").get_metric_data(MetricDataQueries=asked, **times)
    except (BotoCoreError, ClientError):
        return {}
    found: dict[str, float] = {}
    for series in answer["MetricDataResults"]:
        for moment, value in zip(series["Timestamps"], series["Values"], strict=True):
            seconds = value / 1_000 if series["Id"].endswith("milliseconds") else value
            found[series["Id"]] = seconds + max(0.0, (at - moment).total_seconds())
    return found


def queue(url: str) -> tuple[int, int, int | None]:
    """How many messages wait, are being worked on, and died (None where messages never do)."""
    found = _attributes(url)
    return _number(found), int(found["ApproximateNumberOfMessagesNotVisible"]), _dead(url, found.get("RedrivePolicy"))


def _dead(url: str, policy: str | None) -> int | None:
    if not policy:
        return None
    name = json.loads(policy)["deadLetterTargetArn"].rpartition(":")[2]
    return _number(_attributes(f"{url.rpartition('/')[0]}/{name}"))


def _number(found: Mapping[str, str]) -> int:
    return int(found["ApproximateNumberOfMessages"])


def _attributes(url: str) -> dict[str, str]:
    asked = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "RedrivePolicy"]
    answer = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=asked)
    found: dict[str, str] = answer["Attributes"]
    return found


def _asked() -> list[dict[str, Any]]:
    """One call, whatever is asked: it is paid for by the metric."""
    api = {"ApiName": settings.stack()}
    return [
        *(_metric(name, "AWS/ApiGateway", metric, api, statistic) for name, (metric, statistic) in _REQUESTS.items()),
        *_ages(settings.settings().fold_queue_url),
    ]


def _ages(url: str) -> list[dict[str, Any]]:
    """Of the oldest message of a queue, and of what the fan-out was last given."""
    queue = {"QueueName": url.rpartition("/")[2]}
    function = {"FunctionName": f"{settings.stack()}-fan-out"}
    return [
        _metric("waiting_seconds", "AWS/SQS", "ApproximateAgeOfOldestMessage", queue, "Maximum"),
        _metric("stream_milliseconds", "AWS/Lambda", "IteratorAge", function, "Maximum"),
    ]


def _metric(name: str, space: str, metric: str, of: Mapping[str, str], statistic: str) -> dict[str, Any]:
    dimensions = [{"Name": dimension, "Value": value} for dimension, value in of.items()]
    about = {"Namespace": space, "MetricName": metric, "Dimensions": dimensions}
    return {"Id": name, "MetricStat": {"Metric": about, "Period": 60, "Stat": statistic}, "ReturnData": True}
