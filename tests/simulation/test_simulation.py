"""The whole under faults: what goes on at shops with a fixed seed, everything with a fresh one. `make simulate` plays
longer ones."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.environment import ENVIRONMENT
from tests.simulation import shrinking
from tests.simulation.doors import Doors
from tests.simulation.plays import AT_SHOPS
from tests.simulation.run import Outcome, run
from tests.simulation.tables import Change

SHRINKING_SECONDS = float(os.environ.get("SHRINKING_SECONDS", "60"))
ROOT = Path(__file__).parents[2]
FIXED_SEED = int(os.environ.get("SIMULATION_SEED", "7"))
"""In which everything happens; a planted bug may name one in which it is met."""
FIXED_STEPS, FRESH_STEPS = 24_000, 12_000
EXPECTED_EFFECTS = {
    "authenticator", "authorisation", "capture", "card-added-to", "card-bonus-back", "card-bonus-lapsed",
    "card-came-back", "card-elsewhere", "card-ended", "card-expiry", "card-payment", "card-payment-back",
    "card-payment-by-bonus", "card-purchase", "card-refund", "card-terms-changed", "card-unclaimed", "charge",
    "charge-expired", "charge-no", "charge-reversed", "charge-taken-back", "charge-waits", "charge-yes", "closing",
    "expiry", "lock", "payment", "payout", "payout-return", "refund", "reset", "role-accepted", "role-changed",
    "role-ends-in-the-middle", "role-revoked", "second-factor", "settlement", "step-up", "till-begun", "till-capture",
    "till-charges", "till-ended", "till-not-allowed", "till-payouts", "till-refunds", "till-stopped",
    "till-turned-away", "till-void", "top-up", "top-up-reversal", "unlock", "void", "withdrawal", "withdrawal-return",
}  # fmt: skip


def told(outcome: Outcome, steps: int) -> str:
    shortest = shrinking.shortest(outcome, range(steps), most_seconds=SHRINKING_SECONDS)
    return f"seed {outcome.seed}: {outcome.violation}\n{shortest}"


@pytest.fixture(scope="module")
def fixed() -> Outcome:
    return run(FIXED_SEED, range(FIXED_STEPS), AT_SHOPS)


def test_a_fixed_seed_breaks_no_promise(fixed: Outcome) -> None:
    assert not fixed.violation, told(fixed, FIXED_STEPS)


def test_at_least_twenty_kinds_of_fault_were_injected(fixed: Outcome) -> None:
    assert len(fixed.faults) >= 20, fixed.faults


def test_every_kind_of_movement_happened_and_locks_and_resets(fixed: Outcome) -> None:
    """What never happens is never checked."""
    assert set(fixed.effects) == EXPECTED_EFFECTS


def test_a_fresh_seed_breaks_no_promise(capsys: pytest.CaptureFixture[str]) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    with capsys.disabled():
        print(f" simulation seed {seed} ", end="")
    outcome = run(seed, range(FRESH_STEPS))
    assert not outcome.violation, told(outcome, FRESH_STEPS)


def test_the_same_seed_makes_the_same_history_and_the_same_books() -> None:
    first, second = run(7, range(1_500)), run(7, range(1_500))
    assert (first.hash, first.books) == (second.hash, second.books)
    assert run(8, range(300)).hash != run(7, range(300)).hash


def test_a_decision_left_out_does_not_change_what_the_others_draw() -> None:
    outcome = run(7, [one for one in range(1_200) if one % 50])
    assert outcome.steps == 1_200 - 24
    assert not outcome.violation


def test_who_was_told_was_told_though_the_account_is_erased_with_its_inbox() -> None:
    """Seed 31 with 4,000 decisions: told of a lock's end, deleted, and erased in the calm."""
    key, judge, notice = ("usr_1", "INBOX#1"), Doors(lambda: (0.0, None)), {"kind": {"S": "password_reset"}}
    before, after = ({"pk": {"S": "usr_1"}, "cooling_until": {"N": until}} for until in "01")
    judge.commit([Change("test-identity", ("usr_1", "USER"), before, after)], 0.0)
    assert judge.reset == {"usr_1"}
    judge.commit([Change("test-notices", key, None, notice)], 1.0)
    judge.commit([Change("test-notices", key, notice, None)], 2.0)
    assert judge.reset == set()


def test_leaves_the_product_as_it_was() -> None:
    from chalicelib import cloud
    from chalicelib.kernel import clock, entropy

    before = cloud.client, clock._clock, entropy._source
    run(7, range(50))
    assert (cloud.client, clock._clock, entropy._source) == before
    assert entropy._source is os.urandom


def test_the_command_plays_in_a_process_that_knows_nothing_yet() -> None:
    bare = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
    command = [sys.executable, "-m", "tests.simulation", "--seed", "7", "--steps", "300"]
    done = subprocess.run(command, env=bare, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "\nhash  " in done.stdout
