"""One page for whoever is called: objectives, money, who comes in, functions, queues, tables, processors.

Derived from the template as the alarms are: a new function, queue or table is on it. Names of things follow from the
stack's, which CloudFormation puts in.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from infra.alarms import NAMESPACE, Template
from infra.objectives import BURNS, OBJECTIVES

Row = list[Any]
"""A metric as a dashboard writes it: namespace, name, dimensions in pairs, options."""
OURS = NAMESPACE + "/${AWS::StackName}"
_STACK = "${AWS::StackName}"
_HEIGHT, _WHOLE = 6, 24
_PERIOD = 60


def dashboard(functions: Mapping[str, str], resources: Template) -> Template:
    """`functions`: the names that they have without the stack's → their logical names."""
    sections = (
        ("Objectives", _objectives()),
        ("Money", _money()),
        ("Who comes in", _access()),
        ("Processors", _processors()),
        ("Functions", _functions(functions)),
        ("Queues", _queues(resources)),
        ("Tables", _tables(resources)),
    )
    body = json.dumps({"start": "-PT3H", "periodOverride": "inherit", "widgets": _laid_out(sections)})
    properties = {"DashboardName": {"Ref": "AWS::StackName"}, "DashboardBody": {"Fn::Sub": body}}
    return {"Dashboard": {"Type": "AWS::CloudWatch::Dashboard", "Properties": properties}}


def _objectives() -> list[Template]:
    return [_burning(one.capability, one.parameter) for one in OBJECTIVES]


def _burning(capability: str, parameter: str) -> Template:
    rows: list[Row] = []
    for burn in BURNS:
        for window in (burn.long_seconds, burn.short_seconds):
            good, bad = f"good{window}", f"bad{window}"
            rate = f"{bad} / ({good} + {bad}) / (1 - ${{{parameter}}} / 100)"
            rows.append([{"expression": rate, "label": f"over {window // 60} min", "id": f"burn{window}"}])
            rows += [
                [OURS, name, "Capability", capability, {"id": id_, "period": window, "visible": False}]
                for name, id_ in (("Good", good), ("Bad", bad))
            ]
    limits = [{"label": f"{burn.rate:g}: somebody is called", "value": burn.rate} for burn in BURNS]
    return _graph(f"How fast the allowance of {capability} burns", rows, horizontal=limits, width=12)


def _money() -> list[Template]:
    of = {one: [[OURS, name, "Capability", one] for name in ("Started", "Succeeded", "Refused")] for one in _WHOSE}
    waiting = [[OURS, name] for name in ("OldestUnsettledSeconds", "OldestUnknownTopUpSeconds")]
    late = [[OURS, name] for name in ("SettlementLate", "TopUpLate", "LedgerDrift", "JournalChanged", "SweepFailed")]
    searched = _search("Capability,Reason", "Refused", "Sum")
    due = _search("Kind", "OldestDueSeconds", "Maximum")
    return [
        *(_graph(f"What becomes of {one}", rows) for one, rows in of.items()),
        _graph("Refused, by reason", [searched]),
        _graph("The oldest that waits, seconds", [*waiting, due], stat="Maximum"),
        _graph("What must not happen", late),
    ]


_WHOSE = tuple(one.capability for one in OBJECTIVES)


def _access() -> list[Template]:
    api = ["AWS/ApiGateway", "ApiName", _STACK]
    rows = [[api[0], name, *api[1:]] for name in ("Count", "4XXError", "5XXError")]
    latency = [[api[0], "Latency", *api[1:], {"stat": stat}] for stat in ("p50", "p95", "p99")]
    found = [_graph("Requests at the gateway", rows), _graph("Latency at the gateway, ms", latency)]
    names = {"Errors": "Sum", "Milliseconds": "p99", "AwsCalls": "Average"}
    found += [_graph(f"{name} by route", [_search("Function,Route", name, stat)]) for name, stat in names.items()]
    locks = [[OURS, name] for name in ("SignInLocked", "RefreshTokenReplayed", "OwnerNotTold")]
    frozen = [_search("Reason", "WalletFrozen", "Sum"), _search("Limit", "Throttled", "Sum")]
    return [*found, _graph("Lockouts, freezes, limits", [*locks, *frozen])]


def _processors() -> list[Template]:
    health = [_search("Processor", "ProcessorHealthy", "Minimum")]
    opened = [_search("Processor", "BreakerOpened", "Sum"), [OURS, "ProcessorsDown", {"stat": "Maximum"}]]
    told = [[OURS, name] for name in ("WebhookQuarantined", "WithdrawalContradicted", "PayoutContradicted")]
    return [
        _graph("Healthy: 1, passed over: 0", health),
        _graph("Breakers that opened, processors that are down", opened),
        _graph("Words that contradict ours", told),
    ]


