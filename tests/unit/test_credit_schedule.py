"""Instalments: each day, each unit, and the rate, beside figures that were worked out elsewhere or another way."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.credit import model, rate
from chalicelib.credit.schedule import Schedule, in_four, monthly

DAY = date(2026, 1, 31)
principals = st.integers(1_200, 10_000_000)
counts = st.sampled_from([3, 6, 12])
rates = st.integers(0, 3_600)


def monthly_rate(parts: Schedule) -> int:
    return model.annual_rate("twelve", parts)


@pytest.mark.parametrize(
    ("lent", "repaid", "told"),
    [
        (1_000_00, [(Fraction(3, 2), 1_200_00)], 12.9),
        (950_00, [(Fraction(3, 2), 1_200_00)], 16.9),
        (1_000_00, [(Fraction(1), 600_00), (Fraction(2), 600_00)], 13.1),
        (1_000_00, [(Fraction(1, 4), 272_00), (Fraction(1, 2), 272_00), (Fraction(1), 544_00)], 13.2),
    ],
)
def test_the_examples_of_the_law_come_out(lent: int, repaid: list[rate.Repayment], told: float) -> None:
    """Directive 98/7/EC, Annex III: per cent with one decimal."""
    assert round(rate.annual(lent, repaid) / 100 + 1e-9, 1) == told


def test_twelve_months_at_twelve_per_cent_are_what_every_table_of_annuities_says() -> None:
    """1,000.00 at 1 % a month: 88.85 a month (88.8488 rounded up), 12.68 % a year."""
    plan = monthly(100_000, 12, 1_200, DAY)
    assert [one.amount for one in plan] == [8_885] * 11 + [8_884]
    assert (plan[0].interest, plan[1].interest, sum(one.amount for one in plan)) == (1_000, 921, 106_619)
    assert monthly_rate(plan) == 1_268


@pytest.mark.parametrize(
    ("principal", "count", "yearly", "each", "last", "total"),
    [
        (1_000_000, 6, 600, 169_596, 169_593, 1_017_573),
        (500_000, 3, 900, 169_173, 169_172, 507_518),
        (120_000, 12, 1_200, 10_662, 10_660, 127_942),
        (60_000, 6, 1_000, 10_294, 10_291, 61_761),
        (99_999, 12, 0, 8_334, 8_325, 99_999),
    ],
)
def test_schedules_are_those_that_were_worked_out_elsewhere(
    principal: int, count: int, yearly: int, each: int, last: int, total: int
) -> None:
    """By the formula of annuities in exact fractions, each month's interest rounded to the unit."""
    amounts = [one.amount for one in monthly(principal, count, yearly, DAY)]
    assert (amounts, sum(amounts)) == ([each] * (count - 1) + [last], total)


@settings(max_examples=150, deadline=None)
@given(principals, counts, rates)
def test_the_rate_is_what_an_independent_search_finds(principal: int, count: int, yearly: int) -> None:
    """Newton's way in floats, instead of halving in decimals."""
    parts = monthly(max(principal, 50_000), count, yearly, DAY, principal // 200)
    flows = [(number / 12, one.amount) for number, one in enumerate(parts, 1)]
    lent, rate = sum(one.principal for one in parts), 0.1
    for _ in range(60):
        worth = sum(amount * (1 + rate) ** -years for years, amount in flows) - lent
        slope = sum(-years * amount * (1 + rate) ** (-years - 1) for years, amount in flows)
        rate -= worth / slope
    told = model.annual_rate("twelve", parts)
    assert abs(told - rate * 10_000) <= 0.5 + 1e-4


def test_a_day_that_a_month_lacks_is_its_last_and_comes_back_in_the_next() -> None:
    days = [one.due_on.isoformat() for one in monthly(10_000, 3, 0, DAY)]
    assert days == ["2026-02-28", "2026-03-31", "2026-04-30"]


def test_in_four_is_a_quarter_at_once_and_one_every_two_weeks_for_nothing() -> None:
    plan = in_four(10_003, DAY)
    assert [(one.due_on.isoformat(), one.amount) for one in plan] == [
        ("2026-01-31", 2_503),
        ("2026-02-14", 2_500),
        ("2026-02-28", 2_500),
        ("2026-03-14", 2_500),
    ]
    assert model.annual_rate("four", plan) == 0


@settings(max_examples=300, deadline=None)
@given(principals, counts, rates, st.integers(0, 5_000))
def test_parts_add_up_exactly_and_interest_is_of_what_was_owed(
    principal: int, count: int, yearly: int, fee: int
) -> None:
    plan, owed = monthly(principal, count, yearly, DAY, fee), principal
    for one in plan:
        assert one.interest == round(Fraction(owed * yearly, 120_000) + Fraction(1, 10**9))
        assert one.principal > 0
        owed -= one.principal
    assert (owed, sum(one.fee for one in plan)) == (0, fee)


@settings(max_examples=300, deadline=None)
@given(principals, counts, rates)
def test_instalments_are_equal_but_for_the_last_which_is_less_by_a_unit_a_month_at_most(
    principal: int, count: int, yearly: int
) -> None:
    """Compared with the textbook's formula, worked out in fractions: the least whole units that are not less."""
    amounts = [one.amount for one in monthly(principal, count, yearly, DAY)]
    assert len(set(amounts[:-1])) == 1
    assert 0 <= amounts[0] - amounts[-1] <= 2 * count
    month = Fraction(yearly, 120_000)
    exact = principal * month / (1 - (1 + month) ** -count) if yearly else Fraction(principal, count)
    assert abs(amounts[0] - exact) <= 2


@settings(max_examples=60, deadline=None)
@given(st.integers(100_000, 10_000_000), counts, st.integers(1, 3_600))
def test_the_annual_rate_is_that_of_twelve_months_compounded(principal: int, count: int, yearly: int) -> None:
    """Another way to the same figure; rounding to minor units moves it by little."""
    told = model.annual_rate("twelve" if count == 12 else "six", monthly(principal, count, yearly, DAY))
    compounded = ((1 + yearly / 120_000) ** 12 - 1) * 10_000
    assert abs(told - compounded) <= 1 + 6_000_000 / principal


def test_ten_thousand_plans_add_up_to_the_last_unit() -> None:
    for number in range(10_000):
        principal, count = 1_200 + number * 7_919 % 3_000_000, (3, 6, 12)[number % 3]
        plan = monthly(principal, count, number % 3_601, date(2026, 1 + number % 12, 1 + number % 28), number % 997)
        assert sum(one.principal for one in plan) == principal
        assert sum(one.amount for one in plan) == principal + number % 997 + sum(one.interest for one in plan)
        assert sum(one.principal for one in in_four(principal, DAY)) == principal


@pytest.mark.parametrize("kind", ["purchase", "cash"])
@pytest.mark.parametrize("highest", [1_500, 900, 150, 0])
def test_no_price_is_above_the_areas_cap_and_the_houses_is_kept_where_it_fits(kind: model.Kind, highest: int) -> None:
    for wish in model.offered(kind):
        price, _, annual = model.priced(kind, wish, 120_000, highest, DAY)
        assert annual <= highest
        assert highest < 1_500 or price == model.PRICES[kind, wish]


def test_what_pays_nothing_back_is_no_plan() -> None:
    for broken in (lambda: monthly(299, 3, 0, DAY), lambda: in_four(399, DAY), lambda: rate.annual(10, [])):
        with pytest.raises(ValueError, match="back"):
            broken()
