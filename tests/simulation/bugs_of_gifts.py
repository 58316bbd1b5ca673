"""Bugs of gift cards and of bonuses: money that two people have, codes that can be guessed, bonuses without an end."""

from __future__ import annotations

from tests.simulation.bug import AT_ONCE, bug

CARD = "tests/api/test_gift_cards.py::test_"
BONUS = "tests/api/test_bonuses.py::test_"
ARITHMETIC = "tests/unit/test_bonuses.py::test_"

GIFTS = (
    bug(
        "a gift card that is claimed twice",
        (1, 10),
        "transfers/store_gifts.py",
        'return Leg(update.require("state", "=", "open").written(), _as_it_is)\n\n\ndef reminded',
        "return Leg(update.written(), _as_it_is)\n\n\ndef reminded",
        CARD + "a_card_is_claimed_once_and_one_key_answers_the_same_bytes",
        AT_ONCE + "test_gift_cards.py::test_of_many_who_bring_one_code_in_four_processes_one_has_the_money",
    ),
    bug(
        "codes that can be tried without end",
        (20,),
        "transfers/store_gifts.py",
        'counted.count("looks", 1).require_at_most("looks", model.LOOKS_AN_HOUR - 1)',
        'counted.count("looks", 1)',
        CARD + "codes_cannot_be_guessed",
    ),
    bug(
        "a claim that is no try",
        (20,),
        "transfers/gifts.py",
        "    try:\n        store.count_look(customer.user_id, at)\n        gift",
        "    try:\n        gift",
        CARD + "codes_cannot_be_guessed",
    ),
    bug(
        "a code that everybody is shown",
        (20,),
        "transfers/gifts.py",
        "return model.received(gift, at)\n    raise NotFound()",
        "return _bought(gift, at)\n    raise NotFound()",
        CARD + "a_card_leaves_the_wallet_at_once_and_is_whoevers_brings_its_code",
    ),
    bug(
        "a code in the answer that is kept",
        (22,),
        "transfers/gifting.py",
        "        message=wish.message,\n    )\n    return Movement(",
        "        message=wish.message,\n        code=wish.code,\n    )\n    return Movement(",
        CARD + "no_table_holds_a_code",
    ),
    bug(
        "a gift card that is claimed after its year",
        (10,),
        "transfers/gifting.py",
        'refusal=InvalidState(state="expired") if at >= model.expires_at(gift) else None,',
        "refusal=None,",
        CARD + "its_buyer_is_reminded_and_has_it_back_after_a_year",
    ),
    bug(
        "a bonus that pays beyond its share",
        (10,),
        "rewards/model_bonuses.py",
        "part = min(lot.left, wanted - total, amount * lot.share // 100 - total) if lot.is_good(at) else 0",
        "part = min(lot.left, wanted - total) if lot.is_good(at) else 0",
        BONUS + "no_more_than_its_share_and_than_there_is",
        ARITHMETIC + "no_lot_pays_more_than_it_has_nor_beyond_its_share",
    ),
    bug(
        "a bonus that is spent twice",
        (1, 10),
        "rewards/bonus_lots.py",
        'update.require("state", "=", "good").require("left", ">=", part)',
        'update.require("state", "=", "good")',
        AT_ONCE + "test_bonuses.py::test_parallel_payments_spend_what_is_there_and_nothing_more",
    ),
    bug(
        "a bonus before its top-up",
        (10,),
        "rewards/model_bonuses.py",
        'return self.state == "good" and self.left > 0 and clock.written(at) < self.until',
        'return self.state in ("good", "waiting") and self.left > 0 and clock.written(at) < self.until',
        BONUS + "a_bonus_comes_with_the_money_and_not_before",
    ),
    bug(
        "a bonus that outlives its top-up",
        (10,),
        "topups/events.py",
        "legs = (*receipts, told, *promised.going())",
        "legs = (*receipts, told)",
        BONUS + "a_reversed_top_up_takes_back_what_is_left_and_no_refund_revives_it",
    ),
    bug(
        "a refund that revives what was taken back",
        (10,),
        "rewards/bonus_lots.py",
        'update = _row(user_id, key).add("left", part).require("state", "=", "good")',
        'update = _row(user_id, key).add("left", part).assign("state", "good")',
        BONUS + "a_reversed_top_up_takes_back_what_is_left_and_no_refund_revives_it",
    ),
    bug(
        "a bonus for every top-up that somebody begins",
        (10,),
        "rewards/bonuses.py",
        'return None if failed else InvalidState(state="bonus-pending")',
        "return None",
        BONUS + "each_person_has_it_once_and_one_at_a_time",
    ),
    bug(
        "a failed top-up that costs the budget a bonus",
        (10,),
        "rewards/bonuses.py",
        'if before is None or before.state != "waiting":',
        "if True:",
        BONUS + "a_top_up_that_fails_passes_its_bonus_on_and_costs_the_budget_nothing",
    ),
    bug(
        "the first that was taken comes back first",
        (19,),
        "rewards/model_bonuses.py",
        "for key, part in reversed(taken):",
        "for key, part in taken:",
        ARITHMETIC + "the_last_that_was_taken_comes_back_first",
    ),
)
