"""How a new version comes to people: a tenth of the requests for five minutes, then all, unless an alarm rings.

`furniture.py` writes it into the template, for SAM and CodeDeploy to do. Where an alarm rings
that the update is to end, the alias leads to the new version at once; a cloud without CodeDeploy has no versions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from infra.deploying.formation import Trigger
from infra.furniture import HTTP_FUNCTIONS, live

WATCHED = (
    "LedgerDriftAlarm",
    "JournalChangedAlarm",
    "PaymentsBurnFastAlarm",
    "APIHandlerErrorsAlarm",
    "AccessHandlerErrorsAlarm",
)
"""Take the whole stack back; CloudFormation looks at five at most."""
_ALIAS = ("AutoPublishAlias", "AutoPublishAliasAllProperties", "DeploymentPreference")

Template = Mapping[str, Any]


def all_at_once(template: Template) -> dict[str, Any]:
    """The alias leads to the new version as soon as it is there."""
    changed: dict[str, Any] = json.loads(json.dumps(template))
    for name in HTTP_FUNCTIONS.values():
        properties = changed["Resources"][name]["Properties"]
        if "DeploymentPreference" in properties:
            properties["DeploymentPreference"] = {"Enabled": False}
    return changed


def without_versions(template: Template) -> dict[str, Any]:
    """Neither versions nor alias: the API calls the functions as they are."""
    written = json.dumps(template)
    for name in HTTP_FUNCTIONS.values():
        written = written.replace(f'"Ref": "{live(name)}"', f'"Ref": "{name}"')
        written = written.replace(f"${{{live(name)}}}", f"${{{name}.Arn}}")
    changed: dict[str, Any] = json.loads(written)
    for name in HTTP_FUNCTIONS.values():
        for part in _ALIAS:
            changed["Resources"][name]["Properties"].pop(part, None)
    return changed


def triggers(resources: Iterable[Mapping[str, Any]], alarms: Any) -> list[Trigger]:
    """Of those that the stack has already. `alarms`: a client of CloudWatch."""
    there = {one["LogicalResourceId"]: one for one in resources if one["LogicalResourceId"] in WATCHED}
    arns = {one["AlarmName"]: one["AlarmArn"] for one in _described(alarms, there.values())}
    return [
        Trigger(arns[one["PhysicalResourceId"]], one["ResourceType"])
        for one in there.values()
        if one["PhysicalResourceId"] in arns
    ]


def ringing(resources: Iterable[Mapping[str, Any]], alarms: Any) -> list[str]:
    """Those that would take any update back at once."""
    there = [one for one in resources if one["LogicalResourceId"] in WATCHED]
    states = {one["AlarmName"]: one["StateValue"] for one in _described(alarms, there)}
    return sorted(one["LogicalResourceId"] for one in there if states.get(one["PhysicalResourceId"]) == "ALARM")


def _described(alarms: Any, there: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    names = [one["PhysicalResourceId"] for one in there]
    if not names:
        return []
    told = alarms.describe_alarms(AlarmNames=names, AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    return [*told["MetricAlarms"], *told["CompositeAlarms"]]
