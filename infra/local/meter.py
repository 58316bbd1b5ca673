"""What API Gateway counts in the cloud, counted by the front door: requests, errors and latency, in CloudWatch's words.

A thread of its own sends them every few seconds, so that no request waits for it; what cannot be sent is dropped.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.local import places, stack

NAMESPACE = "AWS/ApiGateway"
EVERY_SECONDS = 5.0
_MOST_VALUES = 150
"""Of one datum of PutMetricData."""
_HALF = timedelta(seconds=30)


class Meter:
    """Minute → what happened in it since the last time it was sent."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint, self._lock = endpoint, threading.Lock()
        self._minutes: dict[datetime, list[tuple[int, int]]] = {}

    def count(self, status: int, milliseconds: float) -> None:
        minute = datetime.now(UTC).replace(second=0, microsecond=0)
        with self._lock:
            self._minutes.setdefault(minute, []).append((status, round(milliseconds)))

    def start(self) -> None:
        threading.Thread(target=self._go_on, daemon=True).start()

    def send(self) -> None:
        with self._lock:
            minutes, self._minutes = self._minutes, {}
        for minute, answers in minutes.items():
            told = data(answers, minute)
            stack.client("cloudwatch", self._endpoint).put_metric_data(Namespace=NAMESPACE, MetricData=told)

    def _go_on(self) -> None:
        pause = threading.Event()
        while not pause.wait(EVERY_SECONDS):
            try:
                self.send()
            except Exception as problem:
                print(f"not counted: {type(problem).__name__}", flush=True)


def here() -> Meter | None:
    """Where the environment names a local AWS."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    return Meter(endpoint) if endpoint else None


def data(answers: list[tuple[int, int]], minute: datetime) -> list[dict[str, Any]]:
    """The metric data of (status, milliseconds) answers in one minute."""
    return [datum for name, values in _told(answers).items() for datum in _data(name, values, minute)]


def _told(answers: list[tuple[int, int]]) -> dict[str, Counter[int]]:
    """Metric → value → how often."""
    return {
        "Count": Counter({1: len(answers)}),
        "4XXError": Counter(int(400 <= status < 500) for status, _ in answers),
        "5XXError": Counter(int(status >= 500) for status, _ in answers),
        "Latency": Counter(took for _, took in answers),
    }


def _data(name: str, values: Counter[int], minute: datetime) -> list[dict[str, Any]]:
    found = sorted(values.items())
    return [
        {
            "MetricName": name,
            "Dimensions": [{"Name": "ApiName", "Value": places.STACK}],
            "Timestamp": minute + _HALF,
            "Values": [float(value) for value, _ in found[start : start + _MOST_VALUES]],
            "Counts": [float(times) for _, times in found[start : start + _MOST_VALUES]],
        }
        for start in range(0, len(found), _MOST_VALUES)
    ]
