"""Bugs of coupons: budgets that a rush exceeds, coupons that pay twice, refunds that make money for somebody."""

from __future__ import annotations

from tests.simulation.bug import AT_ONCE, bug

USED = "tests/api/test_coupons.py::test_"
MADE_UP = "tests/api/test_compensation.py::test_"

COUPONS = (
    bug(
        "a coupon that pays twice",
        (10,),
        "rewards/using.py",
        'update.require("owner", "=", coupon.owner).require("state", "=", "active")',
        'update.require("owner", "=", coupon.owner)',
        USED + "of_two_payments_with_one_coupon_the_second_is_refused_and_moves_nothing",
    ),
    bug(
        "a budget without its end",
        (10,),
        "rewards/budgets.py",
        'update.require("coupons", ">=", 1).require("reserve", ">=", self._most).require("status", "=", "open")',
        'update.require("status", "=", "open")',
        USED + "of_a_budget_all_is_issued_and_nothing_more_one_by_one",
        AT_ONCE + "test_coupons.py::test_four_processes_together_issue_a_budget_and_nothing_more",
    ),
    bug(
        "a budget that ends with its first empty shard",
        (10,),
        "rewards/budgets.py",
        "others = [(self._shard + step) % SHARDS for step in range(1, SHARDS)]",
        "others: list[int] = []",
        USED + "of_a_budget_all_is_issued_and_nothing_more_one_by_one",
    ),
    bug(
        "a discount that comes back to the customer in money",
        (1, 19),
        "rewards/model.py",
        "return discount * after // amount - discount * before // amount",
        "return 0",
        USED + "refunds_give_back_in_proportion_and_all_of_it_in_the_end",
    ),
    bug(
        "a share of each refund by itself, so that parts do not add up",
        (19,),
        "rewards/model.py",
        "return discount * after // amount - discount * before // amount",
        "return discount * (after - before) // amount",
        USED + "refunds_give_back_in_proportion_and_all_of_it_in_the_end",
        "tests/unit/test_coupons.py::"
        "test_refunds_in_any_parts_give_back_the_discount_exactly_and_never_more_than_themselves",
    ),
    bug(
        "a refund that goes by what it once read",
        (13, 19),
        "payments/following.py",
        'update = _taking(payment, amount).require("refundable", "=", seen.refundable - seen.disputed)',
        "update = _taking(payment, amount)",
        AT_ONCE + "test_coupons.py::test_parallel_refunds_of_what_a_coupon_paid_add_up_exactly",
    ),
    bug(
        "a coupon that stays used after all was refunded",
        (19,),
        "payments/couponed.py",
        "spent == guess.refundable",
        "False",
        USED + "after_a_whole_refund_the_coupon_pays_again",
    ),
    bug(
        "a page of people that is begun anew after a crash and issues anew",
        (9,),
        "operations/compensation.py",
        'rewards.issue(job.template_id, person, "compensation", job.once_key(person), at)',
        'rewards.issue(job.template_id, person, "compensation", job.once_key(person) + str(at), at)',
        MADE_UP + "wherever_the_issuing_dies_it_goes_on_with_one_coupon_and_one_notice_each",
    ),
)
