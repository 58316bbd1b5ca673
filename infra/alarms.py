"""Who is called when: an alarm for every function, queue and table, and for every objective, derived so that none is
forgotten. What the code itself calls out stands in `infra/template.yaml`.

Each description ends with the page that says what to do (`infra/runbooks/`). A month costs 0.10 dollars for each metric
that an alarm looks at, 0.50 for a composite one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import ceil
from typing import Any

Template = dict[str, Any]
Metric = Mapping[str, Any]

NAMESPACE = "Coffer"
"""As written; in the template it is the stack's own (`scoped`)."""
RUNBOOKS = "infra/runbooks"
NEAR = 0.8
"""The share of a time-out or of reserved concurrency at which somebody is called."""
_AGE_SECONDS = {"SettlementQueue": 300}
_AGE_SECONDS_OF_OTHERS = 900
_QUEUE_PAGES = {"SettlementQueue": "stuck-settlement", "FoldQueue": "stuck-settlement"}
_FAILURES = (
    """SELECT SUM(SystemErrors) FROM SCHEMA("AWS/DynamoDB", Operation, TableName) WHERE TableName = '${TABLE}'"""
)
_REFUSED = {"Threshold": 10, "EvaluationPeriods": 3, "DatapointsToAlarm": 2}
"""Ten times a minute, in two minutes of three: less is what a growing table does, and every caller tries again."""


def described(what: str, page: str) -> str:
    return f"{what} {RUNBOOKS}/{page}.md"


def of_functions(functions: Mapping[str, int], concurrency: Mapping[str, Mapping[str, int]]) -> Template:
    """`functions`: logical name → time-out in seconds; `concurrency`: stage → function → how many are reserved."""
    found: Template = {}
    for function, timeout_seconds in functions.items():
        found |= _of_function(function, timeout_seconds)
        if max(stage[function] for stage in concurrency.values()) > 1:
            found |= {f"{function}ConcurrencyAlarm": _concurrency(function)}
    return found


def near_reserved(concurrency: Mapping[str, Mapping[str, int]]) -> Template:
    """A mapping like that of the template, of the numbers at which somebody is called."""
    return {stage: {name: ceil(NEAR * reserved) for name, reserved in of.items()} for stage, of in concurrency.items()}


def of_queues(resources: Template) -> Template:
    """Of each queue that has dead letters: how long its oldest message waits."""
    waiting = [name for name, one in _of_type(resources, "AWS::SQS::Queue") if "RedrivePolicy" in one]
    return {f"{name}AgeAlarm": _age(name) for name in waiting}


def of_tables(resources: Template) -> Template:
    """Of each table: what DynamoDB throttles, indexes too, and what it fails at."""
    found: Template = {}
    for name, table in _of_type(resources, "AWS::DynamoDB::Table"):
        indexes = [one["IndexName"] for one in table.get("GlobalSecondaryIndexes", ())]
        found[f"{name}ThrottledAlarm"] = _throttled(name, indexes)
        found[f"{name}FailsAlarm"] = _fails(name)
    return found


def scoped(template: Template) -> None:
    """Two stacks in one account have metrics of their own: the namespace of ours ends with the stack's name."""
    own = {"Fn::Sub": NAMESPACE + "/${AWS::StackName}"}
    for _, alarm in _of_type(template["Resources"], "AWS::CloudWatch::Alarm"):
        asked = [one["MetricStat"]["Metric"] for one in alarm.get("Metrics", ()) if "MetricStat" in one]
        for metric in (alarm, *asked):
            if metric.get("Namespace") == NAMESPACE:
                metric["Namespace"] = own


