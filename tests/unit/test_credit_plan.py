"""What a plan is paid, when, and for what: whatever happens to it, it adds up."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.credit import plan as plans
from chalicelib.credit.plan import LateTerms, Paid, Plan
from chalicelib.credit.schedule import in_four, monthly

DAY = date(2026, 1, 31)
TERMS = LateTerms(grace_days=3, basis_points=500, most_each=150, most_in_all=400)


def of_months(principal: int = 100_000, count: int = 12, yearly: int = 1_200, fee: int = 0) -> Plan:
    return Plan(monthly(principal, count, yearly, DAY, fee), yearly, DAY)


def of_four(principal: int = 10_003) -> Plan:
    return Plan(in_four(principal, DAY), 0, DAY, by_months=False)


def days(count: int) -> date:
    return DAY + timedelta(days=count)


def test_nothing_is_due_before_its_day_and_all_of_it_on_it() -> None:
    plan = of_months()
    assert [plans.due(plan, day) for day in (date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 31))] == [
        0,
        8_885,
        17_770,
    ]
    assert (plans.next_due(plan), plans.overdue_since(plan, date(2026, 2, 28))) == (date(2026, 2, 28), None)
    assert plans.overdue_since(plan, date(2026, 3, 1)) == date(2026, 2, 28)


def test_what_comes_pays_the_oldest_instalment_first_its_interest_then_its_principal() -> None:
    before, on = of_months(), date(2026, 3, 31)
    after = plans.collect(before, 9_000, on)
    assert plans.between(before, after) == Paid(principal=8_885 - 1_000, interest=1_115)
    assert plans.due(after, on) == 17_770 - 9_000
    with pytest.raises(ValueError, match="due"):
        plans.collect(after, 8_771, on)


def test_a_late_instalment_costs_its_fee_once_and_within_what_is_allowed() -> None:
    plan = of_months(20_000, 12, 0)
    third, fourth = date(2026, 3, 3), date(2026, 3, 4)
    assert plans.late(plan, third, TERMS) == plan
    once = plans.late(plan, fourth, TERMS)
    assert [one.late_fee for one in once.parts[:2]] == [83, 0]
    assert plans.late(once, fourth + timedelta(days=20), TERMS) == once
    long = plans.late(plan, date(2027, 6, 1), TERMS)
    assert sum(one.late_fee for one in long.parts) == 400
    assert plans.due(once, fourth) == 1_667 + 83
    paid = plans.collect(once, 1_700, fourth)
    assert plans.between(once, paid) == Paid(principal=1_667, fees=33)


def test_leaving_on_the_first_day_costs_nothing_and_later_the_interest_of_the_days_alone() -> None:
    plan = of_months()
    assert plans.payoff(plan, DAY) == 100_000
    assert plans.spared(plan, DAY) == 6_619
    assert plans.payoff(plan, days(14)) == 100_000 + 1_000 * 14 // 28
    over = plans.repay(plan, 100_500, days(14))
    assert (over.state, plans.paid(over)) == ("repaid", Paid(100_000, 500))


def test_a_plans_fee_is_owed_by_the_days_of_its_instalment() -> None:
    plan = of_months(fee=1_200)
    assert plans.payoff(plan, days(14)) == 100_000 + 500 + 50
    assert plans.between(plan, plans.repay(plan, 100_550, days(14))) == Paid(100_000, 500, 50)


def test_repaying_a_part_early_makes_the_instalments_smaller_on_the_same_days() -> None:
    plan, on = of_months(), days(14)
    assert plans.repayable(plan, 500, on) == 0
    after = plans.repay(plan, 50_500, on)
    assert plans.between(plan, after) == Paid(50_000, 500)
    assert [one.due_on for one in after.parts[1:]] == [one.due_on for one in plan.parts]
    assert (after.principal_owed, after.parts[1].interest) == (50_000, 250)
    assert 4_400 < after.parts[1].amount < 4_443
    with pytest.raises(ValueError, match="too little"):
        plans.repay(plan, 500, on)


def test_a_pause_moves_what_is_not_paid_and_costs_nothing() -> None:
    plan = plans.collect(of_months(), 5_000, date(2026, 2, 28))
    paused = plans.pause(plan, 2)
    assert plans.due(paused, date(2026, 4, 29)) == 0
    assert plans.next_due(paused) == date(2026, 4, 30)
    assert sum(one.amount for one in paused.parts) == sum(one.amount for one in plan.parts)
    assert (paused.lent, paused.paused_months, plans.paid(paused)) == (100_000, 2, plans.paid(plan))
    assert plans.payoff(paused, date(2026, 3, 15)) == paused.principal_owed


def test_whoever_withdraws_gives_back_what_was_lent_and_nothing_else() -> None:
    plan = plans.repay(of_months(fee=1_200), 20_000, days(7))
    assert plans.to_undo(plan) == 80_000
    undone = plans.undo(plan, 80_000, days(8))
    assert (plans.paid(undone), undone.state) == (Paid(100_000), "undone")
    assert plans.between(plan, undone).amount == 100_000 - 20_000
    assert (plans.due(undone, days(400)), plans.payoff(undone, days(3))) == (0, 0)


@pytest.mark.parametrize("there", [-5, 0, 1, 79_000])
def test_whoever_withdraws_without_the_money_owes_the_rest_of_the_principal_a_month_later(there: int) -> None:
    plan = plans.repay(of_months(fee=1_200), 20_000, days(7))
    left = 80_000 - max(0, there)
    undone = plans.undo(plan, there, days(8))
    assert (undone.state, undone.withdrawn, undone.principal_owed) == ("active", True, left)
    assert [plans.due(undone, days(8 + later)) for later in (29, 30)] == [0, left]
    assert plans.payoff(undone, days(20)) == left
    part = plans.repay(undone, left // 2 + 1, days(20))
    assert (plans.between(undone, part), plans.due(part, days(38))) == (Paid(left // 2 + 1), left - left // 2 - 1)
    assert plans.collect(part, plans.due(part, days(38)), days(38)).state == "undone"


def test_whoever_has_repaid_all_of_it_gets_interest_and_fees_back_by_withdrawing() -> None:
    begun = of_months(fee=1_200)
    over = plans.repay(begun, plans.payoff(begun, days(7)), days(7))
    cost = plans.paid(over).interest + plans.paid(over).fees
    assert (over.state, plans.to_undo(over)) == ("repaid", -cost) and cost > 0
    assert plans.between(over, plans.undo(over, 0, days(8))).amount == -cost


def test_an_instalment_bears_one_late_fee_however_often_it_is_put_off() -> None:
    plan = plans.late(of_months(20_000, 12, 0), date(2026, 3, 4), TERMS)
    for month in (3, 4):
        plan = plans.late(plans.pause(plan, 1), date(2026, month, 30) + timedelta(days=5), TERMS)
        assert plans.late_fees(plan) == 83
    early = plans.repay(plan, plans.due(plan, date(2026, 4, 20)) + 5_000, date(2026, 4, 20))
    assert sum(one.was_late for one in early.parts) == sum(one.was_late for one in plan.parts)


def test_a_late_fee_alone_makes_nothing_overdue_until_nothing_else_is_missing() -> None:
    on = date(2026, 3, 4)
    plan = plans.late(of_months(20_000, 12, 0), on, TERMS)
    but_fee = plans.collect(plan, plans.due(plan, on) - 83, on)
    assert (plans.due(but_fee, on), plans.next_due(but_fee), plans.overdue_since(but_fee, on)) == (
        83,
        date(2026, 3, 31),
        None,
    )
    end = date(2027, 1, 31)
    rest = plans.collect(but_fee, plans.due(but_fee, end) - 83, end)
    assert (plans.due(rest, end), plans.overdue_since(rest, end)) == (83, days(28))
    over = plans.waive(rest)
    assert (over.state, plans.due(over, end), plans.paid(over)) == ("repaid", 0, plans.paid(rest))


def test_of_what_was_given_up_no_more_comes_back_than_was_lost() -> None:
    lost = plans.write_off(plans.collect(of_months(), 8_885, date(2026, 2, 28)))
    part = plans.recover(lost, 90_000)
    assert (lost.lost, part.lost, plans.recover(part, 2_115).lost) == (92_115, 2_115, 0)
    with pytest.raises(ValueError, match="lost"):
        plans.recover(part, 2_116)
    assert of_months().lost == 0


def test_what_is_written_off_is_what_is_still_owed_of_the_principal() -> None:
    lost = plans.write_off(plans.collect(of_months(), 8_885, date(2026, 2, 28)))
    assert (lost.principal_owed, plans.due(lost, days(90)), plans.next_due(lost)) == (100_000 - 7_885, 0, None)


def test_a_quarter_is_due_at_once_and_nothing_else_costs_anything() -> None:
    plan = of_four()
    assert plans.due(plan, DAY) == 2_503
    begun = plans.collect(plan, 2_503, DAY)
    assert (plans.next_due(begun), plans.payoff(begun, days(3))) == (days(14), 7_500)
    assert plans.repay(begun, 7_500, days(3)).state == "repaid"


acts = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from(["pay", "collect", "late", "pause"]), st.integers(1, 10**6))
)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.builds(
            of_months,
            st.integers(1_200, 2_000_000),
            st.sampled_from([3, 6, 12]),
            st.integers(0, 3_000),
            st.integers(0, 900),
        ),
        st.builds(of_four, st.integers(400, 100_000)),
    ),
    acts,
)
def test_whatever_happens_to_a_plan_it_adds_up(plan: Plan, happens: list[tuple[int, str, int]]) -> None:
    """Principal stays what was lent; nobody pays more than was agreed and the late fees; a plan can always be left."""
    lent, agreed, on, paid = plan.lent, sum(one.amount for one in plan.parts), DAY, 0
    for later, act, amount in happens:
        on += timedelta(days=later)
        before = plan
        if act == "pause" and plan.state == "active" and plan.paused_months < 4:
            plan = plans.pause(plan, 1)
        elif act == "late":
            plan = plans.late(plan, on, TERMS)
        elif act == "pay" and (most := plans.repayable(plan, amount, on)):
            plan, paid = plans.repay(plan, most, on), paid + most
        elif act == "collect" and (most := min(amount, plans.due(plan, on))):
            plan, paid = plans.collect(plan, most, on), paid + most
        assert plans.between(before, plan).amount == plans.paid(plan).amount - plans.paid(before).amount
        assert min(msgspec.structs.astuple(plans.between(before, plan))) >= 0
        assert (plan.lent, plans.paid(plan).amount) == (lent, paid)
        late = sum(one.late_fee for one in plan.parts)
        assert late <= TERMS.most_in_all and paid <= agreed + late
        assert 0 <= plans.due(plan, on) <= plans.payoff(plan, on)
        assert plan.principal_owed == lent - plans.paid(plan).principal
        assert (plan.state == "repaid") == (not any(one.unpaid for one in plan.parts) and not plan.late_owed)
    if plan.state == "active":
        assert plans.spared(plan, on) >= 0
        over = plans.repay(plan, plans.payoff(plan, on), on)
        assert (over.state, over.principal_owed) == ("repaid", 0)


def test_a_plan_goes_through_json_unchanged() -> None:
    plan: Any = plans.late(of_months(fee=7), date(2026, 4, 9), TERMS)
    assert msgspec.json.decode(msgspec.json.encode(plan), type=Plan) == plan
