"""The bonus of a card adds up, whatever is taken and given back, and in which order."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.ledger import lots
from chalicelib.ledger.lots import FOR_EVER, MOST_LOTS, Lot, Lots

TODAY = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
DAYS = st.integers(-5, 40).map(lambda days: (TODAY + timedelta(days=days)).isoformat()) | st.just(FOR_EVER)
AMOUNTS = st.integers(1, 10_000)
LOTS: st.SearchStrategy[Lots] = st.dictionaries(DAYS, AMOUNTS, max_size=MOST_LOTS).map(
    lambda found: tuple(Lot(until, left) for until, left in sorted(found.items()))
)


def is_sound(some: Lots) -> bool:
    """In order, each day once, nothing empty or below zero."""
    days = [lot.until for lot in some]
    return days == sorted(set(days)) and all(lot.left > 0 for lot in some)


@given(LOTS, AMOUNTS)
def test_what_is_taken_and_what_is_left_are_what_there_was(some: Lots, amount: int) -> None:
    taken, left = lots.take(some, amount, AT)
    assert is_sound(taken) and is_sound(left)
    assert lots.total(taken) + lots.total(left) == lots.total(some)
    assert lots.total(taken) == min(amount, lots.total(lots.good(some, AT)))


@given(LOTS, AMOUNTS)
def test_the_bonus_that_runs_out_soonest_is_taken_first_and_none_that_is_over(some: Lots, amount: int) -> None:
    taken, left = lots.take(some, amount, AT)
    assert all(lot.is_good(AT) for lot in taken)
    if taken:
        assert all(lot.until >= taken[-1].until for lot in lots.good(left, AT))
    assert lots.over(left, AT) == lots.over(some, AT)


@given(LOTS, AMOUNTS, st.lists(AMOUNTS, max_size=8))
def test_refunds_bring_every_part_back_once_and_money_before_any_bonus(
    some: Lots, amount: int, asked: list[int]
) -> None:
    """In any number of parts: together they are the payment, part by part, and at no moment more than it."""
    taken, _ = lots.take(some, amount, AT)
    money = amount - lots.total(taken)
    left, back, given_back = amount, dict[str, int](), 0
    for wish in (*asked, amount):
        part = min(wish, left)
        if part == 0:
            continue
        paid, bonus = lots.undo(taken, left, part)
        assert paid >= 0 and is_sound(bonus) and paid + lots.total(bonus) == part
        given_back, left = given_back + paid, left - part
        assert lots.total(bonus) == 0 or given_back == money, "no bonus comes back before all of the money has"
        for lot in bonus:
            back[lot.until] = back.get(lot.until, 0) + lot.left
    assert (given_back, back) == (money, {lot.until: lot.left for lot in taken})


OVER = tuple(Lot((TODAY - timedelta(days=days)).isoformat(), 10) for days in range(MOST_LOTS, 0, -1))
"""As many as there may be, before anybody has swept."""


@given(LOTS, LOTS)
@example(OVER, (Lot(FOR_EVER, 5),))
def test_what_comes_back_is_all_there_runs_out_no_sooner_and_stays_few(some: Lots, back: Lots) -> None:
    now, restored = lots.restore(some, back, AT)
    assert is_sound(now) and len(lots.good(now, AT)) <= MOST_LOTS
    assert lots.over(now, AT) == lots.over(some, AT), "what is over stays over"
    assert restored == lots.total(lots.good(back, AT)) == lots.total(now) - lots.total(some)
    for day in {lot.until for lot in (*some, *back)}:
        before = sum(lot.left for lot in (*some, *lots.good(back, AT)) if lot.until > day)
        assert sum(lot.left for lot in now if lot.until > day) >= before


@given(LOTS)
def test_what_is_good_and_what_is_over_is_all(some: Lots) -> None:
    assert sorted((*lots.good(some, AT), *lots.over(some, AT)), key=lambda lot: lot.until) == list(some)
