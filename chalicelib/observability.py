"""The only maker of logger and metrics (AWS Lambda Powertools). The tracer costs 0.7 s of a cold start: left out."""

from __future__ import annotations

import json
import logging
from functools import cache

from aws_lambda_powertools import Logger, Metrics


@cache
def logger() -> Logger:
    """One JSON line per record, ASCII only: no character of a stranger's can end or colour it."""
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    return Logger(service="coffer", json_serializer=json.JSONEncoder(default=str, separators=(",", ":")).encode)


@cache
def metrics() -> Metrics:
    return Metrics(namespace="Coffer", service="coffer")


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
