"""Bugs of credit: a line that is no limit, costs that nobody agreed to, money that is taken twice."""

from __future__ import annotations

from tests.simulation.bug import bug

CREDIT_TESTS = "tests/api/test_credit.py::test_"
FAIR_TESTS = "tests/api/test_credit_fairness.py::test_"
PLAN_TESTS = "tests/unit/test_credit_plan.py::test_"

CREDIT = (
    bug(
        "a line that is only looked at",
        (2,),
        "credit/lending.py",
        "        return Change(account, self.kept.currency, available=-self.amount, floor=floor)",
        "        return Change(account, self.kept.currency, available=-self.amount, floor=floor, settles=True)",
        CREDIT_TESTS + "the_line_is_the_limit_of_all_plans_together",
    ),
    bug(
        "a loan to whoever is frozen",
        (21,),
        "credit/lending.py",
        "        changes=(replace(change, spend=standing(customer, kept.wallet, known)), lent.change(known)),",
        "        changes=(change, lent.change(known)),",
        CREDIT_TESTS + "a_frozen_wallet_lends_nothing",
    ),
    bug(
        "a quote that makes a plan for each key",
        (5,),
        "credit/lending.py",
        'ids.derived("pln", quote.id)',
        'ids.derived("pln", quote.id, payment)',
        CREDIT_TESTS + "only_what_was_seen_can_be_agreed_to_and_only_for_fifteen_minutes_and_once",
    ),
    bug(
        "a quote that is agreed to unseen",
        (19,),
        "credit/quoting.py",
        "    if found.hash != quote_hash:",
        "    if not quote_hash:",
        CREDIT_TESTS + "only_what_was_seen_can_be_agreed_to_and_only_for_fifteen_minutes_and_once",
    ),
    bug(
        "a plan that is changed by whoever saw it last year",
        (5, 19),
        "credit/store.py",
        'PLAN + seen.id).require("version", "=", seen.version)',
        "PLAN + seen.id)",
        "tests/api/test_credit_crashes.py::test_a_plan_that_another_process_changed_meanwhile_is_looked_at_anew",
    ),
    bug(
        "a sweep that takes from a frozen wallet",
        (21,),
        "credit/collecting.py",
        "available=-amount, leaves=0)",
        "available=-amount)",
        CREDIT_TESTS + "the_sweep_takes_nothing_from_a_frozen_wallet",
    ),
    bug(
        "a late fee for each look",
        (19,),
        "credit/plan.py",
        'bears = plan.state == "active" and not plan.withdrawn and not one.late_fee and not one.was_late',
        'bears = plan.state == "active" and not plan.withdrawn and not one.was_late',
        PLAN_TESTS + "a_late_instalment_costs_its_fee_once_and_within_what_is_allowed",
    ),
    bug(
        "interest of days that have not come",
        (19,),
        "credit/plan.py",
        "        return amount(one) * days // max(1, (one.due_on - one.from_on).days)",
        "        return amount(one)",
        PLAN_TESTS + "leaving_on_the_first_day_costs_nothing_and_later_the_interest_of_the_days_alone",
    ),
    bug(
        "a withdrawal that keeps what was paid for the days",
        (19,),
        "credit/plan.py",
        "    return plan.lent - paid(plan).amount",
        "    return plan.lent - paid(plan).principal",
        PLAN_TESTS + "whoever_withdraws_gives_back_what_was_lent_and_nothing_else",
    ),
    bug(
        "a refund that leaves the plan as it was",
        (14,),
        "payments/credited.py",
        '    repaid = lost or (rules.repayable(plan, amount, on) if plan.state == "active" else 0)',
        "    repaid = lost",
        CREDIT_TESTS + "a_refund_repays_the_plan_and_what_is_more_comes_to_the_wallet",
    ),
    bug(
        "a second late fee for what was put off",
        (19,),
        "credit/plan.py",
        "    was_late = one.was_late or one.late_fee > 0",
        "    was_late = one.was_late",
        PLAN_TESTS + "an_instalment_bears_one_late_fee_however_often_it_is_put_off",
    ),
    bug(
        "a late fee although the money is there",
        (19,),
        "credit/collecting.py",
        "    plan = plans.collect(kept.plan, amount, on) if amount else kept.plan",
        "    plan = plans.late(kept.plan, on, kept.quote.late_terms)\n"
        "    plan = plans.collect(plan, amount, on) if amount else plan",
        FAIR_TESTS + "a_sweep_that_comes_late_makes_nobody_late_whose_money_is_there",
    ),
    bug(
        "a refund that pays out what was given up",
        (14, 19),
        "payments/credited.py",
        "    lost = min(amount, plan.lost)",
        "    lost = 0",
        FAIR_TESTS + "a_refund_of_what_was_given_up_makes_good_the_loss_first",
    ),
    bug(
        "a deletion of whoever owes",
        (2, 17),
        "identity/deletion.py",
        "cards.still(owned, see), *closed, *unlent)",
        "cards.still(owned, see), *closed)",
        "tests/api/test_credit_leaving.py::test_no_account_is_deleted_while_something_is_owed",
    ),
    bug(
        "a rate that forgets when money comes",
        (19,),
        "credit/rate.py",
        "    grown = _EXACT.power(1 + rate, Decimal(1) / common)",
        "    grown = _EXACT.power(1 + rate, Decimal(1) / 12)",
        "tests/unit/test_credit_schedule.py::test_the_examples_of_the_law_come_out",
    ),
)
