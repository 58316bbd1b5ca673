"""A score that explains itself, and the limit that follows from it."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.credit import score as scores
from chalicelib.credit.score import Past

YEAR = Past(days=365, months_with_money_in=6, money_in=600_000, payments=60, reversals=0)
small = st.integers(0, 400)
pasts = st.builds(Past, small, st.integers(0, 6), st.integers(0, 10**8), small, small, small, small)


def test_a_year_of_regular_use_is_worth_what_its_factors_say() -> None:
    found = scores.score(YEAR)
    assert [(one.code, one.points, one.most) for one in found.factors] == [
        ("age", 200, 200),
        ("regular", 300, 300),
        ("payments", 200, 200),
        ("unreversed", 150, 150),
        ("repaid", 0, 150),
        ("late", 0, 0),
    ]
    assert found.points == 850
    assert scores.limit(found, YEAR, 10**9) == 2 * 100_000 * 850 // 1_000
    assert scores.limit(found, YEAR, 50_050) == 50_000


def test_a_new_wallet_with_one_top_up_has_a_small_line_and_one_without_has_none() -> None:
    first = Past(days=0, months_with_money_in=1, money_in=60_000, payments=0, reversals=0)
    assert scores.score(first).points == 200
    assert scores.limit(scores.score(first), first, 10**9) == 4_000
    nobody = Past(0, 0, 0, 0, 0)
    assert scores.limit(scores.score(nobody), nobody, 10**9) == 0


@pytest.mark.parametrize("name", ["days", "months_with_money_in", "money_in", "payments", "plans_repaid"])
@given(past=pasts, more=st.integers(1, 50))
def test_more_of_what_helps_never_lowers_score_or_limit(name: str, past: Past, more: int) -> None:
    better = msgspec.structs.replace(past, **{name: getattr(past, name) + more})
    assert scores.score(better).points >= scores.score(past).points
    assert scores.limit(scores.score(better), better, 10**6) >= scores.limit(scores.score(past), past, 10**6)


@pytest.mark.parametrize("name", ["reversals", "late_instalments", "plans_lost"])
@given(past=pasts, more=st.integers(1, 50))
def test_more_of_what_hurts_never_raises_score_or_limit(name: str, past: Past, more: int) -> None:
    worse = msgspec.structs.replace(past, **{name: getattr(past, name) + more})
    assert scores.score(worse).points <= scores.score(past).points
    assert scores.limit(scores.score(worse), worse, 10**6) <= scores.limit(scores.score(past), past, 10**6)


@given(past=pasts, most=st.integers(0, 10**6))
def test_points_are_the_sum_of_the_factors_and_a_limit_is_within_the_areas_cap(past: Past, most: int) -> None:
    found = scores.score(past)
    assert 0 <= found.points <= 1_000
    assert found.points == max(0, sum(one.points for one in found.factors))
    limit = scores.limit(found, past, most)
    assert 0 <= limit <= most and limit % 100 == 0


def test_whoever_made_us_lose_a_plan_has_no_line() -> None:
    lost = msgspec.structs.replace(YEAR, plans_lost=1)
    assert scores.limit(scores.score(lost), lost, 10**9) == 0
