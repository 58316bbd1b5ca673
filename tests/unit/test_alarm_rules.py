"""How the local cloud judges alarms: as CloudWatch does, of what our own template asks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.alarm_data import Data, Points, embedded, points
from infra.local.alarm_rules import Unknown, children, composed, judged, reckoned, window

METRIC = ("Coffer/coffer", "Oldest", frozenset({("Kind", "settle")}))
NOW = 29_000_000


def alarm(**more: Any) -> dict[str, Any]:
    about = {"Namespace": "Coffer/coffer", "MetricName": "Oldest", "Dimensions": [{"Name": "Kind", "Value": "settle"}]}
    how = {"Statistic": "Maximum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 10}
    return {
        **about,
        **how,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
    } | more


def measured(*values: float | None, metric: Any = METRIC) -> Data:
    """The last of them in the running minute."""
    data = Data()
    for back, value in enumerate(reversed(values)):
        if value is not None:
            data.add(metric, NOW - back, points(value))
    return data


def state(asked: dict[str, Any], data: Data) -> str:
    return judged(asked, data, NOW).state


def test_it_rings_at_the_threshold_and_not_below() -> None:
    assert state(alarm(), measured(10)) == "ALARM"
    assert state(alarm(), measured(9.9)) == "OK"


def test_of_the_same_name_only_its_own_dimensions_count() -> None:
    other = ("Coffer/coffer", "Oldest", frozenset({("Kind", "expire")}))
    assert state(alarm(), measured(99, metric=other)) == "OK"
    assert state(alarm(Dimensions=[]), measured(99)) == "OK"


def test_a_minute_without_data_does_not_end_what_rings_and_three_do() -> None:
    assert [state(alarm(), measured(10, *gap)) for gap in ([], [None], [None] * 2, [None] * 3)] == ["ALARM"] * 3 + [
        "OK"
    ]


def test_what_was_measured_last_wins() -> None:
    assert state(alarm(), measured(99, 1)) == "OK"
    assert state(alarm(), measured(99, 1, None)) == "OK"


def test_two_minutes_of_three_must_be_over_it_where_so_many_are_asked() -> None:
    asked = alarm(EvaluationPeriods=3, DatapointsToAlarm=2)
    assert state(asked, measured(10, 1, 10)) == "ALARM"
    assert state(asked, measured(10, 1, 1)) == "OK"
    assert state(asked, measured(10)) == "OK"


@pytest.mark.parametrize(
    ("treated", "found"), [("notBreaching", "OK"), ("breaching", "ALARM"), ("missing", "INSUFFICIENT_DATA")]
)
def test_where_nothing_is_measured_the_alarm_says_what_that_means(treated: str, found: str) -> None:
    assert state(alarm(TreatMissingData=treated), Data()) == found


def test_a_window_of_five_minutes_adds_them_up() -> None:
    asked = alarm(Statistic="Sum", Period=300)
    assert state(asked, measured(5, 0, 0, 0, 5)) == "ALARM"
    assert state(asked, measured(5, 5, 0, 0, 0, 0)) == "OK"


def test_windows_lie_one_behind_the_other() -> None:
    assert [window(300, 100, back) for back in (0, 1)] == [(96, 100), (91, 95)]


def burning(good: float, bad: float, fewest: int = 3) -> float | None:
    expression = f"IF(bad < {fewest}, 0, bad / (good + bad) / (1 - 99.9 / 100))"
    return reckoned(expression, {"good": good, "bad": bad})


def test_the_burn_rate_is_reckoned_as_it_is_written() -> None:
    assert burning(997, 3) == pytest.approx(3.0)
    assert burning(0, 3) == pytest.approx(1_000)
    assert burning(10, 2) == 0


def test_what_divides_by_nothing_or_lacks_a_value_comes_to_nothing() -> None:
    assert reckoned("a / b", {"a": 1, "b": 0}) is None
    assert reckoned("a + b", {"a": 1, "b": None}) is None
    assert reckoned("FILL(a, 0) + FILL(b, 0)", {"a": 7, "b": None}) == 7


@pytest.mark.parametrize("expression", ["METRICS()", "a ** b", "__import__('os')", "a.real", "(", "[a][0]"])
def test_what_is_not_understood_is_said_and_not_guessed(expression: str) -> None:
    with pytest.raises(Unknown):
        reckoned(expression, {"a": 1.0, "b": 2.0})


@given(long=st.booleans(), short=st.booleans())
def test_two_that_must_agree_ring_only_together(long: bool, short: bool) -> None:
    named: dict[str, Any] = {"coffer-Long": "ALARM" if long else "OK", "coffer-Short": "ALARM" if short else "OK"}
    assert composed('ALARM("coffer-Long") AND ALARM("coffer-Short")', named) == (long and short)
    assert composed('ALARM("coffer-Long") OR NOT OK("coffer-Short")', named) == (long or short)


def test_the_alarms_below_are_named_by_name_or_arn() -> None:
    rule = 'ALARM("coffer-Long") AND (ALARM(arn:aws:cloudwatch:eu-west-1:0:alarm:coffer-Short) OR TRUE)'
    assert children(rule) == ["coffer-Long", "coffer-Short"]
    assert composed(rule, {"coffer-Long": "ALARM", "coffer-Short": "OK"})


def test_a_line_in_the_embedded_format_is_a_metric_for_each_set_of_dimensions() -> None:
    told = {
        "Namespace": "Coffer/coffer",
        "Dimensions": [["Function"], ["Function", "Route"]],
        "Metrics": [{"Name": "Errors", "Unit": "Count"}],
    }
    line = {"_aws": {"Timestamp": NOW * 60_000 + 7, "CloudWatchMetrics": [told]}, "Errors": 1, "Function": "money"}
    found = list(embedded(json.dumps(line | {"Route": "GET /x"})))
    assert [(metric[1], dict(metric[2]), minute, one.total) for metric, minute, one in found] == [
        ("Errors", {"Function": "money"}, NOW, 1.0),
        ("Errors", {"Function": "money", "Route": "GET /x"}, NOW, 1.0),
    ]


@pytest.mark.parametrize(
    "line", ["", "START RequestId: 1", '{"a": 1}', "[]", '{"_aws": 1}', '{"_aws": {"Timestamp": 1}}']
)
def test_any_other_line_is_none(line: str) -> None:
    assert list(embedded(line)) == []


@given(values=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_points_together_say_what_all_of_them_say(values: list[float]) -> None:
    data = Data()
    for value in values:
        data.add(METRIC, NOW, points(value))
    found = data.over(METRIC, NOW, NOW)
    assert found
    assert found.statistic("SampleCount") == len(values)
    assert (found.statistic("Minimum"), found.statistic("Maximum")) == (min(values), max(values))
    assert found.statistic("Sum") == pytest.approx(sum(values), abs=1e-6)


def test_what_is_kept_is_read_again_and_ends_with_its_time() -> None:
    data = measured(1, 2, 3)
    again = Data.read(json.loads(json.dumps(data.written())))
    assert again.over(METRIC, NOW - 2, NOW) == Points(3, 6.0, 1.0, 3.0)
    again.forget(NOW)
    assert again.over(METRIC, NOW - 2, NOW) == Points(1, 3.0, 3.0, 3.0)
