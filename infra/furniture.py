"""What every function and every path gets, derived so that none can be forgotten.

Each function: a name, a role of its own, a log group, reserved concurrency, an alarm on errors.
Each path: its methods go to the function that its room names and any other method goes there too;
unknown paths go to *access*, so that a flood of them cannot starve payments.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Template = dict[str, Any]

HTTP_FUNCTIONS = {
    "money": "APIHandler",
    "access": "AccessHandler",
    "webhooks": "WebhooksHandler",
    "office": "OfficeHandler",
}
OURS = ("access", "webhooks", "office")
"""The HTTP functions that Chalice does not make."""
UNKNOWN_PATHS = "access"


@dataclass(frozen=True)
class Declared:
    """What the app declares: the methods of every path, and (path, method, function) of every route."""

    methods: Mapping[str, Iterable[str]]
    functions: Iterable[tuple[str, str, str]]


def furnish(handlers: Iterable[str], declared: Declared, policies: Path) -> Template:
    """The part of the merge template that follows from Chalice's `handlers`, our own functions and the routes."""
    resources: Template = {}
    for name in (*OURS, *handlers):
        resources |= _function("money" if name == "api_handler" else name)
    for name in OURS:
        resources |= _role(name, policies) | _permission(name)
    resources["RestAPI"] = {"Properties": {"DefinitionBody": {"paths": paths(declared)}}}
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
    if name in OURS:
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
            "OKActions": [{"Ref": "Alarms"}],
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


def paths(declared: Declared) -> Template:
    """Overrides of Chalice's paths: which function each method calls."""
    named = {(path, method): function for path, method, function in declared.functions}
    rooms = {path: function for (path, _), function in reversed(named.items())}
    found: Template = {}
    for path, methods in declared.methods.items():
        otherwise = rooms.get(path, UNKNOWN_PATHS)
        found[path] = {
            method.lower(): {"x-amazon-apigateway-integration": {"uri": _uri(named.get((path, method), otherwise))}}
            for method in methods
        }
    return found


def _uri(function: str) -> Template:
    invoke = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${%s.Arn}/invocations"
    return {"Fn::Sub": invoke % HTTP_FUNCTIONS[function]}
