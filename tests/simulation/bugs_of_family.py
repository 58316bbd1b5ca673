"""Bugs of family cards: caps that a rush exceeds, cards that pay after their end, and what nobody else may know."""

from __future__ import annotations

from tests.simulation.bug import AT_ONCE, bug

FAMILY_CARDS = "tests/api/test_family.py::test_"
AGREED = "tests/api/test_family_agreed.py::test_"
RUSH = AT_ONCE + "test_family.py::test_"

FAMILY = (
    bug(
        "a month of a family card that is not counted",
        (10,),
        "payments/store_family.py",
        "update.require_at_most(month, card.cap - amount)",
        "pass",
        FAMILY_CARDS + "the_cap_of_a_month_holds_and_the_next_month_begins_anew",
        RUSH + "many_processes_at_once_pay_up_to_the_cap_and_no_further",
    ),
    bug(
        "a family card's cap as it was once read",
        (10, 17),
        "payments/store_family.py",
        'update.require("status", "=", "active").require("cap", "=", card.cap).require("cap", ">=", amount)',
        'update.require("status", "=", "active")',
        AGREED + "a_cap_that_is_lowered_in_between_holds_and_not_the_one_that_was_read",
    ),
    bug(
        "a family card that pays after its end",
        (21,),
        "payments/store_family.py",
        'update.require("status", "=", "active").require("cap"',
        'update.require("cap"',
        FAMILY_CARDS + "an_ended_card_pays_nothing_whoever_ended_it",
        RUSH + "a_card_that_is_ended_while_it_pays_pays_what_was_before_and_nothing_after",
    ),
    bug(
        "a family card whose owner is not asked",
        (21,),
        "payments/by_family.py",
        "is_agreed = proved or order.amount > card.approval_above",
        "is_agreed = proved or order.amount > 10**9",
        AGREED + "the_owner_is_asked_and_the_payment_is_made_without_its_payer",
    ),
    bug(
        "a yes that anybody gives",
        (21,),
        "identity/approvals.py",
        'if consent.decider not in ("", guardian_id):',
        "if False:",
        AGREED + "nobody_but_the_owner_decides",
    ),
    bug(
        "a session that was ended and pays with a family card",
        (21,),
        "payments/by_family.py",
        "            _acting(holder, order.wallet),\n",
        "",
        FAMILY_CARDS + "whoever_pays_must_stand_as_they_must_to_pay_themselves",
        AGREED + "what_ended_since_is_not_paid_though_it_was_agreed",
    ),
    bug(
        "a refusal that tells what the owner has",
        (22,),
        "payments/by_family.py",
        "CardDeclined(param=store_family.PARAM) if _is_the_owners(error) else error",
        "error",
        FAMILY_CARDS + "nothing_of_the_owners_wallet_shows_to_whoever_pays",
    ),
    bug(
        "a refund that makes room in another month",
        (10, 13),
        "payments/by_family.py",
        'same = model.month_sum(clock.read(payment["created_at"])) == model.month_sum(at)',
        "same = True",
        FAMILY_CARDS + "a_refund_of_another_month_gives_no_room_in_this_one",
    ),
    bug(
        "an ended family card that keeps its place among ten",
        (10,),
        "payments/store_family.py",
        'add("given", -1)',
        'add("given", 0)',
        FAMILY_CARDS + "nobody_gives_more_cards_at_once_than_ten",
    ),
)
