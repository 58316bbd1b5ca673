"""Shares of a red packet: exact, at least one each, decided by the seed alone, and fair."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chalicelib.transfers import splitting

COUNTS = some.integers(1, 100)
SEEDS = some.binary(min_size=16, max_size=16)
SPLITS: some.SearchStrategy[splitting.Split] = some.sampled_from(["equal", "lucky"])


def seeds(many: int) -> list[bytes]:
    return [number.to_bytes(16, "big") for number in range(many)]


@given(SPLITS, COUNTS, some.integers(0, 10_000_000_000), SEEDS)
def test_shares_are_exact_and_nobody_goes_empty(split: splitting.Split, count: int, more: int, seed: bytes) -> None:
    found = splitting.shares(split, count + more, count, seed)
    assert (len(found), sum(found)) == (count, count + more)
    assert min(found) >= 1
    assert found == splitting.shares.__wrapped__(split, count + more, count, seed)


@given(COUNTS, some.integers(0, 1_000_000), SEEDS)
def test_equal_shares_differ_by_one_unit_at_most(count: int, more: int, seed: bytes) -> None:
    found = splitting.shares("equal", count + more, count, seed)
    assert max(found) - min(found) <= 1


@pytest.mark.parametrize(("amount", "count"), [(0, 1), (2, 3), (5, 0)])
def test_nothing_is_split_into_less_than_a_unit(amount: int, count: int) -> None:
    with pytest.raises(ValueError, match="one minor unit"):
        splitting.shares("lucky", amount, count, b"s" * 16)


def test_every_way_to_split_is_as_likely_as_any_other() -> None:
    """Ten units into four: 84 ways. Chi-square with 83 degrees of freedom stays below 140 but once in 10,000 seeds;
    these seeds are always the same."""
    ways = [after for after in combinations(range(1, 10), 3)]
    told = Counter(splitting.shares("lucky", 10, 4, seed) for seed in seeds(16_800))
    assert len(told) == len(ways)
    expected = 16_800 / len(ways)
    assert sum((seen - expected) ** 2 / expected for seen in told.values()) < 140


def test_no_place_is_luckier_than_another() -> None:
    """Of each place's mean over 4,000 packets the standard error is about 1.5 % of the mean."""
    packets = [splitting.shares("lucky", 100_000, 10, seed) for seed in seeds(4_000)]
    means = [sum(found[place] for found in packets) / len(packets) for place in range(10)]
    assert all(abs(mean / 10_000 - 1) < 0.06 for mean in means), means


@given(COUNTS, SEEDS)
def test_an_order_has_every_place_once(count: int, seed: bytes) -> None:
    assert sorted(splitting.order(count, seed)) == list(range(count))


def test_in_an_order_every_place_comes_first_as_often() -> None:
    first = Counter(splitting.order(10, seed)[0] for seed in seeds(10_000))
    assert all(abs(first[place] - 1_000) < 130 for place in range(10)), first
