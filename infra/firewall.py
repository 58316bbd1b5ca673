"""The firewall of `firewall.yaml` once more, for the API where no CloudFront stands before it: the same rules, in the
stack's own region, with the stack's key under its log."""

from __future__ import annotations

import json
from typing import Any

Template = dict[str, Any]
CONDITION = "HasApiFirewall"
_NAMES = {"Firewall": "ApiFirewall", "FirewallLogGroup": "ApiFirewallLogGroup", "FirewallLogs": "ApiFirewallLogs"}


def regional(written: Template) -> Template:
    """What a template needs beside its own for a web ACL before `RestAPI`; `written`: firewall.yaml, read."""
    text = json.dumps({name: written["Resources"][name] for name in _NAMES})
    text = text.replace('"Firewall.Arn"', '"ApiFirewall.Arn"').replace("${FirewallLogGroup}", "${ApiFirewallLogGroup}")
    text = text.replace('["Firewall", "Arn"]', '["ApiFirewall", "Arn"]')
    made = {_NAMES[name]: {**resource, "Condition": CONDITION} for name, resource in json.loads(text).items()}
    acl = made["ApiFirewall"]["Properties"]
    acl |= {"Scope": "REGIONAL", "AssociationConfig": _as_of_a_gateway(acl["AssociationConfig"])}
    made["ApiFirewallLogGroup"]["Properties"]["KmsKeyId"] = {"Fn::GetAtt": ["Key", "Arn"]}
    made["ApiFirewallAssociation"] = _association()
    return {
        "Parameters": written["Parameters"],
        "Conditions": written["Conditions"] | {CONDITION: _where_there_is_no_other()},
        "Resources": made,
    }


def _as_of_a_gateway(config: Template) -> Template:
    return {"RequestBody": {"API_GATEWAY": config["RequestBody"]["CLOUDFRONT"]}}


def _association() -> Template:
    stage = "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${RestAPI}/stages/${RestAPI.Stage}"
    properties = {"ResourceArn": {"Fn::Sub": stage}, "WebACLArn": {"Fn::GetAtt": ["ApiFirewall", "Arn"]}}
    return {"Type": "AWS::WAFv2::WebACLAssociation", "Condition": CONDITION, "Properties": properties}


def _where_there_is_no_other() -> Template:
    """Behind CloudFront its own firewall stands; the local cloud has none."""
    without_pages = {"Fn::Equals": [{"Ref": "PagesDomain"}, ""]}
    return {"Fn::And": [without_pages, {"Fn::Not": [{"Fn::Equals": [{"Ref": "Stage"}, "local"]}]}]}
