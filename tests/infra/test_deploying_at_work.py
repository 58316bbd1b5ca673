"""Deployments of a local cloud by the code that deploys to AWS: the first, an update, one that fails, one undone."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pytest

from infra.deploying.bringing import Consent, NotAgreed, bring
from infra.deploying.changes import LosesState
from infra.deploying.formation import DidNotDeploy, Formation
from infra.deploying.packages import NoSuchVersion, Packages, with_code
from infra.deploying.releases import Release
from infra.deploying.stages import Stage
from infra.deploying.whole import Deployment, Wishes
from infra.local import people, places, stack
from infra.local.client import Client
from infra.local.people import Person
from infra.package import package

PERSON = Person("deployed@coffer.example", "a stack that goes on", "Deployed", "en")


@dataclass
class Ground:
    """`customer` and `kept`: somebody who signed in before, and what their wallet held then."""

    local: dict[str, Any]
    customer: Client
    wallet: dict[str, Any]
    kept: int
    said: list[str] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        return str(self.local["aws"]["endpoint"])

    @property
    def stage(self) -> Stage:
        told = stack.client("cloudformation", self.endpoint).describe_stacks(StackName=places.STACK)["Stacks"][0]
        parameters = {one["ParameterKey"]: one["ParameterValue"] for one in told["Parameters"]}
        return Stage("local", places.ACCOUNT, places.REGION, stack.BUCKET, watch_minutes=0, parameters=parameters)

    def deploy(self, stage: Stage, wishes: Wishes, version: str = "", **more: Any) -> list[str]:
        """What it did. `more`: resources beside those of the package."""
        self.said.clear()
        made = partial(_release, version, more)
        clients = lambda region: partial(stack.client, endpoint=self.endpoint)  # noqa: E731
        return list(Deployment(stage, clients, self.said.append, wishes, made).run())

    def environment(self, name: str) -> str:
        return stack.environment(self.endpoint).get(name, "")

    def must_go_on(self) -> None:
        """The same token is good, the same money is there. The front door closes what was silent for a minute."""
        self.customer.close()
        assert self.customer.get("/health").expect(200)["status"] == "ok"
        assert self.customer.get(f"/v1/wallets/{self.wallet['id']}").expect(200)["available"] == self.kept


def _release(version: str, more: dict[str, Any], packages: Packages) -> Release:
    made = package()
    template = stack.as_ministack_has_it(stack.packaged(made))
    template["Resources"] |= more
    site = io.BytesIO()
    zipfile.ZipFile(site, "w").close()
    code, layer = (packages.coded((made / name).read_bytes()) for name in ("deployment.zip", "layer.zip"))
    return Release(version, with_code(template, code, layer), site.getvalue())


@pytest.fixture(scope="module")
def ground(own_cloud: dict[str, Any]) -> Ground:
    anybody = Client(own_cloud["api"])
    customer = anybody.bearing(people.sign_up(anybody, PERSON)["access_token"])
    wallet = people.wallets(customer)[0]
    people.top_up(customer, wallet, 4200, "before-the-update")
    kept = customer.get(f"/v1/wallets/{wallet['id']}").expect(200)["available"]
    assert kept == 4200
    return Ground(own_cloud, customer, wallet, kept)


def test_the_first_deployment_is_a_change_set_too(ground: Ground) -> None:
    formation = stack.client("cloudformation", ground.endpoint)
    pages = formation.get_paginator("describe_stack_events").paginate(StackName=places.STACK)
    events = [one for page in pages for one in page["StackEvents"]]
    own = [one["ResourceStatus"] for one in events if one["PhysicalResourceId"] == one["StackId"]]
    assert (own[0], own[-1]) == ("CREATE_COMPLETE", "REVIEW_IN_PROGRESS")


def test_a_plan_shows_the_change_set_and_leaves_everything_as_it_was(ground: Ground) -> None:
    stage, before = ground.stage, ground.environment("ROUTE_METRICS")
    stage = replace(stage, parameters={**stage.parameters, "RouteMetrics": "off"})
    done = ground.deploy(stage, Wishes(plan=True), "planned")
    assert any("changed" in line and "Serverless" not in line and "APIHandler" in line for line in ground.said)
    assert done == ["coffer in eu-west-1, planned: only planned"]
    assert ground.environment("ROUTE_METRICS") == before
    ground.must_go_on()


def test_an_update_loses_neither_money_nor_sessions(ground: Ground) -> None:
    stage = ground.stage
    assert ground.environment("ROUTE_METRICS") == "on"
    done = ground.deploy(stage, Wishes(yes=True), "former")
    stage = replace(stage, parameters={**stage.parameters, "RouteMetrics": "off"})
    done = ground.deploy(stage, Wishes(yes=True), "later")
    assert ground.environment("ROUTE_METRICS") == "off"
    assert any(line.startswith("UPDATE_COMPLETE") and "APIHandler" in line for line in ground.said)
    assert "no probe function yet" in done or any(line.startswith("probe: ") for line in done)
    ground.must_go_on()


def test_an_update_that_cannot_be_made_is_rolled_back_with_its_reasons(ground: Ground) -> None:
    stage, before = ground.stage, ground.environment("ROUTE_METRICS")
    wanted = {"on": "off", "off": "on"}[before]
    stage = replace(stage, parameters={**stage.parameters, "RouteMetrics": wanted})
    impossible = {
        "Type": "AWS::CloudFormation::WaitCondition", "DependsOn": ["APIHandler", "AccessHandler"],
        "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "1", "Count": 1},
    }  # fmt: skip
    handle = {"Type": "AWS::CloudFormation::WaitConditionHandle", "Properties": {}}
    with pytest.raises(DidNotDeploy) as failed:
        ground.deploy(stage, Wishes(yes=True), "impossible", Handle=handle, Impossible=impossible)
    assert "UPDATE_ROLLBACK_COMPLETE: it was rolled back" in str(failed.value)
    assert "  Impossible: " in str(failed.value)
    assert any(line.startswith("UPDATE_COMPLETE") and "APIHandler" in line for line in ground.said), "it had begun"
    assert ground.environment("ROUTE_METRICS") == before
    ground.must_go_on()


def test_a_first_creation_that_fails_leaves_nothing_in_the_way_of_the_next(ground: Ground) -> None:
    formation = Formation(stack.client("cloudformation", ground.endpoint), "another")
    key = {"AttributeName": "pk", "KeyType": "HASH"}
    table = {
        "Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain",
        "Properties": {
            "TableName": "another-table", "BillingMode": "PAY_PER_REQUEST", "KeySchema": [key],
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        },
    }  # fmt: skip
    late = {
        "Type": "AWS::CloudFormation::WaitCondition", "DependsOn": ["Table"],
        "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "1", "Count": 1},
    }  # fmt: skip
    handle = {"Type": "AWS::CloudFormation::WaitConditionHandle", "Properties": {}}
    whole = {"Resources": {"Table": table, "Late": late, "Handle": handle}}
    agreed = Consent(lambda changes: True)
    with pytest.raises(DidNotDeploy, match="nothing of another is left"):
        bring(formation, {"TemplateBody": json.dumps(whole)}, {}, agreed, ground.said.append)
    tables = stack.client("dynamodb", ground.endpoint)
    assert "another-table" not in tables.list_tables()["TableNames"]
    bring(formation, {"TemplateBody": json.dumps({"Resources": {"Table": table}})}, {}, agreed, ground.said.append)
    assert "another-table" in tables.list_tables()["TableNames"]


def test_an_update_waits_for_an_alarm_that_would_take_it_back_unless_it_is_to_end_it(ground: Ground) -> None:
    about = {
        "AlarmName": "coffer-books", "Namespace": "Coffer", "MetricName": "Drift", "Statistic": "Sum", "Period": 60,
        "EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    }  # fmt: skip
    alarm = {"Type": "AWS::CloudWatch::Alarm", "Properties": about}
    stage = replace(ground.stage, watch_minutes=1)
    ground.deploy(stage, Wishes(yes=True), "watched", LedgerDriftAlarm=alarm)
    alarms = stack.client("cloudwatch", ground.endpoint)
    alarms.set_alarm_state(AlarmName="coffer-books", StateValue="ALARM", StateReason="a test")
    with pytest.raises(DidNotDeploy, match="LedgerDriftAlarm rings"):
        ground.deploy(stage, Wishes(yes=True), "unwise")
    alarms.set_alarm_state(AlarmName="coffer-books", StateValue="OK", StateReason="a test")
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "coffer-watched"}}
    ground.deploy(stage, Wishes(yes=True), "calm", LedgerDriftAlarm=alarm, Watched=queue)
    alarms.set_alarm_state(AlarmName="coffer-books", StateValue="ALARM", StateReason="a test")
    let_go = frozenset({"Watched"})
    ground.deploy(stage, Wishes(yes=True, let_go=let_go, despite_alarms=True), "remedy", LedgerDriftAlarm=alarm)
    alarms.set_alarm_state(AlarmName="coffer-books", StateValue="OK", StateReason="it ended it")
    ground.must_go_on()


def test_nobody_who_says_no_changes_anything(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "coffer-another"}}
    with pytest.raises(NotAgreed):
        ground.deploy(ground.stage, Wishes(), "unwanted", Another=queue)
    assert "Type local to do this, anything else to leave it:" in ground.said
    assert "coffer-another" not in str(stack.client("sqs", ground.endpoint).list_queues())


def test_a_table_is_not_let_go_by_mistake(ground: Ground) -> None:
    key = {"AttributeName": "pk", "KeyType": "HASH"}
    other = {
        "Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain",
        "Properties": {
            "TableName": "another-ledger", "BillingMode": "PAY_PER_REQUEST", "KeySchema": [key],
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        },
    }  # fmt: skip
    with pytest.raises(LosesState, match="LedgerTable"):
        ground.deploy(ground.stage, Wishes(yes=True), "forgetful", LedgerTable=other)
    ground.must_go_on()


def test_what_was_deployed_before_is_deployed_again_as_it_was(ground: Ground) -> None:
    done = ground.deploy(ground.stage, Wishes(version="former", yes=True))
    assert any("former" in line for line in done)
    with pytest.raises(NoSuchVersion) as missing:
        ground.deploy(ground.stage, Wishes(version="unheard-of", yes=True))
    assert "former" in str(missing.value) and "later" in str(missing.value)
    ground.must_go_on()
