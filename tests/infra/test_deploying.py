"""What a deployment says and refuses, what a stage may hold, and how traffic shifts: read from the template."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from chalice.package import YAMLTemplateSerializer

from infra import furniture, package
from infra.deploying import changes, packages, pages, stages, steps, traffic
from infra.deploying.changes import Change, LosesState
from infra.deploying.formation import Formation
from infra.deploying.releases import Release
from infra.deploying.stages import Stage, WrongStage
from infra.deploying.whole import FIREWALL_REGION, Deployment, Wishes
from infra.package import ROOT
from tests.conftest import REGION
from tests.infra.conftest import Packaged

FILES = sorted(file.stem for file in stages.FOLDER.glob("*.toml"))
HTTP = sorted(furniture.HTTP_FUNCTIONS.values())
ACCOUNT = "123456789012"
CODEDEPLOY_ALARMS, CLOUDFORMATION_TRIGGERS = 10, 5
BODY_BYTES, TEMPLATE_BYTES = 51_200, 1_000_000
"""As much as AWS takes."""


def told(action: str, kind: str = "AWS::DynamoDB::Table", **more: Any) -> dict[str, Any]:
    change = {"Action": action, "LogicalResourceId": "LedgerTable", "ResourceType": kind, **more}
    return {"Type": "Resource", "ResourceChange": change}


# --- the change set -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "how"),
    [
        (told("Add"), "added"),
        (told("Import"), "added"),
        (told("Remove"), "removed"),
        (told("Modify", Replacement="False"), "changed"),
        (told("Modify", Replacement="True"), "replaced"),
        (told("Modify", Replacement="Conditional"), "perhaps replaced"),
        (told("Dynamic"), "changed"),
    ],
)
def test_a_change_is_told_in_a_persons_words(one: dict[str, Any], how: str) -> None:
    assert [found.how for found in changes.read([one])] == [how]


@pytest.mark.parametrize("kind", sorted(changes.STATEFUL))
@pytest.mark.parametrize(
    "one", [("Remove", {}), ("Modify", {"Replacement": "True"}), ("Modify", {"Replacement": "Conditional"})]
)
def test_what_holds_state_is_not_let_go_unless_it_is_named(kind: str, one: tuple[str, dict[str, str]]) -> None:
    found = changes.read([told(one[0], kind, **one[1])])
    with pytest.raises(LosesState, match="--let-go LedgerTable"):
        changes.refuse_losses(found, {"JournalTable"})
    changes.refuse_losses(found, {"LedgerTable"})


def test_what_holds_no_state_may_go_and_what_holds_some_may_change() -> None:
    changes.refuse_losses(changes.read([told("Remove", "AWS::CloudWatch::Alarm")]), ())
    changes.refuse_losses(changes.read([told("Modify", Replacement="False"), told("Add")]), ())


def test_every_resource_of_ours_that_is_kept_when_the_stack_goes_counts_as_holding_state(packaged: Packaged) -> None:
    logs = "AWS::Logs::LogGroup"
    kept = {one["Type"] for one in packaged.template["Resources"].values() if one.get("DeletionPolicy") == "Retain"}
    assert kept - {logs} <= changes.STATEFUL


def test_the_gravest_changes_stand_first_with_their_properties() -> None:
    target = {"Target": {"Attribute": "Properties", "Name": "KeySchema"}}
    lines = changes.shown(
        changes.read([told("Add", "AWS::SQS::Queue"), told("Modify", Replacement="True", Details=[target])])
    )
    assert lines[0] == "1 replaced, 1 added:"
    assert "replaced" in lines[1] and "(KeySchema)" in lines[1] and "holds state" in lines[1]


def test_a_first_deployment_is_counted_by_kind() -> None:
    many = [Change("added", f"Alarm{number}", "AWS::CloudWatch::Alarm") for number in range(130)]
    assert changes.shown(many)[1:] == ["added             CloudWatch::Alarm            × 130"]


# --- stages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_a_stage_gives_only_parameters_that_the_template_takes_and_all_that_it_needs(
    packaged: Packaged, name: str
) -> None:
    given, taken = stages.read(name).all_parameters, packaged.template["Parameters"]
    assert set(given) <= set(taken)
    assert {one for one, about in taken.items() if "Default" not in about} <= set(given)
    for parameter, value in given.items():
        assert value in taken[parameter].get("AllowedValues", [value])


@pytest.mark.parametrize("name", FILES)
def test_a_stage_gives_the_firewall_only_what_it_takes_and_as_text(name: str) -> None:
    text = (ROOT / "infra" / "firewall.yaml").read_text(encoding="utf-8")
    taken = YAMLTemplateSerializer().load_template(text)["Parameters"]
    stage = stages.read(name)
    assert stage.firewall is not None and set(stage.firewall) <= set(taken)
    odd = replace(stage, firewall={"RequestsInFiveMinutes": 5000, "AllowedCountries": "CN,SG"})
    assert odd.firewall_parameters == {"RequestsInFiveMinutes": "5000", "AllowedCountries": "CN,SG"}
    assert replace(stage, firewall=None).firewall_parameters == {}


def test_the_template_is_far_from_the_size_that_cloudformation_refuses() -> None:
    """SAM makes about a sixth more of it."""
    assert (package.package() / "sam.json").stat().st_size <= 0.75 * TEMPLATE_BYTES


@pytest.mark.parametrize("file", ["firewall.yaml", "second-region.yaml"])
def test_what_is_sent_beside_the_stack_is_small_enough_to_be_sent_whole(file: str) -> None:
    assert (ROOT / "infra" / file).stat().st_size <= BODY_BYTES


@pytest.mark.parametrize("name", FILES)
def test_a_stage_names_only_secrets_that_the_template_makes_and_tells_none(packaged: Packaged, name: str) -> None:
    made = {one["Name"]["Fn::Sub"] for one in packaged.of_type("AWS::SecretsManager::Secret").values() if "Name" in one}
    assert {f"${{AWS::StackName}}/{secret}" for secret in stages.read(name).secrets} <= made


@pytest.mark.parametrize("name", FILES)
def test_an_example_is_not_deployed_before_it_is_filled_in(name: str) -> None:
    with pytest.raises(WrongStage, match=r"fill in account, packages, domain\.name"):
        stages.checked(stages.read(name))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('region = "eu-west-1"', "account, packages is missing"),
        ('account = "1"\nregion = "x"\npackages = "p"\npassword = "p"', "nobody reads password"),
        ('account = "1"\nregion = "x"\npackages = "p"\nname = "p"', "nobody reads name"),
    ],
)
def test_a_stage_with_a_key_too_few_or_too_many_is_refused(tmp_path: Path, written: str, said: str) -> None:
    (tmp_path / "wrong.toml").write_text(written)
    with pytest.raises(WrongStage, match=said):
        stages.read("wrong", tmp_path)


@pytest.mark.parametrize("name", ["unheard", "../stages/prod", ""])
def test_a_stage_that_nobody_wrote_is_refused_with_those_that_there_are(name: str) -> None:
    with pytest.raises(WrongStage, match="prod, staging"):
        stages.read(name)


@pytest.mark.parametrize(
    "wrong",
    [
        {"account": "12"},
        {"region": "Ireland"},
        {"watch_minutes": 181},
        {"second_region": "eu-west-1"},
        {"stack": "a" * 40},
    ],
)
def test_a_stage_with_a_wrong_value_is_refused(wrong: dict[str, Any]) -> None:
    right = {"account": "123456789012", "region": "eu-west-1", "packages": "packages-of-ours"}
    stages.checked(Stage("prod", **right))
    with pytest.raises(WrongStage):
        stages.checked(Stage("prod", **{**right, **wrong}))


def test_credentials_of_another_account_are_refused(cloud: None) -> None:
    stage = Stage("prod", "999999999999", REGION, "packages-of-ours")
    with pytest.raises(WrongStage, match="these credentials are of 123456789012"):
        steps.check_account(stage, lambda name: boto3.client(name, region_name=REGION))


# --- the bucket of packages, the pages -------------------------------------------------------------------------------


def test_the_bucket_of_packages_is_made_once_and_closed(cloud: None) -> None:
    storage = boto3.client("s3", region_name=REGION)
    bucket = packages.Packages(storage, "packages-of-ours", REGION, ACCOUNT)
    assert (bucket.made_ready(), bucket.made_ready()) == (True, False)
    closed = storage.get_public_access_block(Bucket="packages-of-ours")["PublicAccessBlockConfiguration"]
    assert set(closed.values()) == {True} and len(closed) == 4


def test_a_bucket_of_the_right_name_that_is_somebody_elses_gets_nothing() -> None:
    """S3 answers 403 to whoever expects another owner: asked so, whatever is done with the bucket."""
    asked: list[tuple[str, object]] = []

    class Storage:
        def __getattr__(self, name: str) -> Any:
            def call(*names: str, **given: Any) -> Any:
                if name == "get_paginator":
                    return SimpleNamespace(paginate=getattr(self, names[0]))
                asked.append((name, given.get("ExpectedBucketOwner")))
                raise ClientError({"Error": {"Code": "403"}}, name)

            return call

    bucket = packages.Packages(Storage(), "packages-of-others", REGION, ACCOUNT)
    for touched in (bucket.made_ready, lambda: bucket.coded(b"code"), lambda: bucket.kept("1a2b3c")):
        with pytest.raises(ClientError):
            touched()
    assert {owner for _, owner in asked} == {ACCOUNT} and len(asked) >= 4


@pytest.mark.parametrize("code", ["AccessDenied", "SlowDown", "NoSuchBucket"])
def test_a_version_that_s3_does_not_give_out_is_not_called_one_that_never_was(cloud: None, code: str) -> None:
    """Whoever goes back in a hurry would look for another version."""
    storage = boto3.client("s3", region_name=REGION)
    bucket = packages.Packages(storage, "packages-of-ours", REGION, ACCOUNT)
    bucket.made_ready()
    with pytest.raises(packages.NoSuchVersion, match="Versions: none"):
        bucket.kept("1a2b3c")

    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": code}}, "GetObject")

    storage.meta.events.register("before-call.s3.GetObject", refuse)
    with pytest.raises(ClientError, match=code):
        bucket.kept("1a2b3c")


def test_a_plan_of_a_stack_that_is_not_there_leaves_nothing_but_what_the_deployment_would_bring_anyway(
    cloud: None,
) -> None:
    """As docs/how-to/deploy.md says."""
    stage = Stage("prod", ACCOUNT, REGION, "packages-of-ours", firewall={})
    topic = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}

    def made(found: packages.Packages) -> Release:
        return Release("1a2b3c", packages.with_code(topic, found.coded(b"code"), found.coded(b"layer")), b"")

    said: list[str] = []
    clients = cache(lambda region: cache(partial(boto3.client, region_name=region)))
    done = Deployment(stage, clients, said.append, Wishes(plan=True), made).run()
    assert done == ["created the bucket of packages packages-of-ours", f"coffer in {REGION}, 1a2b3c: only planned"]
    assert any("SNS::Topic" in line for line in said) and any("WAFv2::WebACL" in line for line in said)
    for region in (REGION, FIREWALL_REGION):
        assert clients(region)("cloudformation").describe_stacks()["Stacks"] == []
    left = clients(REGION)("s3").list_objects_v2(Bucket=stage.packages)["Contents"]
    assert sorted(one["Key"].partition("/")[0] for one in left) == ["code", "code", "templates"]


def test_pages_come_with_their_kind_and_what_nobody_asks_for_goes(cloud: None, tmp_path: Path) -> None:
    storage = boto3.client("s3", region_name=REGION)
    bucket = packages.Packages(storage, "packages-of-ours", REGION, ACCOUNT)
    bucket.made_ready()
    storage.put_object(Bucket=bucket.bucket, Key="old.js", Body=b"")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "main.mjs").write_text("export {}")
    assert pages.synced(storage, bucket.bucket, packages.zipped(tmp_path)) == (1, 1)
    held = storage.head_object(Bucket=bucket.bucket, Key="app/main.mjs")
    assert (held["ContentType"], held["CacheControl"]) == ("text/javascript; charset=utf-8", "no-cache")
    assert [one["Key"] for one in storage.list_objects_v2(Bucket=bucket.bucket)["Contents"]] == ["app/main.mjs"]


def test_how_to_go_on_after_a_first_creation_that_left_its_tables_is_said(packaged: Packaged) -> None:
    """CloudFormation cannot take back what protects itself from deletion."""
    assert all(one["DeletionProtectionEnabled"] for one in packaged.of_type("AWS::DynamoDB::Table").values())
    said = Formation(None, "coffer")._how_it_ended("ROLLBACK_FAILED")
    assert "--no-deletion-protection-enabled" in said and "delete-stack --stack-name coffer" in said


# --- gradual traffic, read from the template ------------------------------------------------------------------------


@pytest.mark.parametrize("name", HTTP)
def test_a_new_version_gets_a_tenth_of_the_requests_and_goes_when_an_alarm_rings(packaged: Packaged, name: str) -> None:
    function = packaged.functions[name]
    assert (function["AutoPublishAlias"], function["AutoPublishAliasAllProperties"]) == (furniture.ALIAS, True)
    assert function["DeploymentPreference"]["Type"] == "Canary10Percent5Minutes"
    watched = [one["Ref"] for one in function["DeploymentPreference"]["Alarms"]]
    assert f"{name}ErrorsAlarm" in watched and len(watched) <= CODEDEPLOY_ALARMS
    for alarm in watched:
        assert packaged.template["Resources"][alarm]["Type"] == "AWS::CloudWatch::Alarm"
        assert "RestAPI" not in json.dumps(packaged.template["Resources"][alarm]), "the API waits for the alias"


def test_only_what_the_api_calls_shifts_gradually(packaged: Packaged) -> None:
    """Queues and streams call the functions themselves; what they do late is done once, whichever version does it."""
    assert sorted(name for name, one in packaged.functions.items() if "AutoPublishAlias" in one) == HTTP


def test_nothing_calls_one_of_these_functions_past_its_alias(packaged: Packaged) -> None:
    api = json.dumps(packaged.of_type("AWS::Serverless::Api"))
    for name in HTTP:
        assert f"${{{name}.Arn}}" not in api and f"${{{furniture.live(name)}}}" in api


def test_the_alarms_that_take_the_stack_back_exist_and_are_not_too_many(packaged: Packaged) -> None:
    assert len(traffic.WATCHED) <= CLOUDFORMATION_TRIGGERS
    for name in traffic.WATCHED:
        assert packaged.template["Resources"][name]["Type"].startswith("AWS::CloudWatch::")


def test_all_at_once_keeps_the_alias_and_leaves_the_waiting_out(packaged: Packaged) -> None:
    changed = traffic.all_at_once(packaged.template)["Resources"]
    for name in HTTP:
        properties = changed[name]["Properties"]
        assert (properties["AutoPublishAlias"], properties["DeploymentPreference"]) == ("live", {"Enabled": False})


def test_without_versions_the_api_calls_the_functions_themselves(packaged: Packaged) -> None:
    changed = traffic.without_versions(packaged.template)
    assert f"Alias{furniture.ALIAS}" not in json.dumps(changed)
    api = json.dumps(changed["Resources"]["RestAPI"])
    for name in HTTP:
        assert not {"AutoPublishAlias", "DeploymentPreference"} & set(changed["Resources"][name]["Properties"])
        assert f"${{{name}.Arn}}" in api


def test_the_triggers_are_those_that_the_stack_has_already(cloud: None) -> None:
    alarms = boto3.client("cloudwatch", region_name=REGION)
    for name, state in (("coffer-Ledger-1", "ALARM"), ("coffer-Errors-2", "OK")):
        alarms.put_metric_alarm(
            AlarmName=name, MetricName="m", Namespace="n", Period=60, EvaluationPeriods=1, Threshold=1,
            Statistic="Sum", ComparisonOperator="GreaterThanThreshold",
        )  # fmt: skip
        alarms.set_alarm_state(AlarmName=name, StateValue=state, StateReason="a test")
    kind = "AWS::CloudWatch::Alarm"
    there = [
        {"LogicalResourceId": "LedgerDriftAlarm", "PhysicalResourceId": "coffer-Ledger-1", "ResourceType": kind},
        {"LogicalResourceId": "APIHandlerErrorsAlarm", "PhysicalResourceId": "coffer-Errors-2", "ResourceType": kind},
        {"LogicalResourceId": "ParkedAlarm", "PhysicalResourceId": "coffer-Parked-3", "ResourceType": kind},
    ]
    found = traffic.triggers(there, alarms)
    assert [one.arn.rpartition(":")[2] for one in found] == ["coffer-Ledger-1", "coffer-Errors-2"]
    assert traffic.ringing(there, alarms) == ["LedgerDriftAlarm"]
    assert traffic.triggers([], alarms) == []


# --- the synthetic check --------------------------------------------------------------------------------------------


def test_a_check_that_fails_is_a_deployment_that_does_not_work() -> None:
    step = {"step": "top-up", "outcome": "good", "milliseconds": 412}
    assert steps.judged({"steps": [step], "outcome": "good"})[-1] == "probe: good"
    assert "--set-up" in steps.judged({"steps": [], "outcome": "off"})[0], "a first deployment has no accounts yet"
    for wrong in ({"steps": [step], "outcome": "bad"}, {"errorMessage": "Task timed out"}, {}):
        with pytest.raises(steps.DoesNotWork):
            steps.judged(wrong)
    with pytest.raises(steps.DoesNotWork, match="Task timed out"):
        steps.judged({"errorMessage": "Task timed out"}, failed=True)


def test_a_stack_without_a_check_says_so(cloud: None) -> None:
    assert steps.probed("coffer", lambda name: boto3.client(name, region_name=REGION)) == ["no probe function yet"]


def test_a_secret_that_waits_is_named_with_what_it_holds(cloud: None) -> None:
    manager = boto3.client("secretsmanager", region_name=REGION)
    manager.create_secret(Name="other/access", SecretString="{}")
    stage = Stage("prod", "123456789012", REGION, "p", stack="other", secrets={"access": ["pepper"], "bank": ["key"]})
    assert steps.empty_secrets(stage, lambda name: manager) == ["bank"]
    assert "other/bank has no value yet (key)" in steps.how_to_fill(stage, "bank")


# --- a second region ------------------------------------------------------------------------------------------------

OF_NO_REGION = ("Function", "OriginAccessControl", "OriginRequestPolicy", "ResponseHeadersPolicy", "CachePolicy")


def test_what_is_named_for_the_whole_account_is_named_with_its_region(packaged: Packaged) -> None:
    """The stack is created in a second region while what the first one has at CloudFront is still there."""
    found = [one for kind in OF_NO_REGION for one in packaged.of_type(f"AWS::CloudFront::{kind}").values()]
    names = [json.dumps(one).count("${AWS::StackName}-") for one in found]
    regions = [json.dumps(one).count("${AWS::StackName}-") - json.dumps(one).count("-${AWS::Region}") for one in found]
    assert len(found) == 5 and all(names) and not any(regions)
    assert not any("RoleName" in one for one in packaged.of_type("AWS::IAM::Role").values())