def plain(what: str, page: str, namespace: str, name: str, dimensions: Mapping[str, Any], **more: Any) -> Template:
    """An alarm on one metric; `more` replaces what it is otherwise: one minute, Sum, at least 1."""
    usual = {"Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1}
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": _named(dimensions)}
    return _alarm({"AlarmDescription": described(what, page), **metric, **usual, **more, **_calling()})


def math(what: str, page: str, expression: Any, metrics: Mapping[str, Metric], **more: Any) -> Template:
    """An alarm on an expression over `metrics`: id → Metric, Period and Stat of each; without any, on a query."""
    asked = [{"Id": name, "MetricStat": metric, "ReturnData": False} for name, metric in metrics.items()]
    computed = {"Id": "value", "Expression": expression, "ReturnData": True}
    if not metrics:
        computed["Period"] = 60
    usual = {"EvaluationPeriods": 1, "Threshold": 1}
    return _alarm({"AlarmDescription": described(what, page), "Metrics": [computed, *asked], **usual, **more})


def metric(namespace: str, name: str, dimensions: Mapping[str, Any], period: int, stat: str = "Sum") -> Metric:
    about = {"Namespace": namespace, "MetricName": name, "Dimensions": _named(dimensions)}
    return {"Metric": about, "Period": period, "Stat": stat}


def _alarm(properties: Template) -> Template:
    usual = {"ComparisonOperator": "GreaterThanOrEqualToThreshold", "TreatMissingData": "notBreaching"}
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": {**usual, **properties}}


def _calling() -> Template:
    return {"AlarmActions": [{"Ref": "Alarms"}], "OKActions": [{"Ref": "Alarms"}]}


def _named(dimensions: Mapping[str, Any]) -> list[Template]:
    return [{"Name": name, "Value": value} for name, value in dimensions.items()]


def _of_type(resources: Template, kind: str) -> Iterator[tuple[str, Template]]:
    for name, one in resources.items():
        if one.get("Type") == kind:
            yield name, one["Properties"]


def _of_function(function: str, timeout_seconds: int) -> Template:
    whose = ("AWS/Lambda", {"FunctionName": {"Ref": function}})
    late, often = (
        f"{function} takes nearly as long as it may.",
        f"{function} is turned away: all it may run at once runs.",
    )
    near = {"Statistic": "Maximum", "Threshold": round(NEAR * timeout_seconds * 1000)}
    lasting = {"EvaluationPeriods": 3, "DatapointsToAlarm": 2}
    return {
        f"{function}ErrorsAlarm": plain(f"{function} raised or timed out.", "bad-deploy", whose[0], "Errors", whose[1]),
        f"{function}ThrottlesAlarm": plain(often, "flood", whose[0], "Throttles", whose[1], **lasting),
        f"{function}DurationAlarm": plain(late, "bad-deploy", whose[0], "Duration", whose[1], **near),
    }


def _concurrency(function: str) -> Template:
    near = {"Fn::FindInMap": ["NearReserved", {"Ref": "Stage"}, function]}
    return plain(
        f"{function} has needed nearly all that it may run at once, for minutes.",
        "flood",
        "AWS/Lambda",
        "ConcurrentExecutions",
        {"FunctionName": {"Ref": function}},
        Statistic="Maximum",
        Threshold=near,
        EvaluationPeriods=5,
        DatapointsToAlarm=3,
    )


def _age(queue: str) -> Template:
    seconds = _AGE_SECONDS.get(queue, _AGE_SECONDS_OF_OTHERS)
    return plain(
        f"The oldest message in {queue} has waited for {seconds // 60} minutes.",
        _QUEUE_PAGES.get(queue, "dead-letters"),
        "AWS/SQS",
        "ApproximateAgeOfOldestMessage",
        {"QueueName": {"Fn::GetAtt": [queue, "QueueName"]}},
        Statistic="Maximum",
        Threshold=seconds,
    )


def _throttled(table: str, indexes: Iterable[str]) -> Template:
    whose = {"TableName": {"Ref": table}}
    metrics = {
        "reads": metric("AWS/DynamoDB", "ReadThrottleEvents", whose, 60),
        "writes": metric("AWS/DynamoDB", "WriteThrottleEvents", whose, 60),
    }
    for index in indexes:
        of_index = {**whose, "GlobalSecondaryIndexName": index}
        metrics[index] = metric("AWS/DynamoDB", "WriteThrottleEvents", of_index, 60)
    together = " + ".join(f"FILL({name}, 0)" for name in metrics)
    return math(f"DynamoDB throttles {table}.", "dynamodb-throttled", together, metrics, **_REFUSED, **_calling())


def _fails(table: str) -> Template:
    """Failures are told apart by operation: a query adds them up, whichever there are.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-querylanguage.html
    """
    query = {"Fn::Sub": _FAILURES.replace("TABLE", table)}
    return math(f"DynamoDB fails at {table}.", "dynamodb-throttled", query, {}, **_REFUSED, **_calling())
