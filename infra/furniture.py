"""What every function and every path gets, derived so that none can be forgotten.

Each function: a name, a role of its own, a log group, reserved concurrency, an alarm on errors.
Each path: its methods go to the function that its room names and any other method goes there too;
unknown paths go to *access*, so that a flood of them cannot starve payments.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

Template = dict[str, Any]
Methods = Mapping[str, Iterable[str]]

HTTP_FUNCTIONS = {
    "money": "APIHandler",
    "access": "AccessHandler",
    "webhooks": "WebhooksHandler",
    "office": "OfficeHandler",
}
UNKNOWN_PATHS = "access"


class Route(Protocol):
    method: str
    path: str
    function: str


def furnish(names: Iterable[str], methods: Methods, routes: Iterable[Route], policies: Path) -> Template:
    """The part of the merge template that follows from the functions' `names` (as in the policy files),
    the `methods` of every path and the `routes`, which name a function each."""
    resources: Template = {}
    for name in names:
        resources |= _function(name)
    for function in ("access", "webhooks", "office"):
        resources |= _role(function, policies) | _permission(function)
    resources["RestAPI"] = {"Properties": {"DefinitionBody": {"paths": paths(methods, routes)}}}
    return {"Resources": resources}


def logical(name: str) -> str:
    """The template's name of a function: `fan_out` is `FanOut`."""
    return HTTP_FUNCTIONS.get(name) or "".join(word.capitalize() for word in name.split("_"))


def _function(name: str) -> Template:
    function = logical(name)
    properties: Template = {
        "FunctionName": {"Fn::Sub": "${AWS::StackName}-" + name.replace("_", "-")},
        "ReservedConcurrentExecutions": {"Fn::FindInMap": ["Concurrency", {"Ref": "Stage"}, function]},
    }
    if name in ("access", "webhooks", "office"):
        properties |= {"Role": {"Fn::GetAtt": [f"{function}Role", "Arn"]}}
    return {
        function: {"Properties": properties},
        f"{function}LogGroup": _log_group(name),
        f"{function}ErrorsAlarm": _errors_alarm(function),
    }


def _log_group(name: str) -> Template:
    return {
        "Type": "AWS::Logs::LogGroup",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "LogGroupName": {"Fn::Sub": "/aws/lambda/${AWS::StackName}-" + name.replace("_", "-")},
            "RetentionInDays": {"Fn::FindInMap": ["Stages", {"Ref": "Stage"}, "LogDays"]},
            "KmsKeyId": {"Fn::GetAtt": ["Key", "Arn"]},
        },
    }


def _errors_alarm(function: str) -> Template:
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmDescription": f"{function} raised or timed out.",
            "Namespace": "AWS/Lambda",
            "MetricName": "Errors",
            "Dimensions": [{"Name": "FunctionName", "Value": {"Ref": function}}],
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "Threshold": 1,
            "TreatMissingData": "notBreaching",
            "AlarmActions": [{"Ref": "Alarms"}],
        },
    }


def _role(function: str, policies: Path) -> Template:
    """Chalice makes the role of each function it knows; these three it does not know."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.loads((policies / f"policy-{function}.json").read_text())
    name = f"{logical(function)}Role"
    properties = {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "Policies": [{"PolicyName": f"{name}Policy", "PolicyDocument": document}],
    }
    return {name: {"Type": "AWS::IAM::Role", "Properties": properties}}


def _permission(function: str) -> Template:
    api = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${RestAPI}/*"
    properties = {
        "FunctionName": {"Ref": logical(function)},
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": {"Fn::Sub": api},
    }
    return {f"{logical(function)}InvokePermission": {"Type": "AWS::Lambda::Permission", "Properties": properties}}


def paths(methods: Methods, routes: Iterable[Route]) -> Template:
    """Overrides of Chalice's paths: which function each method calls."""
    named = {(route.path, route.method): route.function for route in routes}
    rooms = {path: function for (path, _), function in reversed(named.items())}
    found: Template = {}
    for path, declared in methods.items():
        otherwise = rooms.get(path, UNKNOWN_PATHS)
        found[path] = {
            method.lower(): {"x-amazon-apigateway-integration": {"uri": _uri(named.get((path, method), otherwise))}}
            for method in declared
        }
    return found


def _uri(function: str) -> Template:
    invoke = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${%s.Arn}/invocations"
    return {"Fn::Sub": invoke % HTTP_FUNCTIONS[function]}
