"""The alarms of the packaged template at work in the local cloud: judged, published, and shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.local import alarm_template, figures, stack
from infra.local.alarm_data import Data, metric_of, points
from infra.local.watch import Watch, addressees, kept, restored
from tests.infra.conftest import Packaged
from tests.local import local

__all__ = ["local"]
AT = datetime(2026, 11, 22, 8, 7, 30, tzinfo=UTC)
MINUTE = int(AT.timestamp()) // 60
TOPIC = "arn:aws:sns:eu-west-1:000000000000:coffer-alarms"


@pytest.fixture
def alarms(packaged: Packaged) -> dict[str, dict[str, Any]]:
    return alarm_template.alarms(packaged.template, {"Stage": "local"})


@pytest.fixture
def watch(alarms: dict[str, dict[str, Any]]) -> Watch:
    """Everything is fine."""
    begun = Watch(alarms, Data(), {})
    assert {one["NewStateValue"] for one in begun.look(AT)} == {"OK"}
    return begun


def happened(watch: Watch, name: str, bad: float, good: float, minutes: int = 1) -> None:
    """So many payments in each of the last minutes."""
    for alarm in watch._alarms[f"coffer-{name}"]["Metrics"]:
        if "MetricStat" in alarm:
            value = {"Good": good, "Bad": bad}[alarm["MetricStat"]["Metric"]["MetricName"]]
            for back in range(minutes):
                watch.data.put(metric_of(alarm["MetricStat"]["Metric"]), MINUTE - back, points(value))


def names(messages: list[dict[str, Any]], state: str = "ALARM") -> list[str]:
    return [one["AlarmName"].removeprefix("coffer-") for one in messages if one["NewStateValue"] == state]


def test_every_alarm_of_the_template_is_understood_here(alarms: dict[str, dict[str, Any]], packaged: Packaged) -> None:
    assert len(alarms) == sum(one["Type"] in alarm_template.KINDS for one in packaged.template["Resources"].values())
    assert "Fn::" not in json.dumps(alarms)
    assert '"Ref"' not in json.dumps(alarms)


def test_the_local_aws_is_given_none_of_them(packaged: Packaged) -> None:
    left = alarm_template.without(packaged.template)
    assert {one["Type"] for one in left["Resources"].values()}.isdisjoint(alarm_template.KINDS)
    assert len(left["Resources"]) < len(packaged.template["Resources"])


def test_a_head_that_disagrees_rings_at_once_in_cloudwatchs_own_words(watch: Watch) -> None:
    asked = watch._alarms["coffer-LedgerDriftAlarm"]
    watch.data.put(metric_of(asked), MINUTE, points(1))
    (told,) = watch.look(AT)
    assert addressees(told) == [TOPIC]
    assert set(told) == {
        *("AlarmName", "AlarmDescription", "AWSAccountId", "AlarmConfigurationUpdatedTimestamp"),
        *("NewStateValue", "NewStateReason", "StateChangeTime", "Region", "AlarmArn", "OldStateValue"),
        *("OKActions", "AlarmActions", "InsufficientDataActions", "Trigger"),
    }
    assert told["StateChangeTime"] == "2026-11-22T08:07:30.000+0000"
    assert told["AlarmDescription"].endswith("infra/runbooks/ledger-drift.md")
    assert told["Trigger"] == {
        "MetricName": "LedgerDrift",
        "Namespace": "Coffer/coffer",
        "StatisticType": "Statistic",
        "Statistic": "SUM",
        "Unit": None,
        "Dimensions": [],
        "Period": 60,
        "EvaluationPeriods": 1,
        "DatapointsToAlarm": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "Threshold": 1.0,
        "TreatMissingData": "notBreaching",
        "EvaluateLowSampleCountPercentile": "",
    }
    assert watch.look(AT) == [], "what rings is told once"


def test_payments_that_fail_for_an_hour_ring_by_the_composite_alone(watch: Watch) -> None:
    happened(watch, "PaymentsBurnFastLong", bad=2, good=98, minutes=60)
    messages = watch.look(AT)
    assert names(messages) == [
        *("PaymentsBurnFastLong", "PaymentsBurnFastShort", "PaymentsBurnSlowLong", "PaymentsBurnSlowShort"),
        *("PaymentsBurnFastAlarm", "PaymentsBurnSlowAlarm"),
    ]
    called = [one for one in messages if addressees(one)]
    assert names(called) == ["PaymentsBurnFastAlarm", "PaymentsBurnSlowAlarm"]
    assert called[0]["AlarmRule"] == 'ALARM("coffer-PaymentsBurnFastLong") AND ALARM("coffer-PaymentsBurnFastShort")'
    assert [one["Arn"].rpartition(":")[2] for one in called[0]["TriggeringChildren"]] == [
        "coffer-PaymentsBurnFastLong",
        "coffer-PaymentsBurnFastShort",
    ]
    assert "Trigger" not in called[0]
    assert "AlarmConfigurationUpdatedTimestamp" not in called[0]


def test_a_burn_that_is_over_ends_by_its_short_window(watch: Watch) -> None:
    happened(watch, "PaymentsBurnFastLong", bad=2, good=98, minutes=60)
    watch.look(AT)
    later = AT + timedelta(minutes=6)
    for back in range(6):
        for name in ("Good", "Bad"):
            metric = ("Coffer/coffer", name, frozenset({("Capability", "payments")}))
            watch.data.put(metric, MINUTE + 6 - back, points(100.0 if name == "Good" else 0.0))
    assert "PaymentsBurnFastAlarm" in names(watch.look(later), "OK")


def test_one_bad_payment_of_few_rings_nobody(watch: Watch) -> None:
    happened(watch, "PaymentsBurnFastLong", bad=1, good=4)
    assert not [one for one in watch.look(AT) if addressees(one)]


def test_whoever_sets_an_alarm_by_hand_rings_it_until_it_is_judged_again(watch: Watch) -> None:
    (told,) = watch.look(AT, {"coffer-LedgerDriftAlarm": "a drill"})
    assert (told["NewStateValue"], told["NewStateReason"]) == ("ALARM", "a drill")
    (over,) = watch.look(AT)
    assert (over["NewStateValue"], addressees(over)) == ("OK", [TOPIC])


def test_what_rang_before_a_restart_does_not_ring_again(watch: Watch, alarms: dict[str, dict[str, Any]]) -> None:
    watch.data.put(metric_of(alarms["coffer-LedgerDriftAlarm"]), MINUTE, points(1))
    watch.look(AT)
    again = restored(alarms, json.loads(json.dumps(kept(watch))))
    assert again.ringing() == {"coffer-LedgerDriftAlarm"}
    assert again.look(AT) == []


def test_the_page_of_figures_shows_burns_functions_and_what_rings(
    watch: Watch, alarms: dict[str, dict[str, Any]]
) -> None:
    happened(watch, "PaymentsBurnFastLong", bad=2, good=98, minutes=60)
    for name, value in (("Errors", 0.0), ("Milliseconds", 18.0), ("AwsCalls", 1.0)):
        watch.data.put(("Coffer/coffer", name, frozenset({("Function", "money")})), MINUTE, points(value))
    watch.look(AT)
    page = figures.told(alarms, watch, MINUTE)
    payments = next(line for line in page.splitlines() if line.startswith("payments"))
    assert payments.split()[:6] == ["payments", "99.9", "20.0", "20.0", "20.0", "20.0"]
    assert "120 of 6000" in payments
    assert next(line.split() for line in page.splitlines() if line.startswith("money")) == [
        "money",
        "1",
        "0",
        "18",
        "1.0",
    ]
    assert "coffer-PaymentsBurnFastAlarm" in page
    assert "coffer-LedgerDriftAlarm" not in page
    assert "coffer-LedgerDriftAlarm" in figures.told(alarms, watch, MINUTE, all_alarms=True)


@pytest.fixture
def heard(local: dict[str, Any]) -> Iterator[Any]:
    """Waits for a message of the local cloud's topic about an alarm: others may ring meanwhile."""
    endpoint = local["aws"]["endpoint"]
    queues, topics = stack.client("sqs", endpoint), stack.client("sns", endpoint)
    url = queues.create_queue(QueueName="heard-by-a-test")["QueueUrl"]
    arn = "arn:aws:sqs:eu-west-1:000000000000:heard-by-a-test"
    may = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    queues.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    subscription = topics.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]

    def about(alarm: str) -> dict[str, Any]:
        for _ in range(60):
            for message in queues.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", ()):
                found: dict[str, Any] = json.loads(json.loads(message["Body"])["Message"])
                queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                if found["AlarmName"] == alarm:
                    return found
        raise AssertionError("nobody was called within a minute")

    yield about
    topics.unsubscribe(SubscriptionArn=subscription)
    queues.delete_queue(QueueUrl=url)


def test_an_alarm_that_is_rung_in_the_local_cloud_reaches_whoever_subscribed(local: dict[str, Any], heard: Any) -> None:
    metrics = stack.client("cloudwatch", local["aws"]["endpoint"])
    metrics.set_alarm_state(AlarmName="coffer-LedgerDriftAlarm", StateValue="ALARM", StateReason="a drill")
    told = heard("coffer-LedgerDriftAlarm")
    assert (told["AlarmName"], told["NewStateValue"], told["NewStateReason"]) == (
        "coffer-LedgerDriftAlarm",
        "ALARM",
        "a drill",
    )
