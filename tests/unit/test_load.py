"""The judge of a load test: each thing that may go wrong in one is found."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local import load_checks, load_flood, load_picture
from infra.local.load_checks import Phase
from infra.local.load_client import Seen, moments


def paid(seconds: float = 0.05, status: int = 201, at: float = 0.0, code: str = "", sound: bool = True) -> Seen:
    return Seen("payments", at, seconds, status, code, sound)


def played(**changes: list[Seen]) -> list[Phase]:
    """A run in which everything held, but for `changes` of a phase."""
    unknown = [Seen("unknown paths", number / 10, 0.01, 404) for number in range(10)]
    shed = [Seen("sign-ins", number / 100, 0.01, 503, "unavailable") for number in range(100)]
    usual = {
        "calm": [paid() for _ in range(20)],
        "capacity": unknown,
        "flood": [paid() for _ in range(20)] + shed,
        "rush": [paid(0.5), paid(0.01, 429, code="too-many-requests")],
        "after": [paid() for _ in range(20)],
    }
    return [Phase(name, 1.0, seen) for name, seen in (usual | changes).items()]


def failed(phases: list[Phase]) -> set[str]:
    return {check.name for check in load_checks.of_phases(phases, 4) if not check.ok}


def test_a_run_in_which_everything_holds_passes() -> None:
    assert failed(played()) == set()


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"flood": [paid()] * 20}, "several times the capacity was asked for"),
        ({"flood": [paid()] + [paid(status=503, at=0.5)] * 100}, "a flood of anything else keeps no payment away"),
        ({"flood": [paid(3.0)] * 100}, "what was accepted in the flood was prompt"),
        ({"rush": [paid(9.0), paid(status=429)]}, "what was accepted in the rush was prompt"),
        ({"rush": [paid(status=503)]}, "what was accepted in the rush was prompt"),
        ({"after": [paid(2.0)] * 20}, "afterwards it is calm again"),
        ({"rush": [paid()]}, "much was told to come later"),
        ({"rush": [paid(), paid(status=503, sound=False)]}, "and was told when, in the form of a problem"),
        ({"rush": [paid(), paid(status=503), paid(status=500)]}, "nothing was answered otherwise"),
        ({"rush": [paid(), paid(status=503), paid(status=0)]}, "nothing was answered otherwise"),
    ],
)
def test_whatever_goes_wrong_is_found(changes: dict[str, list[Seen]], name: str) -> None:
    assert name in failed(played(**changes))


@given(st.floats(0.5, 500), st.floats(0.1, 20), st.integers())
def test_requests_come_at_the_rate_that_was_asked_for(rate: float, seconds: float, seed: int) -> None:
    found = moments(rate, seconds, random.Random(seed))
    assert len(found) == int(rate * seconds)
    assert found == sorted(found)
    assert all(0 <= one <= seconds for one in found)


@given(st.integers())
def test_a_flood_is_of_every_kind_and_none_of_it_can_be_accepted(seed: int) -> None:
    chance = random.Random(seed)
    found = [load_flood.drawn(chance) for _ in range(200)]
    assert {ask.kind for ask in found} == load_flood.MIXTURE.keys() == load_flood.EXPECTED.keys()
    assert not any("Authorization" in ask.headers for ask in found)
    assert not {201, 200} & set.union(*load_flood.EXPECTED.values())


def test_percentiles_are_of_what_was_seen_and_none_of_nothing_is_zero() -> None:
    assert load_checks.percentile([1.0, 2.0, 3.0, 4.0], 50) == 3.0
    assert load_checks.percentile([1.0, 2.0], 99) == 2.0
    assert load_checks.percentile([], 50) == 0.0


def test_the_page_shows_every_phase_and_names_what_failed() -> None:
    phases = played()
    checks = [check.told() for check in load_checks.of_phases(phases, 4)]
    checks[0]["ok"] = False
    figures = {"at": "now", "capacity": 10.0, "phases": [phase.told() for phase in phases], "checks": checks}
    page = load_picture.shown(figures)
    assert all(phase.name in page for phase in phases)
    assert f"FAIL  {checks[0]['name']}" in page
    assert load_picture.SERVED in page and load_picture.SHED in page
