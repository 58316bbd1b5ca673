"""What CloudWatch publishes to a topic when an alarm changes, field by field.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from infra.local import alarm_template, places
from infra.local.alarm_rules import Judged, State

REGION_NAME = "EU (Ireland)"
_ACTIONS = ("OKActions", "AlarmActions", "InsufficientDataActions")


def moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}+0000"


def subject(name: str, state: State) -> str:
    return f'{state}: "{name}" in {REGION_NAME}'[:100]


def message(
    name: str, alarm: Mapping[str, Any], before: State, now: Judged, at: datetime, rung: Mapping[str, datetime]
) -> dict[str, Any]:
    """`rung`: of a composite, the alarms below it that ring, and since when."""
    told = {
        "AlarmName": name,
        "AlarmDescription": alarm.get("AlarmDescription"),
        "AWSAccountId": places.ACCOUNT,
        "AlarmConfigurationUpdatedTimestamp": moment(at),
        "NewStateValue": now.state,
        "NewStateReason": now.reason,
        "StateChangeTime": moment(at),
        "Region": REGION_NAME,
        "AlarmArn": alarm_template.arn(name),
        "OldStateValue": before,
        **{one: alarm.get(one, []) for one in _ACTIONS},
    }
    if "AlarmRule" not in alarm:
        return {**told, "Trigger": _trigger(alarm)}
    del told["AlarmConfigurationUpdatedTimestamp"]
    children = [
        {"Arn": alarm_template.arn(child), "State": {"Value": "ALARM", "Timestamp": moment(since)}}
        for child, since in rung.items()
    ]
    return {**told, "AlarmRule": alarm["AlarmRule"], "TriggeringChildren": children}


def _trigger(alarm: Mapping[str, Any]) -> dict[str, Any]:
    periods = alarm["EvaluationPeriods"]
    how = {
        "EvaluationPeriods": periods,
        "DatapointsToAlarm": alarm.get("DatapointsToAlarm", periods),
        "ComparisonOperator": alarm["ComparisonOperator"],
        "Threshold": float(alarm["Threshold"]),
        "TreatMissingData": alarm.get("TreatMissingData", "missing"),
        "EvaluateLowSampleCountPercentile": "",
    }
    if "MetricName" not in alarm:
        return {**how, "Period": 60, "Metrics": [_query(one) for one in alarm["Metrics"]]}
    about = {
        "MetricName": alarm["MetricName"],
        "Namespace": alarm["Namespace"],
        "StatisticType": "Statistic",
        "Statistic": alarm["Statistic"].upper(),
        "Unit": None,
        "Dimensions": _dimensions(alarm),
        "Period": alarm["Period"],
    }
    return {**about, **how}


def _query(one: Mapping[str, Any]) -> dict[str, Any]:
    if "MetricStat" not in one:
        return {"Id": one["Id"], "Expression": one["Expression"], "ReturnData": one.get("ReturnData", True)}
    asked = one["MetricStat"]["Metric"]
    metric = {"Namespace": asked["Namespace"], "MetricName": asked["MetricName"], "Dimensions": _dimensions(asked)}
    return {"Id": one["Id"], "MetricStat": {**one["MetricStat"], "Metric": metric}, "ReturnData": False}


def _dimensions(asked: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"value": one["Value"], "name": one["Name"]} for one in asked.get("Dimensions", ())]
