"""Bugs of merchants' payouts: twice a day, beyond the reserve, what refunds have drawn, to a bank that is too new."""

from __future__ import annotations

from tests.simulation.bug import bug

PAID_OUT = "tests/api/test_payouts.py::test_"

PAYOUTS = (
    bug(
        "a payout beyond the reserve",
        (2,),
        "ledger/items.py",
        '        update.require("available", ">=", change.leaves - change.available)\n',
        '        update.require("available", ">=", -change.available)\n',
        "tests/unit/test_ledger_model.py::test_what_is_told_to_the_table_holds_a_payout_to_what_it_leaves",
    ),
    bug(
        "a payout of what refunds have drawn",
        (2, 13),
        "ledger/allowance.py",
        '.require("allowance", ">=", amount + leaves)',
        '.require("allowance", ">=", 0)',
        PAID_OUT + "what_happens_after_the_look_is_minded",
    ),
    bug(
        "two payouts for one cut-off",
        (14,),
        "settlement/model_payouts.py",
        "terms.currency, terms.due_day().isoformat())",
        "terms.currency, terms.due_day().isoformat(), terms.since)",
        PAID_OUT + "a_cut_off_that_is_set_later_on_its_day_pays_nothing_out_again",
    ),
    bug(
        "a payout to a bank account that is too new",
        (21,),
        "settlement/store_payouts.py",
        'update.require("usable_at", "<=", clock.written(at)).assign("since", clock.written(at))',
        'update.assign("since", clock.written(at))',
        PAID_OUT + "a_bank_account_that_was_changed_cools_off_and_the_same_one_does_not",
    ),
    bug(
        "a payout by terms that were replaced",
        (2,),
        "settlement/store_payouts.py",
        '_item(guess.account).require("number", "=", guess.number).require("since", "=", guess.since)',
        '_item(guess.account).require("since", "=", guess.since)',
        PAID_OUT + "what_happens_after_the_look_is_minded",
    ),
    bug(
        "a payout that comes back without its allowance",
        (13,),
        "settlement/outgoing.py",
        'given = (allowance.give(found["account"], change.available),) if change.available else ()',
        "given = ()",
        PAID_OUT + "a_payout_that_fails_comes_back_once_with_its_reason_and_leaves_again",
    ),
    bug(
        "a bank that is open is asked for a payout all the same",
        (12,),
        "processors/choosing.py",
        "if not health.is_closed(health.out(name), at)] if len(serving) > 1 else []",
        "if not name] if len(serving) > 1 else []",
        PAID_OUT + "the_cheapest_bank_is_asked_and_another_while_it_is_known_to_fail",
    ),
)
