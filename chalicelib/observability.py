"""The only maker of logger and metrics (AWS Lambda Powertools). The tracer costs 0.7 s of a cold start: left out."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from functools import cache

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging.formatter import RESERVED_LOG_ATTRS, LambdaPowertoolsFormatter

SERVICE = "coffer"


class Formatter(LambdaPowertoolsFormatter):
    """One JSON line per record, ASCII only: no character of a stranger's can end or colour it.

    Powertools' own takes a record apart in six passes: a tenth of a payment's CPU (`make bench`). What raised is told
    by whoever logs it, by kind and place: a message may quote what somebody typed.
    """

    _encoded = staticmethod(json.JSONEncoder(default=str, separators=(",", ":")).encode)

    def format(self, record: logging.LogRecord) -> str:
        facts = {name: fact for name, fact in record.__dict__.items() if name not in RESERVED_LOG_ATTRS}
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told = {"level": record.levelname, "message": record.getMessage(), "timestamp": at, "service": SERVICE}
        return self._encoded(told | facts)


@cache
def logger() -> Logger:
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # how "Optimization" in the logging HOWTO leaves places out
    return Logger(service=SERVICE, logger_formatter=Formatter())


@cache
def metrics() -> Metrics:
    return Metrics(namespace="Coffer", service=SERVICE)


def count(name: str, value: int = 1, **dimensions: str) -> None:
    """One embedded-format metric line of its own: a count with its dimensions."""
    from aws_lambda_powertools.metrics import MetricUnit, single_metric

    with single_metric(name=name, unit=MetricUnit.Count, value=value, namespace="Coffer") as metric:
        for key, text in dimensions.items():
            metric.add_dimension(name=key, value=text)


def page(name: str, **facts: str | int) -> None:
    """Something that must never happen did: an error line and the metric that an alarm watches."""
    logger().error(name, extra={"alarm": name, **facts})
    count(name)
