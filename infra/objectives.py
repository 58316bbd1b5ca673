"""Objectives, and how fast their error budgets burn: docs/explanation/objectives.md.

Burning 1 is to use up exactly what the objective allows. Two windows must agree before somebody is called: the long one
says that it matters, the short one that it goes on (Google, The Site Reliability Workbook, chapter 5).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.alarms import NAMESPACE, Template, described, math, metric

_FEWEST_BAD = 3
"""In the long window: where few come, one that goes wrong is no trend."""


@dataclass(frozen=True)
class Objective:
    """`parameter`: of the template, how many of a hundred events must be good."""

    capability: str
    parameter: str
    means: str
    page: str

    @property
    def name(self) -> str:
        return self.capability.capitalize()


@dataclass(frozen=True)
class Burn:
    name: str
    rate: float
    long_seconds: int
    short_seconds: int
    means: str


OBJECTIVES = (
    Objective("payments", "PaymentsObjective", "Payments fail or take more than a second", "bad-deploy"),
    Objective("topups", "TopupsObjective", "Top-ups fail or come late", "processor-down"),
)
BURNS = (
    Burn("Fast", 14.4, 3600, 300, "a month's allowance is gone in two days"),
    Burn("Slow", 6, 21600, 1800, "a month's allowance is gone in five days"),
)


def alarms() -> Template:
    found: Template = {}
    for objective in OBJECTIVES:
        for burn in BURNS:
            long, short = f"{objective.name}Burn{burn.name}Long", f"{objective.name}Burn{burn.name}Short"
            found[long] = _burning(objective, burn, burn.long_seconds, _FEWEST_BAD)
            found[short] = _burning(objective, burn, burn.short_seconds, 1)
            found[f"{objective.name}Burn{burn.name}Alarm"] = _both(objective, burn, long, short)
    return found


def events(capability: str, period: int) -> dict[str, Mapping[str, Any]]:
    return {name.lower(): metric(NAMESPACE, name, {"Capability": capability}, period) for name in ("Good", "Bad")}


def burn_rate(parameter: str, fewest_bad: int = 1) -> Template:
    """Over the metrics `good` and `bad`."""
    rate = f"bad / (good + bad) / (1 - ${{{parameter}}} / 100)"
    return {"Fn::Sub": f"IF(bad < {fewest_bad}, 0, {rate})"}


def _burning(objective: Objective, burn: Burn, seconds: int, fewest_bad: int) -> Template:
    """Calls nobody: the composite does."""
    what = f"{objective.means}: in {seconds // 60} minutes {burn.rate:g} times as many as may."
    expression, metrics = burn_rate(objective.parameter, fewest_bad), events(objective.capability, seconds)
    return math(what, objective.page, expression, metrics, Threshold=burn.rate)


def _both(objective: Objective, burn: Burn, long: str, short: str) -> Template:
    what = f"{objective.means}: at this rate {burn.means}."
    properties = {
        "AlarmDescription": described(what, objective.page),
        "AlarmRule": {"Fn::Sub": f'ALARM("${{{long}}}") AND ALARM("${{{short}}}")'},
        "AlarmActions": [{"Ref": "Alarms"}],
        "OKActions": [{"Ref": "Alarms"}],
    }
    return {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": properties}
