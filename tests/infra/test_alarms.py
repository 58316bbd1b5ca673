"""Who is woken when: every alarm of the packaged template looks at something that the code, or AWS, really measures."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.operations import model_alarms
from infra import alarms, objectives
from infra.package import ROOT
from tests.conftest import FrozenClock
from tests.infra import emitted
from tests.infra.conftest import Packaged
from tests.infra.emitted import Metric
from tests.infra.test_at_rest import WITHOUT_READER, dead_letters

AWS = {
    ("AWS/Lambda", "Errors", ("FunctionName",)),
    ("AWS/Lambda", "Throttles", ("FunctionName",)),
    ("AWS/Lambda", "Duration", ("FunctionName",)),
    ("AWS/Lambda", "ConcurrentExecutions", ("FunctionName",)),
    ("AWS/Lambda", "Invocations", ("FunctionName",)),
    ("AWS/Lambda", "IteratorAge", ("FunctionName",)),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible", ("QueueName",)),
    ("AWS/SQS", "ApproximateAgeOfOldestMessage", ("QueueName",)),
    ("AWS/SQS", "NumberOfMessagesSent", ("QueueName",)),
    ("AWS/SQS", "SentMessageSize", ("QueueName",)),
    ("AWS/DynamoDB", "ReadThrottleEvents", ("TableName",)),
    ("AWS/DynamoDB", "WriteThrottleEvents", ("TableName",)),
    ("AWS/DynamoDB", "WriteThrottleEvents", ("GlobalSecondaryIndexName", "TableName")),
    ("AWS/DynamoDB", "SystemErrors", ("Operation", "TableName")),
    ("AWS/DynamoDB", "ConsumedReadCapacityUnits", ("TableName",)),
    ("AWS/DynamoDB", "ConsumedWriteCapacityUnits", ("TableName",)),
    ("AWS/DynamoDB", "TransactionConflict", ("TableName",)),
    ("AWS/DynamoDB", "ReturnedBytes", ("Operation", "TableName")),
    ("AWS/ApiGateway", "Count", ("ApiName",)),
    ("AWS/ApiGateway", "4XXError", ("ApiName",)),
    ("AWS/ApiGateway", "5XXError", ("ApiName",)),
    ("AWS/ApiGateway", "Latency", ("ApiName",)),
}
"""What AWS measures by itself: namespace, name, names of dimensions, as each service's documentation lists them."""
OURS = {"Fn::Sub": "Coffer/${AWS::StackName}"}
_QUERY = re.compile(r"""SELECT SUM\((\w+)\) FROM SCHEMA\("([\w/]+)", ([\w, ]+)\) WHERE \w+ = '\$\{\w+\}'$""")
_played: set[Metric] = set()


