"""What AWS itself counts: requests in CloudWatch, messages in SQS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import cloud, settings

_METRICS = {
    "requests": ("Count", "Sum"),
    "client_errors": ("4XXError", "Sum"),
    "server_errors": ("5XXError", "Sum"),
    "latency_ms_p50": ("Latency", "p50"),
    "latency_ms_p99": ("Latency", "p99"),
}
"""https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html"""


def requests(since: datetime, until: datetime) -> dict[str, dict[str, float]] | None:
    """Minute → name in `_METRICS` → value, where there is one; None if CloudWatch has or tells nothing."""
    try:
        answer = cloud.client("cloudwatch").get_metric_data(
            MetricDataQueries=[_asked(name, *metric) for name, metric in _METRICS.items()],
            StartTime=since,
            EndTime=until,
            ScanBy="TimestampAscending",
        )
    except (BotoCoreError, ClientError):
        return None
    found: dict[str, dict[str, float]] = {}
    for series in answer["MetricDataResults"]:
        for moment, value in zip(series["Timestamps"], series["Values"], strict=True):
            found.setdefault(f"{moment:%Y-%m-%dT%H:%M}", {})[series["Id"]] = value
    return found or None


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


def _asked(name: str, metric: str, statistic: str) -> dict[str, Any]:
    about = {
        "Namespace": "AWS/ApiGateway",
        "MetricName": metric,
        "Dimensions": [{"Name": "ApiName", "Value": settings.stack()}],
    }
    return {"Id": name, "MetricStat": {"Metric": about, "Period": 60, "Stat": statistic}, "ReturnData": True}
