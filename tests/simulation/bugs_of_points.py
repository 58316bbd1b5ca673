"""Bugs of points: earned twice, spent twice, taken back too much, and refunds that make points for somebody."""

from __future__ import annotations

from tests.simulation.bug import AT_ONCE, bug

POINTS_HERE = "tests/api/test_points.py::test_"
RULES = "tests/unit/test_points.py::test_"
RUSH = AT_ONCE + "test_points.py::test_"

POINTS = (
    bug(
        "points that a movement brings each time it is told",
        (4, 8),
        "ledger/points.py",
        '.keep("undone", 0).require_absent("basis")',
        '.keep("undone", 0)',
        POINTS_HERE + "a_purchase_that_was_reckoned_with_meanwhile_brings_nothing_more",
    ),
    bug(
        "points that a refund takes back each time it is told",
        (4, 19),
        "rewards/earning.py",
        'legs = (points.once(entry["id"], programme_id), points.undoing(seen, now, record.learn))',
        "legs = (points.undoing(seen, now, record.learn),)",
        POINTS_HERE + "what_undoes_a_purchase_takes_its_points_back_once",
    ),
    bug(
        "points that are spent as they were once read",
        (2, 10),
        "ledger/points.py",
        'update.require("lots", "=", _wired(account.seen)).require_absent("ended")',
        'update.require_absent("ended")',
        RUSH + "of_parallel_redemptions_and_payments_no_point_is_spent_twice",
    ),
    bug(
        "points of a part by itself, so that parts do not add up",
        (19,),
        "ledger/points.py",
        "return self.points * undone // self.basis",
        "return self.points * undone // self.basis // 2 * 2",
        POINTS_HERE + "parts_of_refunds_take_back_all_points_in_the_end_and_never_more",
        RULES + "parts_that_are_undone_take_back_all_points_in_the_end_and_never_more",
    ),
    bug(
        "a refund that is forgotten because it was heard of first",
        (4, 19),
        "rewards/earning.py",
        "now = replace(whole, undone=undone, reversed=whole.due_back(undone))",
        "now = replace(whole, undone=undone)",
        POINTS_HERE + "a_refund_that_is_heard_of_before_its_purchase_counts_all_the_same",
    ),
    bug(
        "points that pay without going",
        (8, 10),
        "payments/pointed.py",
        "        also=(spent,),\n",
        "",
        POINTS_HERE + "points_pay_a_part_and_the_merchant_gets_all_of_it",
    ),
    bug(
        "points that no refund gives back",
        (19,),
        "payments/pointed.py",
        "return replace(plain, also=(coming,))",
        "return plain",
        POINTS_HERE + "refunds_give_back_money_and_points_in_proportion_and_all_of_it_in_the_end",
    ),
    bug(
        "a coupon for points that stay",
        (8, 10),
        "rewards/points.py",
        "return Draft(movement, (), None, coming.legs, refusal, also=(spent,))",
        "return Draft(movement, (), None, coming.legs, refusal)",
        POINTS_HERE + "a_coupon_comes_for_points_in_one_transaction",
    ),
    bug(
        "points that pay after their time",
        (10,),
        "rewards/booking.py",
        "taken, left = lots.take(account.seen, amount, at)",
        "taken, left = lots.take(account.seen, amount, at.replace(year=2000))",
        POINTS_HERE + "points_run_out_by_the_month_and_their_owner_is_told_thirty_and_seven_days_ahead",
    ),
    bug(
        "a rule for what was before it",
        (8,),
        "rewards/model_points.py",
        "max(self.created_at, self.starts_at) <= moment < ends",
        "self.starts_at <= moment < ends",
        RULES + "a_rule_counts_where_when_and_for_what_it_says",
    ),
    bug(
        "a balance of points below nothing",
        (2,),
        "rewards/booking.py",
        "owed = amount - there",
        "owed, there = 0, amount",
        POINTS_HERE + "what_a_refund_takes_back_and_nobody_has_is_made_up_by_the_next_points",
        RULES + "what_is_taken_back_takes_what_there_is_and_the_rest_is_owed",
    ),
)