@pytest.fixture
def measured(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> set[Metric]:
    """Everything that the code measures, played once for all tests here."""
    if not _played:
        _played.update(emitted.played(clock, monkeypatch))
    return _played


def of(packaged: Packaged) -> dict[str, dict[str, Any]]:
    return packaged.of_type("AWS::CloudWatch::Alarm")


def looked_at(alarm: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Namespace, MetricName and Dimensions of each metric, of an expression's too."""
    if "MetricName" in alarm:
        yield alarm
    for one in alarm.get("Metrics", ()):
        if "MetricStat" in one:
            yield one["MetricStat"]["Metric"]
        elif found := _QUERY.match(one["Expression"]["Fn::Sub"] if isinstance(one["Expression"], dict) else ""):
            name, namespace, dimensions = found.groups()
            named = [{"Name": one, "Value": ""} for one in dimensions.split(", ")]
            yield {"Namespace": namespace, "MetricName": name, "Dimensions": named}


def unmeasured(packaged: Packaged, measured: set[Metric]) -> list[str]:
    """Alarms on what nobody measures."""
    found = []
    for name, alarm in of(packaged).items():
        for metric in looked_at(alarm):
            dimensions = metric.get("Dimensions", [])
            if metric["Namespace"] == OURS:
                known = frozenset((one["Name"], one["Value"]) for one in dimensions)
                good = (os.environ["POWERTOOLS_METRICS_NAMESPACE"], metric["MetricName"], known) in measured
            else:
                names = tuple(sorted(one["Name"] for one in dimensions))
                good = (metric["Namespace"], metric["MetricName"], names) in AWS
            if not good:
                found.append(f"{name}: {metric['MetricName']}")
    return found


def alarms_on(packaged: Packaged, metric: str) -> dict[str, dict[str, Any]]:
    """What an alarm on `metric` looks at → the alarm."""
    found = {}
    for alarm in of(packaged).values():
        if alarm.get("MetricName") == metric:
            value = next(iter(alarm["Dimensions"]), {"Value": {"Ref": ""}})["Value"]
            found[value.get("Ref", value.get("Fn::GetAtt", [""])[0])] = alarm
    return found


def test_every_alarm_looks_at_what_the_code_or_aws_really_measures(packaged: Packaged, measured: set[Metric]) -> None:
    assert unmeasured(packaged, measured) == [], "no such namespace, name and dimensions in what the code wrote"


def test_a_metric_that_is_renamed_in_the_code_is_found_out(packaged: Packaged, measured: set[Metric]) -> None:
    ours = {
        metric["MetricName"]
        for one in of(packaged).values()
        for metric in looked_at(one)
        if metric["Namespace"] == OURS
    }
    for name in ours:
        renamed = {(place, "Renamed" if called == name else called, which) for place, called, which in measured}
        assert unmeasured(packaged, renamed), name


def test_the_code_measures_into_the_namespace_that_the_alarms_look_at(packaged: Packaged) -> None:
    given = packaged.template["Globals"]["Function"]["Environment"]["Variables"]
    assert given["POWERTOOLS_METRICS_NAMESPACE"] == OURS
    assert {str(one["Namespace"]) for alarm in of(packaged).values() for one in looked_at(alarm)} == {
        str(OURS),
        *{place for place, _, _ in AWS if place != "AWS/ApiGateway"},
    }


@pytest.mark.parametrize("name", sorted(emitted.called_out()))
def test_whatever_the_code_pages_for_has_an_alarm(packaged: Packaged, name: str) -> None:
    assert alarms_on(packaged, name), (
        f"declare an alarm on the metric {name} of the namespace Coffer in infra/template.yaml"
    )


def test_the_code_pages_for_what_must_never_happen() -> None:
    assert {
        "JournalChanged",
        "WebhookQuarantined",
        "SafeguardingShortfall",
        "PayoutContradicted",
    } <= emitted.called_out()


def test_every_alarm_calls_somebody_but_for_those_that_only_another_listens_to(packaged: Packaged) -> None:
    composites = packaged.of_type("AWS::CloudWatch::CompositeAlarm")
    rules = " ".join(one["AlarmRule"]["Fn::Sub"] for one in composites.values())
    for name, alarm in of(packaged).items():
        assert ("AlarmActions" in alarm) != (f"${{{name}}}" in rules), name
        assert alarm["TreatMissingData"] == "notBreaching", name
    for alarm in [*of(packaged).values(), *composites.values()]:
        assert alarm.get("AlarmActions", [{"Ref": "Alarms"}]) == [{"Ref": "Alarms"}]


def test_every_alarm_says_what_happened_and_which_page_says_what_to_do(packaged: Packaged) -> None:
    for name, alarm in [*of(packaged).items(), *packaged.of_type("AWS::CloudWatch::CompositeAlarm").items()]:
        what, _, page = alarm["AlarmDescription"].rpartition(" ")
        assert len(what) > 10, name
        assert what.endswith("."), name
        assert page.startswith(f"{alarms.RUNBOOKS}/"), f"{name}: end its description with the page in infra/runbooks/"
        assert (ROOT / page).exists(), f"{name}: write {page}"


def test_the_first_dead_letter_rings(packaged: Packaged) -> None:
    watched = alarms_on(packaged, "ApproximateNumberOfMessagesVisible")
    assert set(watched) == dead_letters(packaged) | WITHOUT_READER
    assert {(one["Threshold"], one["ComparisonOperator"]) for one in watched.values()} == {
        (1, "GreaterThanOrEqualToThreshold")
    }


def test_a_stream_that_falls_behind_rings(packaged: Packaged) -> None:
    readers = {name for name, one in packaged.events.items() if one["Type"] == "DynamoDB"}
    assert set(alarms_on(packaged, "IteratorAge")) == readers


@pytest.mark.parametrize("metric", ["Errors", "Throttles", "Duration"])
def test_every_function_that_fails_is_turned_away_or_takes_long_rings(packaged: Packaged, metric: str) -> None:
    assert set(alarms_on(packaged, metric)) == set(packaged.functions)


def test_a_function_rings_before_its_time_is_over_and_before_all_that_is_reserved_is_used(packaged: Packaged) -> None:
    for name, alarm in alarms_on(packaged, "Duration").items():
        assert alarm["Threshold"] == round(800 * packaged.functions[name]["Timeout"]), name
    reserved = packaged.template["Mappings"]["Concurrency"]
    near = packaged.template["Mappings"]["NearReserved"]
    watched = alarms_on(packaged, "ConcurrentExecutions")
    assert set(watched) == {name for name, most in reserved["prod"].items() if most > 1}
    for name, alarm in watched.items():
        assert alarm["Threshold"] == {"Fn::FindInMap": ["NearReserved", {"Ref": "Stage"}, name]}
        assert all(0.8 * reserved[stage][name] <= near[stage][name] <= reserved[stage][name] for stage in reserved)


def test_every_queue_that_is_read_rings_when_it_is_not(packaged: Packaged) -> None:
    read = {name for name, one in packaged.of_type("AWS::SQS::Queue").items() if "RedrivePolicy" in one}
    assert set(alarms_on(packaged, "ApproximateAgeOfOldestMessage")) == read


def test_every_table_rings_when_it_is_throttled_or_fails(packaged: Packaged) -> None:
    for name, table in packaged.of_type("AWS::DynamoDB::Table").items():
        throttled = of(packaged)[f"{name}ThrottledAlarm"]
        seen = {tuple(one["Name"] for one in metric["Dimensions"]) for metric in looked_at(throttled)}
        assert ("TableName",) in seen
        assert (("TableName", "GlobalSecondaryIndexName") in seen) == ("GlobalSecondaryIndexes" in table)
        fails = of(packaged)[f"{name}FailsAlarm"]
        (failures,) = looked_at(fails)
        assert failures["MetricName"] == "SystemErrors"
        assert f"'${{{name}}}'" in fails["Metrics"][0]["Expression"]["Fn::Sub"]


def test_an_expression_has_no_more_metrics_than_an_alarm_may_have(packaged: Packaged) -> None:
    assert max(len(alarm.get("Metrics", ())) for alarm in of(packaged).values()) <= 11
    for name, alarm in of(packaged).items():
        told = [one["Id"] for one in alarm.get("Metrics", ())]
        assert len(set(told)) == len(told), name
        assert [one["Id"] for one in alarm.get("Metrics", ()) if one["ReturnData"]] == ["value"][: len(told)], name


@pytest.mark.parametrize("objective", objectives.OBJECTIVES, ids=lambda one: one.name)
@pytest.mark.parametrize("burn", objectives.BURNS, ids=lambda one: one.name)
def test_an_objective_rings_when_a_long_and_a_short_window_burn(
    packaged: Packaged, objective: objectives.Objective, burn: objectives.Burn
) -> None:
    name = f"{objective.name}Burn{burn.name}"
    rule = packaged.of_type("AWS::CloudWatch::CompositeAlarm")[f"{name}Alarm"]["AlarmRule"]
    assert rule == {"Fn::Sub": f'ALARM("${{{name}Long}}") AND ALARM("${{{name}Short}}")'}
    for child, seconds in ((f"{name}Long", burn.long_seconds), (f"{name}Short", burn.short_seconds)):
        alarm = of(packaged)[child]
        assert alarm["Threshold"] == burn.rate
        assert {one["MetricStat"]["Period"] for one in alarm["Metrics"] if "MetricStat" in one} == {seconds}
        assert objective.parameter in packaged.template["Parameters"]
        assert f"${{{objective.parameter}}}" in alarm["Metrics"][0]["Expression"]["Fn::Sub"]


def test_the_burns_are_those_of_the_workbook() -> None:
    assert [(burn.rate, burn.long_seconds // 3600, burn.short_seconds // 60) for burn in objectives.BURNS] == [
        (14.4, 1, 5),
        (6, 6, 30),
    ]


def test_two_bad_checks_in_a_row_wake_somebody_and_silence_is_a_ticket(packaged: Packaged) -> None:
    fails, silent = of(packaged)["ProbeFailsAlarm"], of(packaged)["ProbeSilentAlarm"]
    assert [fails[name] for name in ("Period", "EvaluationPeriods", "DatapointsToAlarm", "Threshold")] == [300, 2, 2, 1]
    assert [silent[name] for name in ("Period", "EvaluationPeriods", "DatapointsToAlarm")] == [60, 3, 2]
    message = {"AlarmName": "x", "NewStateValue": "ALARM", "StateChangeTime": "2026-12-01T00:00:00Z"}
    pages = [
        model_alarms.read(json.dumps(message | {"AlarmDescription": one["AlarmDescription"]})).pages
        for one in (fails, silent)
    ]
    assert pages == [True, False]
