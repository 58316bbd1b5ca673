"""`make coupons`: who met whom at a shard, and when a budget counts as held."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.concurrency.issuing import Figures, Issued, met

PLAYED = Figures(shards=16, asked=40, budget=20, granted=20, left=0, met=3, seconds=2.0)


def issued(shard: int, began: float, ended: float) -> Issued:
    return Issued("cou_1", shard, began, ended)


def test_issues_meet_that_are_under_way_at_one_shard_together() -> None:
    assert met([issued(0, 1, 3), issued(0, 2, 4), issued(0, 3.5, 5)]) == 2
    assert met([issued(0, 1, 9), issued(0, 2, 3), issued(0, 8, 10)]) == 2


def test_issues_one_after_the_other_or_at_other_shards_do_not_meet() -> None:
    assert met([issued(0, 1, 2), issued(0, 2, 3), issued(1, 1, 3)]) == 0


def test_a_budget_is_held_where_all_of_it_was_issued_and_nothing_more() -> None:
    assert PLAYED.held
    assert replace(PLAYED, budget=50, granted=40, left=10).held
    assert PLAYED.a_second == 10


@pytest.mark.parametrize(("granted", "left"), [(21, 0), (19, 1), (20, 1), (21, -1)])
def test_a_coupon_too_many_or_too_few_is_no_budget_that_held(granted: int, left: int) -> None:
    assert not replace(PLAYED, granted=granted, left=left).held
