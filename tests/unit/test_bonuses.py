"""Bonuses of top-ups: what an offer brings, what may be spent of it, and what comes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from chalicelib.kernel import clock, ids
from chalicelib.rewards import model as rewards
from chalicelib.rewards import model_bonuses as model
from chalicelib.rewards.model import Words
from chalicelib.rewards.model_bonuses import Lot, Offer

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
WORDS = Words("More", "更多")
OWNER = ids.derived("usr", "ana")


def lot(number: int, days: int, left: int, share: int) -> Lot:
    until, name = clock.written(NOW + timedelta(days=days)), ids.derived("bns", str(number))
    return Lot(OWNER, "CNY", until, name, "tbo_1", WORDS, "top_1", left, left, share, "good")


LOTS = some.lists(some.tuples(some.integers(-5, 40), some.integers(0, 5_000), some.integers(1, 100)), max_size=14).map(
    lambda found: sorted((lot(n, *one) for n, one in enumerate(found)), key=lambda one: one.key)
)
AMOUNTS = some.integers(1, 20_000)


def offer(percent: int | None, most: int) -> Offer:
    amount, capped = (None, most) if percent else (most, None)
    ends = ("", "", 30, 50, True, "usr_1", clock.written(NOW))
    return Offer("tbo_1", WORDS, WORDS, "CNY", 1, amount, percent, capped, 10, 10**6, *ends)


@given(some.none() | some.integers(1, 100), some.integers(1, 10_000), some.integers(1, 10**7))
def test_a_bonus_costs_no_more_than_its_budget_reserves(percent: int | None, most: int, topup: int) -> None:
    of = offer(percent, most)
    assert 0 <= of.bonus(topup) <= of.most == most


@given(LOTS, AMOUNTS, AMOUNTS)
def test_no_lot_pays_more_than_it_has_nor_beyond_its_share(lots: list[Lot], wanted: int, amount: int) -> None:
    taken, by_key = model.take(lots, wanted, amount, NOW), {one.key: one for one in lots}
    total = 0
    for key, part in taken:
        total += part
        assert 0 < part <= by_key[key].left
        assert by_key[key].is_good(NOW)
        assert total <= amount * by_key[key].share // 100
    assert total == model.total(taken) <= min(wanted, amount)
    assert len(taken) <= model.MOST_LOTS


@given(LOTS, AMOUNTS, AMOUNTS)
def test_what_runs_out_first_is_spent_first(lots: list[Lot], wanted: int, amount: int) -> None:
    taken = dict(model.take(lots, wanted, amount, NOW))
    keys = list(taken)
    assert keys == sorted(keys)
    for key in keys[:-1]:
        one = next(one for one in lots if one.key == key)
        assert taken[key] in (one.left, amount * one.share // 100 - _before(keys, taken, key)), (
            "all of it, or its share"
        )


def _before(keys: list[str], taken: dict[str, int], key: str) -> int:
    return sum(taken[one] for one in keys[: keys.index(key)])


@given(LOTS, AMOUNTS, AMOUNTS)
def test_with_one_share_all_that_may_be_spent_can_be(lots: list[Lot], wanted: int, amount: int) -> None:
    same = [lot(n, 10 + n, one.left, 40) for n, one in enumerate(lots[: model.MOST_LOTS])]
    most = min(wanted, sum(one.left for one in same), amount * 40 // 100)
    assert model.total(model.take(same, wanted, amount, NOW)) == most


@given(LOTS, AMOUNTS, AMOUNTS, some.lists(some.integers(1, 4_000), max_size=8))
def test_refunds_in_any_parts_give_back_to_each_lot_what_it_paid(
    lots: list[Lot], wanted: int, amount: int, refunds: list[int]
) -> None:
    taken = model.take(lots, wanted, amount, NOW)
    bonus, before = model.total(taken), 0
    back: dict[str, int] = {}
    for part in [*refunds, amount]:
        after = min(amount, before + part)
        whole, now = (rewards.given_back(bonus, amount, 0, moment) for moment in (before, after))
        for key, one in model.undo(taken, whole, now):
            back[key] = back.get(key, 0) + one
        assert sum(back.values()) == now
        before = after
    assert back == dict(taken)


def test_the_last_that_was_taken_comes_back_first() -> None:
    taken = (("a", 100), ("b", 50))
    assert model.undo(taken, 0, 60) == (("b", 50), ("a", 10))
    assert model.undo(taken, 60, 150) == (("a", 90),)
