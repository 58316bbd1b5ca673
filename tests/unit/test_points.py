"""Rules of points: what they bring, what they are worth, and lots that always add up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel import clock
from chalicelib.kernel.categories import Category
from chalicelib.kernel.errors import AmountOutOfRange, CurrencyMismatch, InvalidRequest, PointsMinimum
from chalicelib.ledger import lots, points
from chalicelib.ledger.lots import Lot, Lots
from chalicelib.ledger.model import Draft
from chalicelib.ledger.points import Account, Earned
from chalicelib.rewards import booking, model_points
from chalicelib.rewards.booking import Cause, Guess
from chalicelib.rewards.model import Words, given_back
from chalicelib.rewards.model_points import PointsWorth, Programme, Rule

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
WORDS = Words("Leaves", "茶叶积分")
ACCOUNT = Account("pts_" + "0" * 26, "usr_" + "0" * 26, "ptp_" + "0" * 26)
WHY = Cause("pay_" + "0" * 26, "points-used")
AMOUNTS = st.integers(1, 10**9)


def rule(**more: object) -> Rule:
    facts = {"kind": "payment", "points": 1, "per_amount": 10, "times": 1, "merchant_ids": (), "categories": ()}
    moments = {"starts_at": "", "ends_at": "", "created_at": "2026-01-01T00:00:00.000000Z", "ended_at": ""}
    return Rule(id="ptr_1", name=WORDS, **(facts | moments | more))  # type: ignore[arg-type]


def programme(*rules: Rule, worth: tuple[int, int] = (100, 100), least: int = 1, **more: Any) -> Programme:
    facts = (WORDS, WORDS, "CNY", PointsWorth(*worth), least, 12, "usr_1", "2026-01-01T00:00:00.000000Z")
    return Programme("ptp_1", *facts, rules=rules, **more)


def brought(
    of: Programme, amount: int = 1_000, at: datetime = AT, shop: str = "mer_1", sells: Category = "other"
) -> int:
    return of.best("payment", amount, shop, lambda: sells, clock.written(at))


# --- what brings them ---


def test_of_several_rules_the_one_that_gives_most_counts_and_they_never_add_up() -> None:
    assert brought(programme(rule(), rule(times=3), rule(points=2))) == 300


@pytest.mark.parametrize(
    ("one", "points_then"),
    [
        (rule(kind="topup"), 0),
        (rule(merchant_ids=("mer_1",)), 100),
        (rule(merchant_ids=("mer_2",)), 0),
        (rule(categories=("groceries",)), 0),
        (rule(categories=("groceries", "other")), 100),
        (rule(starts_at="2026-03-10T12:00:00.000000Z"), 100),
        (rule(starts_at="2026-03-10T12:00:00.000001Z"), 0),
        (rule(ends_at="2026-03-10T12:00:00.000001Z"), 100),
        (rule(ends_at="2026-03-10T12:00:00.000000Z"), 0),
        (rule(ended_at="2026-03-10T12:00:00.000000Z", ends_at="2027-01-01T00:00:00.000000Z"), 0),
        (rule(created_at="2026-03-10T12:00:00.000001Z"), 0),
    ],
)
def test_a_rule_counts_where_when_and_for_what_it_says(one: Rule, points_then: int) -> None:
    assert brought(programme(one)) == points_then


def test_a_programme_that_was_stopped_brings_nothing_from_that_moment_on() -> None:
    of = programme(rule(), stopped_at=clock.written(AT))
    assert (brought(of), brought(of, at=AT - timedelta(microseconds=1))) == (0, 100)


@given(st.integers(0, 10_000), AMOUNTS, st.lists(AMOUNTS, max_size=8))
def test_parts_that_are_undone_take_back_all_points_in_the_end_and_never_more(
    brought: int, basis: int, parts: list[int]
) -> None:
    record, undone, gone = Earned("pay_1", "ptp_1", basis=basis, points=brought), 0, 0
    for part in [*parts, basis]:
        undone = min(basis, undone + part)
        gone += record.due_back(undone) - gone
        assert 0 <= gone <= brought
    assert gone == brought


@given(AMOUNTS, st.permutations([1, 2, 3]))
def test_what_is_taken_back_does_not_depend_on_the_order_of_the_parts(basis: int, order: list[int]) -> None:
    record, parts = Earned("pay_1", "ptp_1", basis=basis * 6, points=997), [basis * one for one in order]
    assert record.due_back(sum(parts)) == 997


# --- what they are worth ---


@pytest.mark.parametrize(
    ("count", "amount", "currency", "refusal"),
    [
        (500, 1_000, "USD", CurrencyMismatch),
        (99, 1_000, "CNY", PointsMinimum),
        (10_001, 1_000, "CNY", AmountOutOfRange),
        (105, 1_000, "CNY", InvalidRequest),
        (10_000, 1_000, "CNY", None),
        (100, 1_000, "CNY", None),
    ],
)
def test_points_pay_whole_minor_units_of_no_more_than_the_purchase(
    count: int, amount: int, currency: str, refusal: type[Exception] | None
) -> None:
    told = programme(worth=(1_000, 100), least=100).refusal(count, amount, currency)
    assert type(told) is (refusal or type(None))


@given(AMOUNTS, AMOUNTS, st.integers(1, 10**6), AMOUNTS)
def test_points_that_may_pay_are_never_worth_more_than_the_purchase(
    per: int, worth: int, count: int, amount: int
) -> None:
    of = programme(worth=(per, worth))
    if of.refusal(count, amount, "CNY") is None:
        assert 0 < of.value(count) <= amount
        assert of.value(count) * per == count * worth


@given(st.integers(1, 10**6), AMOUNTS, st.lists(AMOUNTS, max_size=6))
def test_refunds_in_any_parts_give_back_the_points_exactly(used: int, amount: int, parts: list[int]) -> None:
    before, back = 0, 0
    for part in [*parts, amount]:
        after = min(amount, before + part)
        back += given_back(used, amount, before, after)
        before = after
    assert back == used


@pytest.mark.parametrize(
    ("at", "months", "until"),
    [
        (AT, 12, "2027-04-01"),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), 1, "2027-02-01"),
        (datetime(2026, 1, 1, tzinfo=UTC), 24, "2028-02-01"),
    ],
)
def test_points_end_so_many_months_after_the_month_they_came_in(at: datetime, months: int, until: str) -> None:
    assert model_points.Programme("", WORDS, WORDS, "CNY", PointsWorth(1, 1), 1, months, "", "").until(at) == until


def test_what_comes_back_is_good_for_a_month_at_least() -> None:
    back = (Lot("2026-02-01", 30), Lot("2026-04-01", 20), Lot("2026-09-01", 10))
    assert booking.still_good(back, AT) == (Lot("2026-05-01", 50), Lot("2026-09-01", 10))


# --- lots ---

UNTIL = [f"2026-{month:02d}-01" for month in range(1, 13)]
LOTS = st.dictionaries(st.sampled_from(UNTIL), st.integers(1, 1_000)).map(
    lambda found: tuple(Lot(until, left) for until, left in sorted(found.items()))
)


def booked(draft: Draft) -> int:
    return sum(change.available for change in draft.changes)


def guess(has: Lots) -> Guess:
    return Guess(Account(ACCOUNT.id, ACCOUNT.owner, ACCOUNT.programme, has))


def left_by(draft: Draft) -> int:
    """What the lots come to then, as the transaction writes them."""
    values = draft.legs[0].write["Update"]["ExpressionAttributeValues"]
    return sum(int(lot["L"][1]["N"]) for lot in values[":v0"]["L"])


@given(LOTS, st.integers(1, 5_000))
def test_points_that_are_spent_leave_lots_and_head_alike_and_never_less_than_nothing(has: Lots, amount: int) -> None:
    good = lots.total(lots.good(has, AT))
    draft, taken = booking.going(guess(has), amount, WHY, AT)
    if amount > good:
        assert draft.refusal is not None and draft.entry is None
        return
    assert lots.total(taken) == amount == -booked(draft)
    assert left_by(draft) == lots.total(has) - amount
    assert all(lot.is_good(AT) for lot in taken)
    assert [lot.until for lot in taken] == [lot.until for lot in lots.good(has, AT)][: len(taken)]


@given(LOTS, st.integers(1, 5_000), st.sampled_from(UNTIL))
def test_what_is_taken_back_takes_what_there_is_and_the_rest_is_owed(has: Lots, amount: int, until: str) -> None:
    draft = booking.taken_back(guess(has), amount, until, WHY, AT)
    (change,) = draft.changes
    assert -change.available + change.debt == amount
    assert -change.available == min(amount, lots.total(lots.good(has, AT)))
    assert left_by(draft) == lots.total(has) + change.available


@given(LOTS, st.integers(1, 1_000))
def test_its_own_lot_gives_before_any_other(has: Lots, amount: int) -> None:
    for lot in lots.good(has, AT):
        _, left = lots.without(has, amount, lot.until, AT)
        kept = {one.until: one.left for one in left}
        assert kept.get(lot.until, 0) == max(0, lot.left - amount)


@given(LOTS)
def test_what_is_over_goes_and_all_else_stays(has: Lots) -> None:
    draft = booking.over(guess(has), WHY, AT)
    gone = lots.total(lots.over(has, AT))
    assert (draft is None) == (gone == 0)
    if draft is not None:
        assert (booked(draft), left_by(draft)) == (-gone, lots.total(lots.good(has, AT)))


def test_reminders_are_said_in_order_and_each_of_them_once() -> None:
    account = Account(ACCOUNT.id, ACCOUNT.owner, ACCOUNT.programme, (Lot("2026-04-01", 5), Lot("2026-04-20", 7)))
    seen = [(moment[:10], lot.left) for moment, lot in points.unreminded(account, AT + timedelta(days=21))]
    assert seen == [("2026-03-02", 5), ("2026-03-21", 7), ("2026-03-25", 5)]
