"""Bugs of money that goes out: sent without a claim, returned twice, or believed too early."""

from __future__ import annotations

from tests.simulation.bug import bug

FUNDING = "tests/api/test_funding_methods.py::test_"
WITHDRAWN = "tests/api/test_withdrawals.py::test_"

WITHDRAWALS = (
    bug(
        "a withdrawal that two sweeps send",
        (8,),
        "processors/asked.py",
        'unfinished(movement_id).require_absent("asked_at").assign("asked_at", clock.written(at))',
        'unfinished(movement_id).assign("asked_at", clock.written(at))',
        WITHDRAWN + "two_sweeps_at_once_send_it_once",
    ),
    bug(
        "a withdrawal's refusal that speaks for a silence before it",
        (12,),
        "settlement/sending.py",
        '    if created.status == "failed" and (first or created.reference):\n',
        '    if created.status == "failed":\n',
        WITHDRAWN + "a_refusal_after_silence_is_not_believed_until_it_has_been_gone_for_an_hour",
    ),
    bug(
        "a withdrawal to a method that is too new",
        (21,),
        "ledger/funding.py",
        'update.require("processor", "=", funding.processor).require("usable_at", "<=", clock.written(at))',
        'update.require("processor", "=", funding.processor)',
        WITHDRAWN + "money_for_a_new_method_waits_for_a_day_and_says_until_when_in_both_languages",
    ),
    bug(
        "a method opened again with its old day",
        (21,),
        "ledger/funding.py",
        'update.require("usable_at", "<", funding.usable_at).require("owner", "=", funding.owner)',
        'update.require("state", "=", SHUT).require("owner", "=", funding.owner)',
        "tests/simulation/test_finds.py::test_a_method_opens_again_with_a_later_day_only",
    ),
    bug(
        "a method that cooled off before it was opened",
        (21,),
        "identity/funding.py",
        "    if kept != wanted and not ledger.is_open(kept.id):\n        kept = store_funding.renew(kept, at)\n",
        "",
        FUNDING + "one_that_was_added_by_halves_cools_off_from_when_it_is_whole",
    ),
    bug(
        "a withdrawal believed whatever sum its bank names",
        (11,),
        "settlement/model_sending.py",
        '        "amount": (movement["amount"],),\n        "currency"',
        '        "currency"',
        WITHDRAWN + "an_answer_that_contradicts_ours_is_a_persons_and_moves_nothing",
    ),
)
