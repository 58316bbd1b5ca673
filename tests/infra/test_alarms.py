"""Who is woken when: alarms, read from the packaged template and from the code that raises them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from chalicelib import observability
from infra.package import ROOT
from tests.infra.conftest import Packaged
from tests.infra.test_at_rest import WITHOUT_READER, dead_letters

PAGES = sorted(
    set(re.findall(r"""\bpage\(\s*"(\w+)\"""", "".join(file.read_text() for file in ROOT.glob("chalicelib/**/*.py"))))
)


def alarms(packaged: Packaged, metric: str) -> dict[str, dict[str, Any]]:
    """What an alarm on `metric` looks at → the alarm."""
    found = {}
    for alarm in packaged.of_type("AWS::CloudWatch::Alarm").values():
        if alarm["MetricName"] == metric:
            value = next(iter(alarm["Dimensions"]), {"Value": {"Ref": ""}})["Value"]
            found[value.get("Ref", value.get("Fn::GetAtt", [""])[0])] = alarm
    return found


def test_every_alarm_calls_somebody_and_says_what_happened(packaged: Packaged) -> None:
    for alarm in packaged.of_type("AWS::CloudWatch::Alarm").values():
        assert alarm["AlarmActions"] == [{"Ref": "Alarms"}]
        assert len(alarm["AlarmDescription"]) > 10
        assert alarm["TreatMissingData"] == "notBreaching"


def test_the_first_dead_letter_rings(packaged: Packaged) -> None:
    watched = alarms(packaged, "ApproximateNumberOfMessagesVisible")
    assert set(watched) == dead_letters(packaged) | WITHOUT_READER
    assert {(one["Threshold"], one["ComparisonOperator"]) for one in watched.values()} == {
        (1, "GreaterThanOrEqualToThreshold")
    }


def test_a_stream_that_falls_behind_rings(packaged: Packaged) -> None:
    readers = {name for name, one in packaged.events.items() if one["Type"] == "DynamoDB"}
    assert set(alarms(packaged, "IteratorAge")) == readers


def test_every_function_that_fails_rings(packaged: Packaged) -> None:
    assert set(alarms(packaged, "Errors")) == set(packaged.functions)


@pytest.mark.parametrize("name", PAGES)
def test_whatever_the_code_pages_for_has_an_alarm(
    packaged: Packaged, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    alarm = alarms(packaged, name).get("")
    assert alarm, f"declare an alarm on the metric {name} of the namespace Coffer in infra/template.yaml"
    observability.count(name)
    metric = json.loads(capsys.readouterr().out.splitlines()[-1])["_aws"]["CloudWatchMetrics"][0]
    assert (metric["Namespace"], metric["Metrics"][0]["Name"]) == (alarm["Namespace"], name)
    assert metric["Dimensions"] == [alarm["Dimensions"]], "the alarm watches other dimensions than the code counts"


def test_the_code_pages_for_what_must_never_happen() -> None:
    assert {"JournalChanged", "WebhookQuarantined"} <= set(PAGES)
