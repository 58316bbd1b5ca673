"""Risk in line: what a payment must satisfy is in its own condition, and costs no call more."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ledger import items, model
from chalicelib.ledger.model import Change, Draft, Entry, Spend
from chalicelib.ledger.purchases import Purchase

AT = datetime(2026, 12, 3, 9, tzinfo=UTC)


def payment(amount: int, day: int, month: int, year: int) -> list[dict[str, Any]]:
    """The writes of a plain payment's transaction."""
    purchase = Purchase("mer_1", amount, "pay_" + "0" * 26, 60)
    spend = Spend("usr_1", 3, 1, day, month, year, purchase)
    change = Change("wal_" + "0" * 26, "CNY", available=-amount, spend=spend)
    entry = Entry("pay_" + "0" * 26, "payment", "CNY", AT, {change.account: -amount, "sys:settling:CNY": amount})
    return [dict(leg.write) for leg in items.legs(Draft(None, (change,), entry), AT)]


@given(st.integers(1, 10**9), st.integers(0, 10**10), st.integers(0, 10**10), st.integers(0, 10**10))
def test_velocity_and_amount_limits_live_inside_the_payments_own_condition_at_no_extra_call(
    amount: int, day: int, month: int, year: int
) -> None:
    """One write of the head carries them all, in the transaction that moves the money: nothing is read beside it."""
    head, journal = payment(amount, day, month, year)
    update = head["Update"]
    names, values = update["ExpressionAttributeNames"], update["ExpressionAttributeValues"]
    known = {names[name] for name in names if name in update["ConditionExpression"]}
    sums = {model.day_sum(AT), model.month_sum(AT), model.year_sum(AT)}
    assert sums | {"status", "owner", "epoch", "tier", "floor", "available", "currency", "last_at"} <= known
    assert {name for name in known if name[0] == "p"}, "the slot of probable duplicates"
    bounds = {int(value["N"]) for value in values.values() if "N" in value}
    assert {day - amount, month - amount, year - amount} <= bounds
    assert update["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD", "why it failed comes with the failure"
    assert "Put" in journal
