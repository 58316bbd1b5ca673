"""Bugs of what people send one another: money that arrives twice or never, shares that two have, bills overpaid."""

from __future__ import annotations

from tests.simulation.bug import AT_ONCE, bug

SENT = "tests/api/test_transfers.py::test_"
OPENED = "tests/api/test_red_packets.py::test_"
SHARED = "tests/api/test_splits.py::test_"
USED = "tests/api/test_coupons.py::test_"
PLAYED = "tests/simulation/test_between_people.py::test_a_fixed_seed_breaks_no_promise"

PEOPLE = (
    bug(
        "a transfer that ends twice",
        (5, 8),
        "transfers/store.py",
        "        update.assign(name, fact)\n"
        '    return Leg(update.require("state", "=", "scheduled").written(), _as_it_is)',
        "        update.assign(name, fact)\n    return Leg(update.written(), _as_it_is)",
        SENT + "what_has_arrived_is_not_cancelled_and_nobody_else_cancels",
        PLAYED,
    ),
    bug(
        "a cancellation that does not ask whose it is",
        (5,),
        "transfers/service.py",
        '    if found["account"] not in customer.wallet_ids:\n        raise NotFound()\n    try:',
        "    try:",
        SENT + "what_has_arrived_is_not_cancelled_and_nobody_else_cancels",
    ),
    bug(
        "a look that decides who is known",
        (17,),
        "transfers/moving.py",
        "    return _Half((*paid.changes, change), paid.postings | credited, (met,))",
        "    return _Half((*paid.changes, change), paid.postings | credited, (met,)[:0])",
        SENT + "a_check_that_says_we_know_each_other_does_not_decide_it",
    ),
    bug(
        "money for a wallet that is closed which stays there",
        (2,),
        "transfers/moving.py",
        'if head and (head.status == "closed" or head.currency != currency):',
        "if head and head.currency != currency:",
        SENT + "what_waits_for_a_wallet_that_closes_comes_back_and_says_why",
    ),
    bug(
        "a packet that somebody opens twice",
        (10,),
        "transfers/store_packets.py",
        '    return Leg(put_once(settings().ledger_table, kept), lambda wired: InvalidState(state="already-claimed"))',
        '    put = put_once(settings().ledger_table, kept)["Put"]\n'
        '    return Leg({"Put": {"TableName": put["TableName"], "Item": put["Item"]}}, lambda wired: Changed())',
        OPENED + "whoever_opens_it_twice_at_once_has_one_share",
        PLAYED,
    ),
    bug(
        "a share that nobody writes down",
        (1, 10, 19),
        "transfers/packing.py",
        'store.taking(packet["pk"], place, facts, places.learn)),',
        "),",
        PLAYED,
    ),
    bug(
        "a share that is taken though somebody has it",
        (10, 19),
        "transfers/store_packets.py",
        "    return Leg(put_once(settings().ledger_table, kept), explain)\n\n\ndef opening",
        '    put = put_once(settings().ledger_table, kept)["Put"]\n'
        '    return Leg({"Put": {"TableName": put["TableName"], "Item": put["Item"]}}, explain)\n\n\ndef opening',
        OPENED + "a_share_that_is_opened_while_the_rest_goes_back_is_its_openers",
        PLAYED,
    ),
    bug(
        "a leftover that goes back without its shares",
        (1, 19),
        "transfers/packing.py",
        "learn.learn) for one in chosen),",
        "learn.learn) for one in chosen[:1]),",
        OPENED + "what_nobody_has_opened_after_a_day_goes_back_and_nobody_opens_it_then",
        PLAYED,
    ),
    bug(
        "a packet that is opened after its day",
        (17,),
        "transfers/packing.py",
        "if at >= model.expires_at(packet):",
        "if at.year > 9_000:",
        OPENED + "what_nobody_has_opened_after_a_day_goes_back_and_nobody_opens_it_then",
    ),
    bug(
        "lucky shares that lose a cent",
        (19,),
        "transfers/splitting.py",
        "marks = [0, *sorted(cuts), amount]",
        "marks = [0, *sorted(cuts), amount - 1]",
        PLAYED,
    ),
    bug(
        "a part that is paid beyond what is left of it",
        (10, 19),
        "transfers/store_splits.py",
        '    update.require("left", ">=", amount)\n',
        "",
        SHARED + "a_part_is_paid_in_whole_or_in_parts_and_never_more",
    ),
    bug(
        "a bill that takes payments after it has ended",
        (17,),
        "transfers/store_splits.py",
        'return _of(split_id).require("state", "=", "open").require("expires_at", ">", clock.written(at))',
        'return _of(split_id).require("expires_at", ">", clock.written(at))',
        SHARED + "a_closed_bill_takes_no_payment_and_keeps_what_was_paid",
    ),
    bug(
        "a part that is declined while it is paid",
        (10, 19),
        "transfers/store_splits.py",
        'update.require("left", "=", part.left).require("left", ">", 0)',
        'update.require("left", ">", 0)',
        AT_ONCE + "test_splits.py::test_declining_while_it_is_paid_loses_no_cent",
    ),
    bug(
        "a coupon that is used beside its payment",
        (8, 10),
        "payments/couponed.py",
        "legs=(*plain.legs, using.using(coupon, plain.movement.id, at)),",
        "legs=plain.legs,",
        USED + "of_two_payments_with_one_coupon_the_second_is_refused_and_moves_nothing",
        PLAYED,
    ),
    bug(
        "a coupon that a refund does not give back",
        (8, 19),
        "payments/couponed.py",
        "if guess.is_owned else ()",
        "if not guess.is_owned else ()",
        USED + "after_a_whole_refund_the_coupon_pays_again",
        PLAYED,
    ),
    bug(
        "a budget that is lessened beside what is issued",
        (8, 10),
        "rewards/service.py",
        "return row, listed, budget.leg()",
        "return row, listed",
        USED + "of_a_budget_all_is_issued_and_nothing_more_one_by_one",
        PLAYED,
    ),
    bug(
        "a coupon that frees itself of another payment",
        (10, 19),
        "rewards/using.py",
        'update = _row(coupon_id).require("state", "=", "used").require("payment", "=", payment_id)',
        "update = _row(coupon_id)",
        USED + "whoever_is_erased_has_no_coupons_and_their_payment_is_refunded_all_the_same",
        PLAYED,
    ),
)
