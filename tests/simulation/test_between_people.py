"""What people send one another, on a small world under faults: with fixed seeds everything of it happens."""

from __future__ import annotations

import os

import pytest

from tests.simulation.plays import BETWEEN_PEOPLE, WITH_BONUSES
from tests.simulation.run import Outcome, run
from tests.simulation.test_simulation import told

_ONE = os.environ.get("SIMULATION_SEED")
FIXED_SEEDS = (int(_ONE),) if _ONE else range(104, 112)
"""As many of them, in this order, as it takes until everything has happened; a planted bug may name its own."""
FIXED_STEPS = 4_000
EXPECTED_EFFECTS = {
    "bill", "bill-closed", "bill-declined", "bill-expired", "bill-paid", "bill-payment", "coupon",
    "coupon-for-points", "coupon-free-again", "coupon-refund", "coupon-used", "coupons-exhausted",
    "family-accepted", "family-agreed", "family-approval-approved", "family-approval-asked",
    "family-approval-declined", "family-cap-reached", "family-card", "family-card-declined", "family-changed",
    "family-elsewhere", "family-ended-by-holder", "family-ended-by-owner", "family-payment", "family-room-again",
    "gift-card", "gift-card-cancelled", "gift-card-claim", "gift-card-own", "gift-card-reminder", "gift-card-return",
    "gift-card-returned", "points-earned", "points-expired", "points-redeemed", "points-returned",
    "points-reversed", "points-used",
    "red-packet", "red-packet-claim", "red-packet-emptied", "red-packet-return", "transfer", "transfer-cancelled",
    "transfer-claimed", "transfer-completed", "transfer-invites", "transfer-payee-closed", "transfer-returned",
    "transfer-scheduled", "transfer-unclaimed",
}  # fmt: skip
BONUSES_SEED = int(_ONE or 107)
EXPECTED_OF_BONUSES = {
    "bonus-promised", "bonus-pending", "bonus-good", "bonus-paid", "bonus-back", "bonus-lapsed", "bonus-taken-back",
}  # fmt: skip


@pytest.fixture(scope="module")
def fixed() -> list[Outcome]:
    """Until everything has happened, or a promise is broken."""
    found: list[Outcome] = []
    for seed in FIXED_SEEDS:
        found.append(run(seed, range(FIXED_STEPS), BETWEEN_PEOPLE))
        if found[-1].violation or _happened(found) >= EXPECTED_EFFECTS:
            break
    return found


def _happened(outcomes: list[Outcome]) -> set[str]:
    return {effect for outcome in outcomes for effect in outcome.effects}


def test_a_fixed_seed_breaks_no_promise(fixed: list[Outcome]) -> None:
    for outcome in fixed:
        assert not outcome.violation, told(outcome, FIXED_STEPS)


def test_everything_that_people_send_one_another_happened(fixed: list[Outcome]) -> None:
    """What never happens is never checked."""
    assert _happened(fixed) >= EXPECTED_EFFECTS, EXPECTED_EFFECTS - _happened(fixed)


def test_with_bonuses_a_fixed_seed_breaks_no_promise_and_one_of_each_fate_is_met() -> None:
    outcome = run(BONUSES_SEED, range(FIXED_STEPS), WITH_BONUSES)
    assert not outcome.violation, told(outcome, FIXED_STEPS)
    assert set(outcome.effects) >= EXPECTED_OF_BONUSES
