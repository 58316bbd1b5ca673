"""The only maker of logger and metrics. Powertools' tracer costs 0.7 s of a cold start: left out.

Metrics are log lines in CloudWatch's embedded format, which CloudWatch itself turns into metrics: no call, nothing to
wait for. They are written by ourselves, into the line of the request where there is one (decision 30); a test holds
their form to what Powertools' Metrics writes.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import RESERVED_LOG_ATTRS, LambdaPowertoolsFormatter

from chalicelib import settings
from chalicelib.kernel import clock

SERVICE = "coffer"
Unit = Literal["Count", "Milliseconds", "Seconds"]
Directive = dict[str, Any]
"""What CloudWatch is told of a line: which of its members are metrics, and by which others they are told apart."""


class Formatter(LambdaPowertoolsFormatter):
    """One JSON line per record, ASCII only: no character of a stranger's can end or colour it.

    Powertools' own takes a record apart in six passes: a tenth of a payment's CPU (`make bench`). What raised is told
    by whoever logs it, by kind and place: a message may quote what somebody typed. Of a line whose `metrics` are
    directives, CloudWatch keeps metrics as well.
    """

    encoded = staticmethod(json.JSONEncoder(default=str, separators=(",", ":")).encode)

    def format(self, record: logging.LogRecord) -> str:
        facts = {name: fact for name, fact in record.__dict__.items() if name not in RESERVED_LOG_ATTRS}
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told = {"level": record.levelname, "message": record.getMessage(), "timestamp": at, "service": SERVICE}
        if (directives := facts.pop("metrics", None)) is not None:
            facts["_aws"] = embedded(directives, int(record.created * 1000))
        return self.encoded(told | facts)


@cache
def logger() -> Logger:
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # how "Optimization" in the logging HOWTO leaves places out
    return Logger(service=SERVICE, logger_formatter=Formatter())


def directive(metrics: Mapping[str, Unit], *dimensions: tuple[str, ...]) -> Directive:
    """`metrics`: name → unit. `dimensions`: sets of members; each set makes metrics of its own, () one of all."""
    return {
        "Namespace": settings.namespace(),
        "Dimensions": [list(one) for one in dimensions or ((),)],
        "Metrics": [{"Name": name, "Unit": unit} for name, unit in metrics.items()],
    }


def embedded(directives: list[Directive], at_milliseconds: int) -> dict[str, Any]:
    """The member `_aws` of a line."""
    return {"Timestamp": at_milliseconds, "CloudWatchMetrics": directives}


def count(name: str, value: int = 1, **dimensions: str) -> None:
    """So many of something happened; `dimensions` have few values each, for every one is a metric to pay for."""
    _measured(name, value, "Count", dimensions)


def gauge(name: str, value: float, unit: Unit = "Seconds", **dimensions: str) -> None:
    """How much there is of something now."""
    _measured(name, round(value, 3), unit, dimensions)


def begun() -> None:
    """A cold start, once a process; outside Lambda there is none."""
    if settings.in_lambda():
        count("Cold", Function=settings.function())


def page(name: str, **facts: str | int) -> None:
    """Something that must never happen did: an error line and the metric that an alarm watches."""
    logger().error(name, extra={"alarm": name, **facts})
    count(name)


def say(line: str) -> None:
    """A line of its own, whatever level is logged: no metric is lost to a quieter log."""
    sys.stdout.write(line + "\n")


def _measured(name: str, value: float, unit: Unit, dimensions: Mapping[str, str]) -> None:
    told = embedded([_directive(name, unit, tuple(dimensions))], int(clock.now().timestamp() * 1000))
    say(Formatter.encoded({"_aws": told, **dimensions, name: value}))


@cache
def _directive(name: str, unit: Unit, dimensions: tuple[str, ...]) -> Directive:
    return directive({name: unit}, dimensions)
