"""The firewall, before CloudFront and before an API without one: read from the files, for no local cloud has a WAF."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from chalice.package import YAMLTemplateSerializer

from chalicelib.api import shield, strict_json
from chalicelib.processors import service as processors
from infra.package import ROOT
from tests.infra.conftest import Packaged

Template = dict[str, Any]
COUNTED_ONLY = {"SizeRestrictions_BODY", "NoUserAgent_HEADER"}
RATES = {
    "too-many": "RequestsInFiveMinutes",
    "too-many-webhooks": "WebhooksInFiveMinutes",
    "too-many-entries": "EntriesInFiveMinutes",
}


def written() -> Template:
    text = (ROOT / "infra" / "firewall.yaml").read_text(encoding="utf-8")
    found: Template = YAMLTemplateSerializer().load_template(text)
    return found


@pytest.fixture(params=["before CloudFront", "before the API"])
def acl(request: pytest.FixtureRequest, packaged: Packaged) -> Template:
    """The properties of the web ACL."""
    if request.param == "before CloudFront":
        found: Template = written()["Resources"]["Firewall"]["Properties"]
    else:
        found = packaged.of_type("AWS::WAFv2::WebACL")["ApiFirewall"]
    return found


def rules(acl: Template) -> dict[str, Template]:
    """By name, the one that is there for countries alone too."""
    found = [rule["Fn::If"][1] if "Fn::If" in rule else rule for rule in acl["Rules"]]
    return {rule["Name"]: rule for rule in found}


@pytest.mark.parametrize(("name", "parameter"), RATES.items())
def test_an_address_that_asks_too_much_is_told_when_to_come_again(acl: Template, name: str, parameter: str) -> None:
    rule = rules(acl)[name]
    rate = rule["Statement"]["RateBasedStatement"]
    assert (rate["AggregateKeyType"], rate["EvaluationWindowSec"], rate["Limit"]) == ("IP", 300, {"Ref": parameter})
    answer = rule["Action"]["Block"]["CustomResponse"]
    assert answer["ResponseCode"] == 429
    assert answer["ResponseHeaders"] == [{"Name": "retry-after", "Value": "60"}]
    said = json.loads(acl["CustomResponseBodies"][answer["CustomResponseBodyKey"]]["Content"])
    assert (said["code"], said["status"]) == ("too-many-requests", 429)


def test_ways_in_are_stricter_and_are_those_that_the_code_calls_so(acl: Template) -> None:
    method, paths = rules(acl)["too-many-entries"]["Statement"]["RateBasedStatement"]["ScopeDownStatement"][
        "AndStatement"
    ]["Statements"]
    assert method["ByteMatchStatement"]["SearchString"] == "POST"
    match = paths["RegexMatchStatement"]
    assert match["FieldToMatch"] == {"UriPath": {}}
    assert [one["Type"] for one in match["TextTransformations"]] == ["URL_DECODE", "NORMALIZE_PATH"]
    for path in shield.ENTERING:
        for written_so in (path, f"{path}/", f"{path}//", f"/api{path}"):
            assert re.search(match["RegexString"], written_so), "API Gateway answers it as a way in"
        assert not re.search(match["RegexString"], f"{path}/second-factor")
    assert match["RegexString"].count("|") == len(shield.ENTERING) - 1
    limit = {name: one["Default"] for name, one in written()["Parameters"].items()}
    assert limit["EntriesInFiveMinutes"] < limit["RequestsInFiveMinutes"] < limit["WebhooksInFiveMinutes"]


def test_processors_webhooks_are_counted_apart_and_come_from_everywhere(acl: Template) -> None:
    named = rules(acl)
    everything = named["too-many"]["Statement"]["RateBasedStatement"]["ScopeDownStatement"]["NotStatement"]["Statement"]
    webhooks = named["too-many-webhooks"]["Statement"]["RateBasedStatement"]["ScopeDownStatement"]
    countries, not_webhooks = named["elsewhere"]["Statement"]["AndStatement"]["Statements"]
    assert everything == webhooks == not_webhooks["NotStatement"]["Statement"]
    match = webhooks["RegexMatchStatement"]
    assert (match["FieldToMatch"], [one["Type"] for one in match["TextTransformations"]]) == ({"UriPath": {}}, ["NONE"])
    geography = countries["NotStatement"]["Statement"]["GeoMatchStatement"]
    assert geography == {"CountryCodes": {"Ref": "AllowedCountries"}}


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        *((f"{stage}/v1/webhooks/{name}", True) for stage in ("", "/api") for name in processors._ADAPTERS),
        ("/v1/webhooks/stripe/", True),
        ("/v1/users/v1/webhooks/stripe", False),
        ("/v1/payments/v1/webhooks/", False),
        ("/v1/webhooks/", False),
        ("/v1/webhooks/../sessions", False),
        ("/v1/webhooks/..%2Fsessions", False),
        ("/v1/webhooks/stripe/../../sessions", False),
        ("/app/v1/webhooks/stripe", False),
    ],
)
def test_nothing_but_a_processors_webhook_is_counted_as_one(acl: Template, path: str, is_one: bool) -> None:
    """Whoever has these letters somewhere in an address would be counted by the higher limit, from any country."""
    match = rules(acl)["too-many-webhooks"]["Statement"]["RateBasedStatement"]["ScopeDownStatement"]
    assert bool(re.search(match["RegexMatchStatement"]["RegexString"], path)) is is_one


def test_without_countries_everybody_may_come(acl: Template) -> None:
    (chosen,) = [rule["Fn::If"] for rule in acl["Rules"] if "Fn::If" in rule]
    assert (chosen[0], chosen[1]["Name"], chosen[2]) == ("HasCountries", "elsewhere", {"Ref": "AWS::NoValue"})
    assert written()["Parameters"]["AllowedCountries"]["Default"] == ""
    assert written()["Conditions"]["HasCountries"] == {
        "Fn::Not": [{"Fn::Equals": [{"Fn::Join": ["", {"Ref": "AllowedCountries"}]}, ""]}]
    }


def test_a_body_that_the_api_would_refuse_does_not_reach_it(acl: Template) -> None:
    rule = rules(acl)["too-large"]
    size = rule["Statement"]["SizeConstraintStatement"]
    assert (size["ComparisonOperator"], size["Size"]) == ("GT", strict_json.MAX_BYTES)
    assert size["FieldToMatch"] == {"Body": {"OversizeHandling": "MATCH"}}, "beyond what is looked at is too large"
    (inspected,) = acl["AssociationConfig"]["RequestBody"].values()
    assert inspected == {"DefaultSizeInspectionLimit": "KB_64"}
    assert rule["Action"]["Block"]["CustomResponse"]["ResponseCode"] == 413


def test_aws_own_groups_are_there_and_the_one_that_meets_honest_people_only_counts(acl: Template) -> None:
    groups = {
        rule["Statement"]["ManagedRuleGroupStatement"]["Name"]: rule
        for rule in rules(acl).values()
        if "ManagedRuleGroupStatement" in rule["Statement"]
    }
    counting = {name for name, rule in groups.items() if rule["OverrideAction"] == {"Count": {}}}
    assert counting == {"AWSManagedRulesAnonymousIpList"}
    assert groups.keys() - counting == {
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "AWSManagedRulesAmazonIpReputationList",
    }
    common = groups["AWSManagedRulesCommonRuleSet"]["Statement"]["ManagedRuleGroupStatement"]["RuleActionOverrides"]
    assert {one["Name"]: one["ActionToUse"] for one in common} == {key: {"Count": {}} for key in COUNTED_ONLY}


def test_every_rule_has_a_place_and_a_metric_of_its_own(acl: Template) -> None:
    found = list(rules(acl).values())
    assert [rule["Priority"] for rule in found] == list(range(len(found)))
    shown = [rule["VisibilityConfig"] for rule in found]
    assert [one["MetricName"] for one in shown] == [rule["Name"] for rule in found]
    assert all(one["CloudWatchMetricsEnabled"] for one in shown)
    assert not any(one["SampledRequestsEnabled"] for one in shown), "a sample would show whole requests"


@pytest.mark.parametrize("of", ["Firewall", "ApiFirewall"])
def test_its_log_holds_no_credentials_and_is_not_kept_for_ever(packaged: Packaged, of: str) -> None:
    resources = packaged.template["Resources"] if of == "ApiFirewall" else written()["Resources"]
    log = resources[f"{of}Logs"]["Properties"]
    assert log["ResourceArn"] == {"Fn::GetAtt": [of, "Arn"]}
    redacted = {one["SingleHeader"]["Name"] for one in log["RedactedFields"] if "SingleHeader" in one}
    assert redacted == {"authorization", "cookie"}
    assert {"QueryString": {}} in log["RedactedFields"]
    assert log["LoggingFilter"]["DefaultBehavior"] == "DROP"
    assert f"log-group:${{{of}LogGroup}}" in json.dumps(log["LogDestinationConfigs"])
    group = resources[f"{of}LogGroup"]["Properties"]
    assert group["LogGroupName"]["Fn::Sub"].startswith("aws-waf-logs-"), "WAF takes no other name"
    assert group["RetentionInDays"] == 30


def test_the_api_has_one_where_no_cloudfront_stands_before_it_but_not_locally(packaged: Packaged) -> None:
    template = packaged.template
    assert template["Conditions"]["HasApiFirewall"] == {
        "Fn::And": [
            {"Fn::Equals": [{"Ref": "PagesDomain"}, ""]},
            {"Fn::Not": [{"Fn::Equals": [{"Ref": "Stage"}, "local"]}]},
        ]
    }
    mine = {name for name, one in template["Resources"].items() if one.get("Condition") == "HasApiFirewall"}
    assert mine == {"ApiFirewall", "ApiFirewallLogGroup", "ApiFirewallLogs", "ApiFirewallAssociation"}
    assert packaged.of_type("AWS::WAFv2::WebACL")["ApiFirewall"]["Scope"] == "REGIONAL"
    joined = packaged.of_type("AWS::WAFv2::WebACLAssociation")["ApiFirewallAssociation"]
    assert joined["WebACLArn"] == {"Fn::GetAtt": ["ApiFirewall", "Arn"]}
    assert joined["ResourceArn"]["Fn::Sub"].endswith("::/restapis/${RestAPI}/stages/${RestAPI.Stage}")


def test_the_file_is_deployed_as_it_is_so_it_has_no_aliases() -> None:
    lines = Path(ROOT / "infra" / "firewall.yaml").read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if ": *" in line or "<<:" in line], "CloudFormation rejects them"
