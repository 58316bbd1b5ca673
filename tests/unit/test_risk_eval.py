"""The measure of the rules is fair: the scorer never sees the truth, and a figure below its bound fails."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from chalicelib.risk.model_seen import Seen
from tests.bench import risk_eval, risk_traffic
from tests.bench.risk_traffic import Traffic

SMALL = {"people": 120, "days": 14}


@pytest.fixture(scope="module")
def weeks() -> Traffic:
    return risk_traffic.traffic(3, **SMALL)


@pytest.fixture(scope="module")
def found(weeks: Traffic) -> dict[str, Any]:
    return risk_eval.figures(weeks, risk_eval.run(weeks, risk_eval.every_rule()))


def test_the_same_seed_is_the_same_weeks(weeks: Traffic) -> None:
    assert risk_traffic.traffic(3, **SMALL).events == weeks.events
    assert risk_traffic.traffic(4, **SMALL).events != weeks.events


def test_what_is_scored_says_nothing_of_what_is_fraud(weeks: Traffic) -> None:
    assert weeks.truth.keys() < {seen.id for seen in weeks.events}
    fields = set(Seen.__struct_fields__)
    assert not fields & {"fraud", "planted", "truth", "label"}
    told = [msgspec.to_builtins(seen) for seen in weeks.events]
    assert {one["id"][0] for one in told} == {"e"}


def test_each_kind_is_planted_and_found_by_those_who_are_not_careful(found: dict[str, Any]) -> None:
    assert len(found["kinds"]) == 11
    lost = {kind: one["recall_of_careless"] for kind, one in found["kinds"].items() if one["recall_of_careless"] < 0.8}
    assert lost == {} and found["recall"] >= risk_eval.RECALL


def test_without_rules_nothing_is_found_and_every_bound_says_so(weeks: Traffic) -> None:
    nothing = risk_eval.figures(weeks, risk_eval.run(weeks, ()))
    assert (nothing["recall"], nothing["cases"]) == (0, 0)
    assert len(risk_eval.misses(nothing)) >= 3 + len(nothing["kinds"])


def test_a_rule_that_finds_everybody_is_below_its_bounds(weeks: Traffic, monkeypatch: pytest.MonkeyPatch) -> None:
    finders = risk_eval.model_scoring.FINDERS
    monkeypatch.setitem(finders, "top-up-straight-out", lambda around, p: {"percent": 1, "minutes": 1})  # type: ignore[index]
    zealous = risk_eval.figures(weeks, risk_eval.run(weeks, risk_eval.every_rule()))
    assert zealous["precision"] < risk_eval.PRECISION and risk_eval.misses(zealous)
