"""The rules that decide, one table for each."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import (
    CurrencyMismatch,
    InsufficientFunds,
    InvalidState,
    InvalidToken,
    LimitReached,
    NotFound,
    ProbableDuplicate,
    WalletFrozen,
)
from chalicelib.ledger import chart, crediting, items, model, wire
from chalicelib.ledger.history import Balance
from chalicelib.ledger.model import Behind, Change, Changed, Draft, Entry, Head, Misjudged, Spend
from chalicelib.ledger.purchases import Purchase
from tests.ledger_kit import AT, MERCHANT, OWNER, WALLET

HEAD: dict[str, Any] = {
    "pk": WALLET,
    "owner": OWNER,
    "currency": "CNY",
    "status": "active",
    "available": 1_000,
    "held": 200,
    "debt": 0,
    "floor": 0,
    "tier": 0,
    "epoch": 0,
    "last_at": clock.written(AT - timedelta(seconds=1)),
}
PURCHASE = Purchase(MERCHANT, 100, ids.derived("pay", "now"), 300)
EARLIER = replace(PURCHASE, movement=ids.derived("pay", "earlier"))
SPEND = Spend(OWNER, 0, 0, 5_000, 9_000, 20_000, PURCHASE)
PAYMENT = Change(WALLET, "CNY", available=-100, spend=SPEND)
CREDIT = Change(WALLET, "CNY", available=100, expected_debt=0)
CAPTURE = Change(WALLET, "CNY", available=50, held=-200, settles=True)
PAYOUT = Change(WALLET, "CNY", available=-700, leaves=300)
TAKE_BACK = Change(WALLET, "CNY", available=-1_001)
SETTLEMENT = Change(WALLET, "CNY", available=-5_000, settles=True)
UNCLAIMED = Change(WALLET, "CNY", closed=True)


def judged(change: Change, **head: Any) -> Any:
    return model.judge(change, AT, wire.item(HEAD | head))


@pytest.mark.parametrize(
    ("change", "active", "frozen", "closed"),
    [
        (PAYMENT, Changed, WalletFrozen, InvalidState),
        (CREDIT, Changed, Changed, Misjudged),
        (CAPTURE, Changed, Changed, Changed),
        (SETTLEMENT, Changed, Changed, Changed),
        (PAYOUT, Changed, Misjudged, Misjudged),
        (UNCLAIMED, Misjudged, Misjudged, Changed),
    ],
)
def test_every_movement_against_every_status(change: Change, active: type, frozen: type, closed: type) -> None:
    """Changed: nothing speaks against it. Misjudged: drafted once more, to `unclaimed` or from there."""
    for status, verdict in (("active", active), ("frozen", frozen), ("closed", closed)):
        assert isinstance(judged(change, status=status), verdict)


@pytest.mark.parametrize(
    ("head", "verdict"),
    [
        ({"owner": "usr_x"}, NotFound),
        ({"epoch": 1}, InvalidToken),
        ({"currency": "EUR"}, CurrencyMismatch),
        ({"tier": 1}, Misjudged),
        ({"floor": -1}, Misjudged),
        ({"available": 99}, InsufficientFunds),
        ({"available": 100}, Changed),
        ({model.day_sum(AT): 4_901}, LimitReached),
        ({model.day_sum(AT): 4_900}, Changed),
        ({model.day_sum(AT - timedelta(days=1)): 5_000}, Changed),
        ({model.month_sum(AT): 8_901}, LimitReached),
        ({model.year_sum(AT): 19_901}, LimitReached),
        ({model.year_sum(AT): 19_900}, Changed),
        ({model.year_sum(AT.replace(year=AT.year - 1)): 20_000}, Changed),
        ({PURCHASE.slot: EARLIER.mark(AT)}, ProbableDuplicate),
        ({PURCHASE.slot: EARLIER.mark(AT - timedelta(seconds=300))}, ProbableDuplicate),
        ({PURCHASE.slot: EARLIER.mark(AT - timedelta(seconds=301))}, Changed),
        ({PURCHASE.slot: b"another" + b"\0" * 20}, Changed),
        ({"last_at": clock.written(AT)}, Behind),
    ],
)
def test_each_reason_against_a_payment(head: dict[str, Any], verdict: type) -> None:
    assert isinstance(judged(PAYMENT, **head), verdict)


@pytest.mark.parametrize(
    ("head", "verdict"),
    [({"available": 1_000}, Changed), ({"available": 999}, Misjudged), ({"floor": -1}, Misjudged)],
)
def test_a_payout_leaves_its_reserve(head: dict[str, Any], verdict: type) -> None:
    assert isinstance(judged(PAYOUT, **head), verdict)


def test_what_is_told_to_the_table_holds_a_payout_to_what_it_leaves() -> None:
    told = items.head_update(PAYOUT, AT)["Update"]
    values = told["ExpressionAttributeValues"]
    written = re.sub(r":v\d+", lambda found: next(iter(values[found[0]].values())), told["ConditionExpression"])
    assert "#available >= 1000" in written and "#status = active" in written


def test_refusals_come_in_a_deliberate_order() -> None:
    """Everything is wrong; each verdict is then put right, and the next one speaks."""
    right = {**HEAD, model.day_sum(AT): 0, PURCHASE.slot: b"-"}
    wrong = {"owner": "usr_x", "epoch": 1, "currency": "EUR", "status": "frozen", "tier": 9, "available": 0}
    wrong |= {model.day_sum(AT): 5_000, PURCHASE.slot: EARLIER.mark(AT), "last_at": "9"}
    told = []
    for name in list(wrong):
        told.append(type(judged(PAYMENT, **wrong)))
        wrong[name] = right[name]
    money_rules = [InsufficientFunds, LimitReached, ProbableDuplicate]
    assert told == [NotFound, InvalidToken, CurrencyMismatch, WalletFrozen, Misjudged, *money_rules, Behind]
    assert isinstance(judged(PAYMENT, **wrong), Changed)


def test_a_probable_duplicate_names_the_payment_it_looks_like() -> None:
    assert judged(PAYMENT, **{PURCHASE.slot: EARLIER.mark(AT)}).params == {"payment_id": EARLIER.movement}


def test_what_is_taken_back_beyond_what_is_there_is_drafted_again_with_the_head_known() -> None:
    assert isinstance(judged(TAKE_BACK), Misjudged)


def test_more_than_what_is_held_is_never_released() -> None:
    assert isinstance(judged(CAPTURE, held=199), InvalidState)


@given(st.integers(0, 500), st.integers(1, 500))
def test_a_credit_repays_debt_first_and_keeps_every_unit(debt: int, amount: int) -> None:
    known = {WALLET: replace(Head.of(wire.item(HEAD)), debt=debt)}
    change, postings = crediting.credit(WALLET, "CNY", amount, known)
    assert change.available - change.debt == amount == sum(postings.values())
    assert change.debt == -min(debt, amount)
    assert change.expected_debt == debt


@given(st.dictionaries(st.sampled_from([WALLET, chart.held(WALLET), chart.debt(WALLET), "sys:x"]), st.integers(-9, 9)))
def test_an_entry_that_does_not_sum_to_zero_cannot_be_drafted(postings: dict[str, int]) -> None:
    entry = Entry("pay_x", "payment", "CNY", AT, postings)
    if sum(postings.values()):
        with pytest.raises(ValueError, match="zero"):
            Draft(None, (), entry)
    else:
        assert Draft(None, (), entry).entry is entry


def test_a_balance_follows_the_buckets_of_its_own_account() -> None:
    postings = {WALLET: 5, chart.held(WALLET): 7, chart.debt(WALLET): -3, "wal_other": 100, "sys:x": -109}
    assert Balance().after(WALLET, postings) == Balance(5, 7, 3)


@given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2100, 1, 1)))
def test_the_month_after_begins_with_its_first_instant(at: datetime) -> None:
    after = model.month_after(at)
    assert (after.day, after.hour, after.minute, after.second, after.microsecond) == (1, 0, 0, 0, 0)
    assert timedelta() < after - at <= timedelta(days=31)
    assert (after - timedelta(microseconds=1)).month == at.month


PLAIN = st.integers() | st.text() | st.binary() | st.booleans()


@given(st.recursive(PLAIN, lambda one: st.lists(one) | st.dictionaries(st.text(), one)))
def test_what_goes_over_the_wire_comes_back_as_it_was(value: Any) -> None:
    assert wire.plain(wire.value(value)) == value


def test_a_float_never_goes_over_the_wire() -> None:
    with pytest.raises(TypeError):
        wire.value(1.5)
