"""A bill is shared to the last cent, whoever shares it, and nobody pays more than the rule of three and one cent."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chalicelib.kernel.errors import InvalidRequest
from chalicelib.transfers import model_splits as model
from chalicelib.transfers.model_splits import Method, Sharer, SplitRequest

AMOUNTS = some.integers(1, 10_000_000_000)
SHARES = some.lists(some.integers(0, 1_000), min_size=1, max_size=21).filter(any)


def wish(amount: int, shares: list[int], method: Method, own: int = 0) -> SplitRequest:
    return SplitRequest(amount, "CNY", [Sharer("a.b.c", share) for share in shares], method, own)


@given(AMOUNTS, SHARES)
def test_parts_add_up_exactly_and_each_is_within_one_of_its_share(amount: int, shares: list[int]) -> None:
    parts = model.parts_of(amount, shares)
    assert sum(parts) == amount
    for part, share in zip(parts, shares, strict=True):
        assert abs(Fraction(amount * share, sum(shares)) - part) < 1
        assert share or not part


@given(AMOUNTS, SHARES)
def test_who_has_a_larger_share_owes_no_less_and_equals_differ_by_one_at_most(amount: int, shares: list[int]) -> None:
    owed = sorted(zip(shares, model.parts_of(amount, shares), strict=True))
    for (less, smaller), (more, larger) in pairwise(owed):
        assert smaller <= larger
        assert less != more or larger - smaller <= 1


@given(AMOUNTS, some.integers(1, 20), some.integers(0, 1))
def test_what_people_owe_and_the_makers_own_part_are_the_amount(amount: int, people: int, own: int) -> None:
    if amount < people + own:
        return
    owed = model.owed(wish(amount, [1] * people, "equal", own))
    own_part = amount - sum(owed)
    assert own_part == 0 if not own else max(owed) - own_part in (0, 1)


@given(some.lists(some.integers(1, 100_000), min_size=1, max_size=20), some.integers(0, 100_000))
def test_amounts_are_owed_as_they_were_said(shares: list[int], own: int) -> None:
    assert model.owed(wish(sum(shares) + own, shares, "amounts", own)) == shares


@pytest.mark.parametrize(
    ("amount", "shares", "method", "own"),
    [
        (100, [2], "equal", 0),
        (100, [1], "equal", 2),
        (100, [0, 1], "shares", 0),
        (100, [1_001], "shares", 0),
        (100, [1], "shares", 1_001),
        (100, [50, 49], "amounts", 0),
        (100, [50, 50], "amounts", 1),
        (100, [101], "amounts", 0),
        (1, [1, 1], "equal", 0),
        (3, [1, 1_000], "shares", 0),
    ],
)
def test_shares_that_mean_nothing_are_refused(amount: int, shares: list[int], method: Method, own: int) -> None:
    with pytest.raises(InvalidRequest):
        model.owed(wish(amount, shares, method, own))


def test_nobody_shares_nothing() -> None:
    with pytest.raises(ValueError, match="a share"):
        model.parts_of(100, [0, 0])
