"""The alarms of the packaged template as they stand in this local cloud: every reference resolved.

The local AWS makes alarms of one metric only, looks at no dimension and never lets one end by itself; so it is given
none of them (`without`), and `watch` judges them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from infra.local import places

Template = Mapping[str, Any]
KINDS = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
_PSEUDO = {
    "AWS::StackName": places.STACK,
    "AWS::Region": places.REGION,
    "AWS::AccountId": places.ACCOUNT,
    "AWS::Partition": "aws",
}
_NAMES = ("FunctionName", "TableName", "QueueName", "TopicName")


def without(template: Template) -> dict[str, Any]:
    resources = {name: one for name, one in template["Resources"].items() if one["Type"] not in KINDS}
    return {**template, "Resources": resources}


def alarms(template: Template, parameters: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Name → its properties, composites last."""
    given = {name: one.get("Default", "") for name, one in template["Parameters"].items()} | dict(parameters)
    resolve = _Resolver(template, {**given, **_PSEUDO})
    found = [(name, one) for kind in KINDS for name, one in template["Resources"].items() if one["Type"] == kind]
    return {named(name): resolve(one["Properties"]) for name, one in found}


def named(logical: str) -> str:
    """CloudFormation adds some letters of its own."""
    return f"{places.STACK}-{logical}"


def arn(name: str) -> str:
    return f"arn:aws:cloudwatch:{places.REGION}:{places.ACCOUNT}:alarm:{name}"


class _Resolver:
    """Ref, Fn::GetAtt of a name, Fn::Sub and Fn::FindInMap: what alarms use."""

    def __init__(self, template: Template, known: Mapping[str, Any]) -> None:
        self._resources, self._mappings, self._known = template["Resources"], template.get("Mappings", {}), known

    def __call__(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self(one) for one in node]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((how, what),) = node.items()
            if how in _INTRINSIC:
                return _INTRINSIC[how](self, what)
        return {name: self(one) for name, one in node.items()}

    def ref(self, name: str) -> Any:
        if name in self._known:
            return self._known[name]
        resource = self._resources[name]
        if resource["Type"] == "AWS::SNS::Topic":
            return f"arn:aws:sns:{places.REGION}:{places.ACCOUNT}:{self._name(resource)}"
        return named(name) if resource["Type"] in KINDS else self._name(resource)

    def attribute(self, asked: list[str]) -> Any:
        return self._name(self._resources[asked[0]])

    def substituted(self, text: str) -> str:
        return re.sub(r"\$\{([\w:]+)\}", lambda found: str(self.ref(found[1])), text)

    def mapped(self, asked: list[Any]) -> Any:
        name, first, second = (self(one) for one in asked)
        return self._mappings[name][first][second]

    def _name(self, resource: Mapping[str, Any]) -> Any:
        return self(next(resource["Properties"][name] for name in _NAMES if name in resource["Properties"]))


_INTRINSIC = {
    "Ref": _Resolver.ref,
    "Fn::GetAtt": _Resolver.attribute,
    "Fn::Sub": _Resolver.substituted,
    "Fn::FindInMap": _Resolver.mapped,
}