def _functions(functions: Mapping[str, str]) -> list[Template]:
    stats = {
        "Invocations": "Sum",
        "Errors": "Sum",
        "Throttles": "Sum",
        "ConcurrentExecutions": "Maximum",
        "Duration": "p99",
    }
    found = [
        _graph(name, [["AWS/Lambda", name, "FunctionName", f"{_STACK}-{one}"] for one in functions], stat=stat)
        for name, stat in stats.items()
    ]
    late = [["AWS/Lambda", "IteratorAge", "FunctionName", f"{_STACK}-{one}"] for one in ("fan-out", "journal-changed")]
    cold = [[OURS, "Cold", "Function", one] for one in functions]
    calls = [[OURS, "AwsCalls", "Function", one, {"stat": "Average"}] for one in functions if one in _HTTP]
    return [
        *found,
        _graph("How late the stream's readers are, ms", late, stat="Maximum"),
        _graph("Cold starts", cold),
        _graph("Calls to AWS in a request", calls),
    ]


_HTTP = ("money", "access", "webhooks", "office", "analysis")


def _queues(resources: Template) -> list[Template]:
    names = [_name(one["Properties"]["QueueName"]) for one in _of_type(resources, "AWS::SQS::Queue")]
    stats = {
        "ApproximateAgeOfOldestMessage": "Maximum",
        "ApproximateNumberOfMessagesVisible": "Maximum",
        "NumberOfMessagesSent": "Sum",
        "SentMessageSize": "Sum",
    }
    return [
        _graph(metric, [["AWS/SQS", metric, "QueueName", name] for name in names], stat=stat)
        for metric, stat in stats.items()
    ]


def _tables(resources: Template) -> list[Template]:
    names = [_name(one["Properties"]["TableName"]) for one in _of_type(resources, "AWS::DynamoDB::Table")]
    found = [
        _graph(metric, [["AWS/DynamoDB", metric, "TableName", name] for name in names])
        for metric in ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits", "ReadThrottleEvents")
    ]
    writes = [["AWS/DynamoDB", "WriteThrottleEvents", "TableName", name] for name in names]
    conflicts = [["AWS/DynamoDB", "TransactionConflict", "TableName", name] for name in names]
    returned = [
        ["AWS/DynamoDB", "ReturnedBytes", "TableName", name, "Operation", operation]
        for name in names
        for operation in ("Query", "GetItem")
    ]
    ledger = f"{_STACK}-ledger"
    units = [
        [{"expression": "written / asked", "label": "units", "id": "each"}],
        ["AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", ledger, {"id": "written", "visible": False}],
        [OURS, "Started", "Capability", "payments", {"id": "asked", "visible": False}],
    ]
    return [
        *found,
        _graph("WriteThrottleEvents", writes),
        _graph("TransactionConflict", conflicts),
        _graph("Bytes that were read", returned),
        _graph("Write units of the ledger for each payment", units),
    ]


def _search(dimensions: str, name: str, stat: str) -> Row:
    found = f"SEARCH('{{{OURS},{dimensions}}} MetricName=\"{name}\"', '{stat}', {_PERIOD})"
    return [{"expression": found, "label": "", "id": f"s{name.lower()}"}]


def _graph(
    title: str, rows: list[Row], *, stat: str = "Sum", horizontal: Iterable[Template] = (), width: int = 8
) -> Template:
    annotated = {"annotations": {"horizontal": list(horizontal)}} if horizontal else {}
    shown = {"title": title, "metrics": rows, "stat": stat, "period": _PERIOD, "region": "${AWS::Region}"}
    return {
        "type": "metric",
        "width": width,
        "height": _HEIGHT,
        "properties": {"view": "timeSeries", **shown, **annotated},
    }


def _laid_out(sections: Iterable[tuple[str, list[Template]]]) -> list[Template]:
    """Each section under its title, from left to right and downwards."""
    widgets: list[Template] = []
    top = 0
    for title, graphs in sections:
        heading = {"type": "text", "width": _WHOLE, "height": 1, "properties": {"markdown": f"## {title}"}}
        widgets.append({**heading, "x": 0, "y": top})
        left, top = 0, top + 1
        for graph in graphs:
            if left + graph["width"] > _WHOLE:
                left, top = 0, top + _HEIGHT
            widgets.append({**graph, "x": left, "y": top})
            left += graph["width"]
        top += _HEIGHT
    return widgets


def _of_type(resources: Template, kind: str) -> list[Template]:
    return [one for one in resources.values() if one.get("Type") == kind]


def _name(written: Any) -> str:
    """As `Fn::Sub` takes it."""
    name: str = written["Fn::Sub"]
    return name
