"""Bugs of checkouts that several people pay, and of deposits."""

from __future__ import annotations

from tests.simulation.bug import bug

_SHARES = "tests/api/test_shares.py::test_"
_DEPOSITS = "tests/api/test_deposits.py::test_"

SHARES = (
    bug(
        "parts that add up to more than the whole",
        (7, 19),
        "merchants/shares.py",
        '.require("left", ">=", amount)',
        "",
        _SHARES + "a_part_beyond_what_is_left_is_refused_for_good_and_says_what_is_left",
        "tests/simulation/test_simulation.py::test_a_fixed_seed_breaks_no_promise",
    ),
    bug(
        "a checkout that is cancelled when every part is paid",
        (7,),
        "merchants/store.py",
        "        open_still &= _CheckoutItem.left > 0\n",
        "",
        _SHARES + "a_full_checkout_is_not_cancelled_though_nobody_has_written_down_that_it_is_paid",
    ),
    bug(
        "a single part that its merchant gives back",
        (7,),
        "payments/service.py",
        '    if "share" in payment:\n',
        '    if "shares" in payment:\n',
        _SHARES + "a_merchant_neither_takes_nor_voids_a_single_part",
    ),
    bug(
        "parts that nobody looks after once their request is gone",
        (8, 9),
        "payments/tasks.py",
        "(expire_due, make_due, finish_due, expire_bonuses, tell_of_cards)",
        "(expire_due, make_due, expire_bonuses, tell_of_cards)",
        _SHARES + "what_was_cut_short_after_the_last_part_is_taken_by_the_sweep",
    ),
    bug(
        "a place for whoever comes",
        (10,),
        "merchants/shares.py",
        '    update.require_room("payers", checkout.max_payers, update.member_of("payers", owner))\n',
        "",
        _SHARES + "one_person_may_pay_several_parts_and_takes_one_place",
    ),
    bug(
        "a customer who holds back what a merchant takes at once",
        (7,),
        "payments/paying.py",
        '(self.checkout or self.request).capture == "manual"',
        'self.request.capture == "manual"',
        _DEPOSITS + "a_merchants_deposit_is_held_whatever_the_phone_says_and_told_to_both",
    ),
)
