"""What people send one another, on a small world under faults: with fixed seeds everything of it happens."""

from __future__ import annotations

import os

import pytest

from tests.simulation.plays import BETWEEN_PEOPLE
from tests.simulation.run import Outcome, run
from tests.simulation.test_simulation import told

_ONE = os.environ.get("SIMULATION_SEED")
FIXED_SEEDS = (int(_ONE),) if _ONE else (105, 106)
"""In which together everything happens; a planted bug may name one in which it is met."""
FIXED_STEPS = 4_000
EXPECTED_EFFECTS = {
    "bill", "bill-closed", "bill-declined", "bill-expired", "bill-paid", "bill-payment", "coupon",
    "coupon-for-points", "coupon-free-again", "coupon-refund", "coupon-used", "coupons-exhausted",
    "points-earned", "points-expired",
    "points-redeemed", "points-returned", "points-reversed", "points-used", "red-packet", "red-packet-claim",
    "red-packet-emptied", "red-packet-return", "transfer", "transfer-cancelled", "transfer-claimed",
    "transfer-completed", "transfer-invites", "transfer-payee-closed", "transfer-returned", "transfer-scheduled",
    "transfer-unclaimed",
}  # fmt: skip


@pytest.fixture(scope="module")
def fixed() -> list[Outcome]:
    return [run(seed, range(FIXED_STEPS), BETWEEN_PEOPLE) for seed in FIXED_SEEDS]


def test_a_fixed_seed_breaks_no_promise(fixed: list[Outcome]) -> None:
    for outcome in fixed:
        assert not outcome.violation, told(outcome, FIXED_STEPS)


def test_everything_that_people_send_one_another_happened(fixed: list[Outcome]) -> None:
    """What never happens is never checked."""
    happened = {effect for outcome in fixed for effect in outcome.effects}
    assert happened >= EXPECTED_EFFECTS, EXPECTED_EFFECTS - happened
