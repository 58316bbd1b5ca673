"""`make concurrency` in small, and proof that each of its scenarios tells of a bug that is planted under it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.concurrency.scenarios import SCENARIOS
from tests.simulation.bugs import BUGS
from tests.simulation.mutants import ROOT, planted

SMALL = ("--processes", "3", "--rounds", "1")
PLANTED = (
    ("bank", "a hold that is released twice", 2),
    ("double-spends", "a balance that is read, then charged", 10),
    ("one-key", "a receipt outside the transaction", 8),
    ("day-limit", "a limit that forgets the amount itself", 10),
    ("duplicates", "a duplicate that nobody looks for", 7),
    ("checkout", "a checkout that is paid twice", 7),
    ("refunds", "a refund beyond the capture", 13),
    ("allowance", "a refund beyond the floor", 2),
    ("settlement", "an index that decides what is settled", 14),
    ("payouts", "a payout that comes back without its allowance", 13),
    ("codes", "a code compared before the try is counted", 20),
    ("passwords", "a password compared before the try is counted", 20),
    ("refresh-tokens", "a refresh token that two devices use at once", 20),
    ("duplicates", "a fold without its receipt", 3),
)


PLAYS = 6
"""Whether two meet is luck: a planted race may show itself only in the next play."""


def play(engine: str, root: Path = ROOT, *options: str) -> subprocess.CompletedProcess[str]:
    """On the engine of the tests, by the tree at `root`."""
    places = {"DYNAMODB_ENDPOINT": engine, "AWS_ENDPOINT_URL": engine, "PYTHONPATH": str(root)}
    command = [sys.executable, "-m", "tests.concurrency", *SMALL, *options]
    return subprocess.run(
        command, cwd=root, env={**os.environ, **places}, capture_output=True, text=True, timeout=300, check=False
    )


def test_a_small_play_violates_nothing(engine: str) -> None:
    done = play(engine)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [scenario.title for scenario in SCENARIOS if scenario.title not in done.stdout] == []
    checked = done.stdout.count("\n  ok ")
    assert checked > 100 and done.stdout.endswith(f"\n{checked} invariants checked, 0 violated\n")


def _again(engine: str, root: Path, scenario: str, seed: int) -> subprocess.CompletedProcess[str] | None:
    """None if nothing showed itself and there is another play to come."""
    done = play(engine, root, "--only", scenario, "--seed", str(seed + 1))
    return done if done.returncode or seed == PLAYS - 1 else None


@pytest.mark.parametrize(("scenario", "bug", "invariant"), PLANTED)
def test_a_planted_bug_is_told_by_its_scenario(engine: str, scenario: str, bug: str, invariant: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        planted(next(one for one in BUGS if one.name == bug), Path(folder))
        done = next(done for seed in range(PLAYS) if (done := _again(engine, Path(folder), scenario, seed)))
    told = re.findall(r"^  VIOLATED +(\d+)", done.stdout, re.MULTILINE)
    assert (done.returncode, str(invariant) in told) == (1, True), done.stdout + done.stderr
    assert re.search(r"\n\d+ invariants checked, [1-9]\d* violated\n$", done.stdout), done.stdout
