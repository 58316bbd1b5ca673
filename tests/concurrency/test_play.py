"""`make concurrency` in small, and proof that each of its scenarios tells of a bug that is planted under it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.concurrency.scenarios import SCENARIOS
from tests.simulation import warm
from tests.simulation.bugs import BUGS
from tests.simulation.mutants import ROOT, planted
from tests.simulation.warm import Run

SMALL = ("--processes", "3", "--rounds", "1")
PLANTED = (
    ("bank", "a hold that is released twice", 2),
    ("double-spends", "a balance that is read, then charged", 10),
    ("one-key", "a receipt outside the transaction", 8),
    ("day-limit", "a limit that forgets the amount itself", 10),
    ("year-limit", "a year that nobody adds up", 10),
    ("duplicates", "a duplicate that nobody looks for", 7),
    ("checkout", "a checkout that is paid twice", 7),
    ("shared", "parts that add up to more than the whole", 7),
    ("refunds", "a refund beyond the capture", 13),
    ("allowance", "a refund beyond the floor", 2),
    ("settlement", "an index that decides what is settled", 14),
    ("payouts", "a payout that comes back without its allowance", 13),
    ("charges", "a payment code that is good twice", 20),
    ("charges", "a charge taken back after it was settled", 14),
    ("charges", "a no that stops nothing", 8),
    ("charges", "a reversal that only looks", 8),
    ("codes", "a code compared before the try is counted", 20),
    ("passwords", "a password compared before the try is counted", 20),
    ("refresh-tokens", "a refresh token that two devices use at once", 20),
    ("duplicates", "a fold without its receipt", 3),
)


PLAYS = 6
"""Whether two meet is luck: a planted race may show itself only in the next play."""
PATIENCE = 30
"""Some bugs leave messages that nobody can ever handle: a play waits for them, and breaks off."""


def play(engine: str, root: Path = ROOT, *options: str) -> Run:
    """On the engine of the tests, by the tree at `root`."""
    places = {"DYNAMODB_ENDPOINT": engine, "AWS_ENDPOINT_URL": engine}
    return warm.run(root, os.environ | places, 300, "tests.concurrency", *SMALL, *options)


def test_a_small_play_violates_nothing(engine: str) -> None:
    done = play(engine)
    assert done.status == 0, done.shown
    assert [scenario.title for scenario in SCENARIOS if scenario.title not in done.told] == []
    checked = done.told.count("\n  ok ")
    assert checked > 100 and done.told.endswith(f"\n{checked} invariants checked, 0 violated\n")


def _again(engine: str, root: Path, scenario: str, seed: int) -> Run | None:
    """None if nothing showed itself and there is another play to come."""
    done = play(engine, root, "--only", scenario, "--seed", str(seed + 1), "--patience", str(PATIENCE))
    return done if done.status or seed == PLAYS - 1 else None


@pytest.mark.parametrize(("scenario", "bug", "invariant"), PLANTED)
def test_a_planted_bug_is_told_by_its_scenario(engine: str, scenario: str, bug: str, invariant: int) -> None:
    with planted(next(one for one in BUGS if one.name == bug)) as copy:
        done = next(done for seed in range(PLAYS) if (done := _again(engine, copy, scenario, seed)))
    told = re.findall(r"^  VIOLATED +(\d+)", done.told, re.MULTILINE)
    assert (done.status, str(invariant) in told) == (1, True), done.shown
    assert re.search(r"\n\d+ invariants checked, [1-9]\d* violated\n$", done.told), done.shown
