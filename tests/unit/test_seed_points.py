"""The demo's points: made once, and good for what was paid since."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.kernel import clock as kernel_clock
from chalicelib.kernel import ids
from chalicelib.rewards import store_points
from infra.local import seed_points
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests
OLGA = ids.derived("usr", "olga")


def test_a_programme_for_each_currency_is_made_once_and_brings_points_for_what_was_paid_since(
    cloud: None, clock: FrozenClock
) -> None:
    then = kernel_clock.now() - timedelta(days=27)
    assert [seed_points.begin(OLGA, then) for _ in range(2)] == [True, False]
    made = store_points.programmes()
    assert {one.currency for one in made} == set(seed_points.CURRENCIES)
    paid_at = kernel_clock.written(then + timedelta(days=1))
    assert [one.best("payment", 1_600, "", lambda: "transport", paid_at) for one in made] == [320, 320]
    assert [one.best("payment", 1_600, "", lambda: "restaurants", paid_at) for one in made] == [160, 160]
    assert all(len(one.rewards) == 1 for one in made)
