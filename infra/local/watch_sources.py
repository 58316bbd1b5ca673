"""Where the watch looks in the local AWS: log lines of functions, what it measures of them itself, and its alarms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.local import places, stack
from infra.local.alarm_data import Data, Metric, Points, embedded, metric_of, points

_AGAIN = timedelta(seconds=5)
"""A line may be written a moment after its time."""
_FORGOTTEN = timedelta(minutes=2)
_LOOKED_BACK = timedelta(minutes=3)
_MEASURED_HERE = ("Errors", "Throttles", "Duration")
"""Of a function, by the local AWS."""
_MOST_DATA = 500
"""Of one PutMetricData: half of what it takes."""
_MOST_QUERIES = 400


class Logs:
    """Every invocation has a stream of its own here, written as a whole when it ends: so each is read once."""

    def __init__(self, endpoint: str) -> None:
        self._logs, self._metrics = stack.client("logs", endpoint), stack.client("cloudwatch", endpoint)
        self._since = datetime.now(UTC) - _AGAIN
        self._seen: dict[tuple[str, str], datetime] = {}
        self.groups: list[str] = []

    def read(self, data: Data, at: datetime) -> None:
        lines = [line for group in self.groups for line in self._lines(group, self._since, at)]
        self._since = at - _AGAIN
        found = [one for line in lines for one in embedded(line)]
        for metric, minute, measured in found:
            data.add(metric, minute, measured)
        self._hand_on(found, at)
        self._seen = {stream: seen for stream, seen in self._seen.items() if seen > at - _FORGOTTEN}

    def _lines(self, group: str, since: datetime, at: datetime) -> Iterator[str]:
        pages = self._logs.get_paginator("filter_log_events").paginate(
            logGroupName=group, startTime=int(since.timestamp() * 1000), filterPattern="CloudWatchMetrics"
        )
        known = set(self._seen)
        for page in pages:
            for event in page["events"]:
                stream = (group, event["logStreamName"])
                if stream not in known:
                    self._seen[stream] = at
                    yield event["message"]

    def _hand_on(self, found: Iterable[tuple[Metric, int, Points]], at: datetime) -> None:
        """For whoever asks CloudWatch itself."""
        sums = Data()
        for metric, _, measured in found:
            sums.add(metric, 0, measured)
        by_namespace: dict[str, list[dict[str, Any]]] = {}
        for metric in sums.metrics():
            if total := sums.over(metric, 0, 0):
                by_namespace.setdefault(metric[0], []).append(_datum(metric, total, at))
        for namespace, told in by_namespace.items():
            for start in range(0, len(told), _MOST_DATA):
                self._metrics.put_metric_data(Namespace=namespace, MetricData=told[start : start + _MOST_DATA])


class Others:
    """What no function says of itself: errors and time as the local AWS measures them, and what waits in queues."""

    def __init__(self, endpoint: str, alarms: Mapping[str, Mapping[str, Any]]) -> None:
        self._endpoint, self._queues = endpoint, stack.client("sqs", endpoint)
        self._metrics = stack.client("cloudwatch", endpoint)
        plain = [alarm for alarm in alarms.values() if "MetricName" in alarm]
        self._functions = [one for one in plain if one["MetricName"] in _MEASURED_HERE and _is_of(one, "AWS/Lambda")]
        self._waiting = [one for one in plain if one["MetricName"] == "ApproximateNumberOfMessagesVisible"]

    def groups(self, logs: Logs) -> None:
        names = {one["Value"] for alarm in self._functions for one in alarm["Dimensions"]}
        logs.groups = sorted(f"/aws/lambda/{name}" for name in names)

    def read(self, data: Data, at: datetime) -> None:
        for start in range(0, len(self._functions), _MOST_QUERIES):
            self._read_functions(self._functions[start : start + _MOST_QUERIES], data, at)
        for alarm in self._waiting:
            name = alarm["Dimensions"][0]["Value"]
            data.put(metric_of(alarm), int(at.timestamp()) // 60, points(self._depth(name)))

    def _read_functions(self, alarms: list[Mapping[str, Any]], data: Data, at: datetime) -> None:
        queries = [_query(f"m{number}", alarm) for number, alarm in enumerate(alarms)]
        asked = {"MetricDataQueries": queries, "StartTime": at - _LOOKED_BACK, "EndTime": at + _AGAIN}
        found = {one["Id"]: one for one in self._metrics.get_metric_data(**asked)["MetricDataResults"]}
        for number, alarm in enumerate(alarms):
            told = found[f"m{number}"]
            for moment, value in zip(told["Timestamps"], told["Values"], strict=True):
                data.put(metric_of(alarm), int(moment.timestamp()) // 60, points(value))

    def _depth(self, queue: str) -> int:
        url = f"{self._endpoint}/{places.ACCOUNT}/{queue}"
        told = self._queues.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        return int(told["Attributes"]["ApproximateNumberOfMessages"])


class Registry:
    """The alarms as the local AWS shows them. It is not told what they look at, so it judges none of them itself."""

    def __init__(self, endpoint: str, alarms: Mapping[str, Mapping[str, Any]]) -> None:
        self._metrics, self._topics = stack.client("cloudwatch", endpoint), stack.client("sns", endpoint)
        self._alarms = alarms

    def register(self) -> None:
        known = {one["AlarmName"]: one for one in self._described()}
        for name in [name for name in known if name.startswith(f"{places.STACK}-") and name not in self._alarms]:
            self._metrics.delete_alarms(AlarmNames=[name])
        for name, alarm in self._alarms.items():
            if name not in known or known[name].get("AlarmDescription") != alarm.get("AlarmDescription", ""):
                self._put(name, alarm)

    def ringing(self) -> dict[str, str]:
        """Name → why."""
        return {one["AlarmName"]: one.get("StateReason", "") for one in self._described(StateValue="ALARM")}

    def told(self, name: str, state: str, reason: str) -> None:
        self._metrics.set_alarm_state(AlarmName=name, StateValue=state, StateReason=reason)

    def publish(self, topic: str, subject: str, message: str) -> None:
        self._topics.publish(TopicArn=topic, Subject=subject, Message=message)

    def _described(self, **asked: str) -> list[dict[str, Any]]:
        pages = self._metrics.get_paginator("describe_alarms").paginate(
            AlarmTypes=["MetricAlarm", "CompositeAlarm"], **asked
        )
        return [one for page in pages for kind in ("MetricAlarms", "CompositeAlarms") for one in page.get(kind, ())]

    def _put(self, name: str, alarm: Mapping[str, Any]) -> None:
        about = {"AlarmName": name, "AlarmDescription": alarm.get("AlarmDescription", "")}
        if "AlarmRule" in alarm:
            self._metrics.put_composite_alarm(**about, AlarmRule=alarm["AlarmRule"])
            return
        how = {key: alarm[key] for key in ("ComparisonOperator", "EvaluationPeriods", "TreatMissingData")}
        self._metrics.put_metric_alarm(**about, **how, Threshold=float(alarm["Threshold"]))


def _is_of(alarm: Mapping[str, Any], namespace: str) -> bool:
    return bool(alarm["Namespace"] == namespace)


def _query(name: str, alarm: Mapping[str, Any]) -> dict[str, Any]:
    asked = {key: alarm[key] for key in ("Namespace", "MetricName", "Dimensions")}
    return {"Id": name, "MetricStat": {"Metric": asked, "Period": 60, "Stat": alarm["Statistic"]}}


def _datum(metric: Metric, total: Points, at: datetime) -> dict[str, Any]:
    _, name, dimensions = metric
    return {
        "MetricName": name,
        "Dimensions": [{"Name": key, "Value": value} for key, value in sorted(dimensions)],
        "Timestamp": at,
        "StatisticValues": {
            "SampleCount": total.count,
            "Sum": total.total,
            "Minimum": total.least,
            "Maximum": total.most,
        },
    }
