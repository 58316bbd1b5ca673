"""What every function and every path gets, derived so that none can be forgotten.

Each function: a name, a role of its own, a log group, reserved concurrency. What is watched of it: `watched.py`.
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
    "analysis": "AnalysisHandler",
}
OURS = ("access", "webhooks", "office", "analysis")
"""The HTTP functions that Chalice does not make."""
THROTTLED = ("entering", "webhooks", "public")
"""Classes of route (`chalicelib/api/shield.py`) with a limit of their own for all callers together."""
UNKNOWN_PATHS = "access"
ALIAS = "live"
"""What the API calls, so that a new version can take over gradually and be taken back."""
FALLBACK = "/{proxy+}"


@dataclass(frozen=True)
class Declared:
    """What the app declares: the methods of every path, (path, method, function) and (path, method, class) of each."""

    methods: Mapping[str, Iterable[str]]
    functions: Iterable[tuple[str, str, str]]
    classes: Iterable[tuple[str, str, str]] = ()


def furnish(handlers: Iterable[str], declared: Declared, policies: Path) -> Template:
    """The part of the merge template that follows from Chalice's `handlers`, our own functions and the routes."""
    resources: Template = {}
    for name in named(handlers):
        resources |= _function(name)
    for name in OURS:
        resources |= _role(name, policies)
    for name in HTTP_FUNCTIONS:
        resources |= _permission(name)
    resources["RestAPI"] = {"Properties": {"DefinitionBody": {"paths": paths(declared)}}}
    return {"Resources": resources}


def named(handlers: Iterable[str]) -> list[str]:
    """Every function by our own name: `money`, `fan_out`."""
    return [*OURS, *("money" if name == "api_handler" else name for name in handlers)]


def logical(name: str) -> str:
    """The template's name of a function: `fan_out` is `FanOut`."""
    return HTTP_FUNCTIONS.get(name) or "".join(word.capitalize() for word in name.split("_"))


def live(function: str) -> str:
    """The template's name of a function's alias, as SAM makes it; a Ref to it is its ARN."""
    return f"{function}Alias{ALIAS}"


def _function(name: str) -> Template:
    function = logical(name)
    properties: Template = {
        "FunctionName": {"Fn::Sub": "${AWS::StackName}-" + name.replace("_", "-")},
        "ReservedConcurrentExecutions": {"Fn::FindInMap": ["Concurrency", {"Ref": "Stage"}, function]},
    }
    if name in OURS:
        properties |= {"Role": {"Fn::GetAtt": [f"{function}Role", "Arn"]}}
    if name in HTTP_FUNCTIONS:
        properties |= _gradually(function)
    return {
        function: {"Properties": properties},
        f"{function}LogGroup": _log_group(name),
    }


def _gradually(function: str) -> Template:
    """Another version for each change, its settings too; CodeDeploy leads a tenth to it and takes it back at an alarm.

    None of these alarms may look at the API: it needs the alias.
    """
    alarms = (f"{function}ErrorsAlarm", f"{function}DurationAlarm", "LedgerDriftAlarm", "JournalChangedAlarm")
    preference = {"Type": "Canary10Percent5Minutes", "Alarms": [{"Ref": name} for name in alarms]}
    return {"AutoPublishAlias": ALIAS, "AutoPublishAliasAllProperties": True, "DeploymentPreference": preference}


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


def _role(function: str, policies: Path) -> Template:
    """Chalice makes the role of each function it knows; these it does not know."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.loads((policies / f"policy-{function}.json").read_text())
    name = f"{logical(function)}Role"
    properties = {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "Policies": [{"PolicyName": f"{name}Policy", "PolicyDocument": document}],
    }
    return {name: {"Type": "AWS::IAM::Role", "Properties": properties}}


def _permission(function: str) -> Template:
    """Of *money* Chalice makes the rest of it."""
    name, called = logical(function), {"FunctionName": {"Ref": live(logical(function))}}
    if function not in OURS:
        return {f"{name}InvokePermission": {"Properties": called}}
    api = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${RestAPI}/*"
    properties = {
        **called,
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": {"Fn::Sub": api},
    }
    return {f"{name}InvokePermission": {"Type": "AWS::Lambda::Permission", "Properties": properties}}


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


def throttling(declared: Declared) -> list[Template]:
    """Settings of methods, beside those that the stage has for all."""
    found = [_throttled(path, method, of) for path, method, of in declared.classes if of in THROTTLED]
    return [*found, *(_throttled(FALLBACK, method, "unknown") for method in declared.methods.get(FALLBACK, ()))]


def _throttled(path: str, method: str, of: str) -> Template:
    """CloudFormation writes the slashes of a path as ~1, all but the first."""
    return {
        "ResourcePath": "/" + path.replace("/", "~1"),
        "HttpMethod": method,
        "MetricsEnabled": True,
        "ThrottlingBurstLimit": {"Fn::FindInMap": ["Throttling", of, "Burst"]},
        "ThrottlingRateLimit": {"Fn::FindInMap": ["Throttling", of, "Rate"]},
    }


def _uri(function: str) -> Template:
    invoke = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${%s}/invocations"
    return {"Fn::Sub": invoke % live(HTTP_FUNCTIONS[function])}
