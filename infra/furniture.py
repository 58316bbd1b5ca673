"""What every function and every path gets, derived so that none can be forgotten.

Each function: a name, a role of its own, a log group, reserved concurrency, an alarm on errors.
Each path: its methods go to the function that its room names, any other method goes there too, and
unknown paths go to *access*, so that a flood of them cannot starve payments.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

Template = dict[str, Any]

HTTP_FUNCTIONS = {
    "money": "APIHandler",
    "access": "AccessHandler",
    "webhooks": "WebhooksHandler",
    "office": "OfficeHandler",
}
UNKNOWN_PATHS = "access"
ANY_METHOD = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"


class Route(Protocol):
    method: str
    path: str
    function: str


def furnish(names: Iterable[str], routes: Iterable[Route], policies: Path) -> Template:
    """The part of the merge template that follows from `names` (as in the policy files) and `routes`."""
    resources: Template = {}
    for name in names:
        resources |= _function(name)
    for function in ("access", "webhooks", "office"):
        resources |= _role(function, policies) | _permission(function)
    resources["RestAPI"] = {"Properties": {"DefinitionBody": {"paths": paths(routes)}}}
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


def paths(routes: Iterable[Route]) -> Template:
    """Overrides of Chalice's OpenAPI paths: which function each method calls."""
    found: Template = {}
    for route in routes:
        path = found.setdefault(route.path, {ANY_METHOD: _whole(route.path, route.function)})
        path[route.method.lower()] = {INTEGRATION: {"uri": _uri(route.function)}}
    for path in ("/", "/{unknown+}"):
        found.setdefault(path, {ANY_METHOD: _whole(path, UNKNOWN_PATHS)})
    return found


def _whole(path: str, function: str) -> Template:
    names = re.findall(r"{(\w+)\+?}", path)
    return {
        "parameters": [{"name": name, "in": "path", "required": True, "type": "string"} for name in names],
        "responses": {},
        INTEGRATION: {
            "type": "aws_proxy",
            "httpMethod": "POST",
            "passthroughBehavior": "when_no_match",
            "contentHandling": "CONVERT_TO_TEXT",
            "uri": _uri(function),
        },
    }


def _uri(function: str) -> Template:
    invoke = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${%s.Arn}/invocations"
    return {"Fn::Sub": invoke % HTTP_FUNCTIONS[function]}
