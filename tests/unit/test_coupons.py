"""The arithmetic of coupons: what is taken off, what comes back, and a budget over its shards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel import ids
from chalicelib.kernel.errors import InvalidState
from chalicelib.kernel.money import MAX_AMOUNT
from chalicelib.rewards import model
from chalicelib.rewards.model import Coupon, Template, Words, Worth

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
SHOP, OTHER = ids.derived("mer", "tea"), ids.derived("mer", "noodles")
ELSEWHERE = Worth("CNY", 500, None, None, 1_000, (OTHER,))
OF_BOOKS = Worth("CNY", 500, None, None, 1_000, (), ("education",))
OF_FOOD = Worth("CNY", 500, None, None, 1_000, (), ("groceries", "restaurants"))
OF_BOOKS_AND_THE_SHOP = Worth("CNY", 500, None, None, 1_000, (SHOP,), ("education",))
amounts = st.integers(1, MAX_AMOUNT)


def worth(off: int | None = 500, percent: int | None = None, most: int | None = None, least: int = 0) -> Worth:
    return Worth("CNY", off, percent, most, least, ())


def coupon(of: Worth, **more: object) -> Coupon:
    times = ("2026-11-22T08:00:00.000000Z", "2026-12-22T08:00:00.000000Z")
    one = Coupon("cou", "ctp", "usr", of, *times, "operator", times[0])
    return model.msgspec.structs.replace(one, **more)  # type: ignore[arg-type]


def template(**more: object) -> Template:
    words = Words("Five off", "立减五元")
    one = Template("ctp", words, words, worth(), 10, 5_000, "", "", 30, False, "usr", "")
    return model.msgspec.structs.replace(one, **more)  # type: ignore[arg-type]


@given(amounts, amounts)
def test_a_fixed_coupon_takes_off_its_amount_and_never_more_than_the_purchase(amount: int, off: int) -> None:
    assert worth(off).discount(amount) == min(off, amount)


@given(amounts, st.integers(1, 100), amounts)
def test_a_percentage_is_rounded_down_and_capped(amount: int, percent: int, most: int) -> None:
    taken = worth(None, percent, most).discount(amount)
    assert taken <= most and taken * 100 <= amount * percent
    assert taken == most or (taken + 1) * 100 > amount * percent


@given(amounts, st.data())
def test_refunds_in_any_parts_give_back_the_discount_exactly_and_never_more_than_themselves(
    amount: int, data: st.DataObject
) -> None:
    discount = data.draw(st.integers(0, amount))
    cuts = sorted({0, amount, *data.draw(st.lists(st.integers(0, amount), max_size=6))})
    parts = [(before, after, model.given_back(discount, amount, before, after)) for before, after in pairwise(cuts)]
    assert sum(back for _, _, back in parts) == discount
    assert all(0 <= back <= after - before for before, after, back in parts)
    for _, after, _ in parts:
        assert 0 <= discount * after - amount * model.given_back(discount, amount, 0, after) < amount


@given(st.integers(1, 10_000))
def test_a_budget_is_split_to_the_last_coupon(units: int) -> None:
    shards = model.split(units)
    assert (sum(shards), len(shards)) == (units, model.SHARDS)
    assert max(shards) - min(shards) <= 1


@given(st.integers(1, 10_000), st.integers(500, 10**9))
def test_neither_count_nor_sum_of_a_budget_is_exceeded(count: int, total: int) -> None:
    units = template(budget_count=count, budget_sum=total).units
    assert units <= count and units * 500 <= total
    assert units == count or (units + 1) * 500 > total


@pytest.mark.parametrize(
    ("more", "where", "amount", "after", "code"),
    [
        ({}, SHOP, 1_000, timedelta(0), None),
        ({}, SHOP, 999, timedelta(0), "coupon-minimum-not-met"),
        (
            {"worth": ELSEWHERE},
            SHOP,
            1_000,
            timedelta(0),
            "coupon-not-for-this-merchant",
        ),
        ({"worth": OF_BOOKS}, SHOP, 1_000, timedelta(0), "coupon-not-for-this-merchant"),
        ({"worth": OF_FOOD}, SHOP, 1_000, timedelta(0), None),
        ({"worth": OF_BOOKS_AND_THE_SHOP}, SHOP, 1_000, timedelta(0), None),
        ({}, SHOP, 1_000, -timedelta(microseconds=1), "coupon-not-yet"),
        ({}, SHOP, 1_000, timedelta(days=30), "coupon-expired"),
        ({}, SHOP, 1_000, timedelta(days=30, microseconds=-1), None),
        ({"worth": Worth("USD", 500, None, None, 0, ())}, SHOP, 1_000, timedelta(0), "currency-mismatch"),
    ],
)
def test_a_coupon_says_exactly_why_it_is_not_good(
    more: dict[str, object], where: str, amount: int, after: timedelta, code: str | None
) -> None:
    refused = model.refusal(coupon(worth(least=1_000), **more), where, "restaurants", amount, "CNY", AT + after)
    assert (refused.code if refused else None) == code


def test_a_coupon_ends_at_the_earlier_of_the_templates_end_and_its_own_days() -> None:
    late, early = "2027-06-01T00:00:00.000000Z", "2026-12-01T00:00:00.000000Z"
    assert template(ends_at=late).validity(AT)[1] == "2026-12-22T08:00:00.000000Z"
    assert template(ends_at=early).validity(AT)[1] == early
    assert template(ends_at=late, valid_days=None).validity(AT)[1] == late


def test_days_count_from_when_a_coupon_begins_to_be_good() -> None:
    starts = "2026-12-01T00:00:00.000000Z"
    assert template(starts_at=starts).validity(AT) == (starts, "2026-12-31T00:00:00.000000Z")


def test_a_template_that_is_over_issues_nothing() -> None:
    with pytest.raises(InvalidState) as refused:
        template(ends_at="2026-11-22T08:00:00.000000Z").coupon("cou", "usr", "offer", AT)
    assert refused.value.params == {"state": "over"}
