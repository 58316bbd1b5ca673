"""Dollars per million, from what was counted and measured and from AWS's published prices; and an idle month.

Lambda: CPU as measured here on a whole core, stretched to the share of a core that the function's memory gives
(1,769 MB are one), plus the wait for AWS, rounded up to a millisecond.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from tests.bench.measure.prices import published
from tests.bench.measure.samples import Sample

MILLION = 1_000_000
ONE_CORE_MEGABYTES = 1769
HOURS_OF_A_MONTH = 730
POLLS_OF_A_QUEUE_PER_HOUR = 5 * 3600 // 20
"""Lambda keeps five long polls of twenty seconds open on every queue (Lambda Developer Guide, SQS scaling)."""
_REQUEST_ID = "00000000-0000-4000-8000-000000000000"
PLATFORM_LINES = (
    f"START RequestId: {_REQUEST_ID} Version: $LATEST\n",
    f"END RequestId: {_REQUEST_ID}\n",
    f"REPORT RequestId: {_REQUEST_ID}\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 1024 MB\t"
    "Max Memory Used: 123 MB\t\n",
)
"""What Lambda itself logs for every invocation."""
Dollars = dict[str, float]
"""Service → dollars."""


@dataclass(frozen=True, slots=True)
class Function:
    memory_megabytes: int
    web: bool = False
    """Called by API Gateway."""
    queue: str = ""
    """Called for the messages of this queue: `standard` or `fifo`."""

    def milliseconds(self, sample: Sample) -> int:
        stretched = sample.cpu * max(1.0, ONE_CORE_MEGABYTES / self.memory_megabytes)
        return max(1, ceil(stretched + sample.wait))


def per_million(sample: Sample, function: Function) -> Dollars:
    """Of so many invocations like this one, warm: DynamoDB, SQS and the process itself keep their data keys."""
    prices, bill = published(), sample.bill
    gigabyte_seconds = function.memory_megabytes / 1024 * function.milliseconds(sample) / 1000
    logged = sample.logged + sum(len(line) for line in PLATFORM_LINES)
    asked = sum(count for url, count in bill.queued.items() if not url.endswith(".fifo"))
    fifo = sum(count for url, count in bill.queued.items() if url.endswith(".fifo"))
    received = 2 if function.queue else 0
    return {
        "API Gateway": prices.dollars("api_gateway_request", MILLION) if function.web else 0.0,
        "Lambda": prices.dollars("lambda_request", MILLION)
        + prices.dollars("lambda_gigabyte_second", MILLION * gigabyte_seconds),
        "DynamoDB": prices.dollars("dynamodb_write_unit", MILLION * bill.units.write)
        + prices.dollars("dynamodb_read_unit", MILLION * bill.units.read),
        "SQS": prices.dollars("sqs_request", MILLION * (asked + received * (function.queue == "standard")))
        + prices.dollars("sqs_fifo_request", MILLION * (fifo + received * (function.queue == "fifo"))),
        "KMS": prices.dollars("kms_request", MILLION * sum(name in _KMS for name in bill.requests)),
        "logs": prices.dollars("logs_gigabyte", MILLION * logged / 1e9),
        "stream": prices.dollars("dynamodb_stream_read", MILLION),
    }


_KMS = ("Decrypt", "Encrypt", "GenerateDataKey", "Sign")


def kept_million(sample: Sample) -> float:
    """Of storing what so many leave behind for a month, with what point-in-time recovery asks."""
    gigabytes = MILLION * sample.bill.kept / 1e9
    names = ("dynamodb_gigabyte_month", "dynamodb_recovery_gigabyte_month")
    return sum(published().dollars(name, gigabytes) for name in names)


def together(*parts: tuple[Dollars, float]) -> Dollars:
    """Each part so many times."""
    services = parts[0][0]
    return {service: sum(part[service] * times for part, times in parts) for service in services}


def idle_month(sweep: Dollars, template: Mapping[str, Any]) -> Dollars:
    """Nobody comes: the sweep runs every minute, Lambda polls the queues, keys and secrets and alarms stand there."""
    prices = published()
    kinds = [one["Type"] for one in template["Resources"].values()]
    polls = HOURS_OF_A_MONTH * POLLS_OF_A_QUEUE_PER_HOUR
    fifo, standard = _polled(template)
    return {
        "sweep": sum(sweep.values()) * 60 * HOURS_OF_A_MONTH / MILLION,
        "polling": prices.dollars("sqs_request", standard * polls) + prices.dollars("sqs_fifo_request", fifo * polls),
        "keys": prices.dollars("kms_key_month", kinds.count("AWS::KMS::Key")),
        "secrets": prices.dollars("secret_month", kinds.count("AWS::SecretsManager::Secret")),
        "alarms": prices.dollars("alarm_month", _looked_at(template))
        + prices.dollars("composite_alarm_month", kinds.count("AWS::CloudWatch::CompositeAlarm")),
        "dashboard": prices.dollars("dashboard_month", kinds.count("AWS::CloudWatch::Dashboard")),
    }


def _looked_at(template: Mapping[str, Any]) -> int:
    """Metrics of alarms: an expression's each."""
    found = [
        one.get("Properties", {}) for one in template["Resources"].values() if one["Type"] == "AWS::CloudWatch::Alarm"
    ]
    return sum(max(1, sum("MetricStat" in part for part in one.get("Metrics", ()))) for one in found)


def _polled(template: Mapping[str, Any]) -> tuple[int, int]:
    """FIFO and other queues that a function consumes."""
    events = [
        event
        for one in template["Resources"].values()
        if one["Type"] == "AWS::Serverless::Function"
        for event in one["Properties"].get("Events", {}).values()
        if event["Type"] == "SQS"
    ]
    names = [event["Properties"]["Queue"]["Fn::GetAtt"][0] for event in events]
    fifo = sum(bool(template["Resources"][name]["Properties"].get("FifoQueue")) for name in names)
    return fifo, len(names) - fifo
