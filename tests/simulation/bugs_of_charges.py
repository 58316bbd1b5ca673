"""Bugs of payment codes and charges: a code good twice or too long, a till told too early, money given back twice."""

from __future__ import annotations

from dataclasses import replace

from tests.simulation.bug import Bug, bug

CODES = "tests/api/test_charges.py::test_"
WAITING = "tests/api/test_charges_waiting.py::test_"
REVERSED = "tests/api/test_reversals.py::test_"
SHIFT = "tests/api/test_next_shift.py::test_"

PLAYED = "tests/simulation/test_simulation.py::test_a_fixed_seed_breaks_no_promise"

_ASKED = (
    bug(
        "a payment code that is good twice",
        (20,),
        "payments/store_codes.py",
        'update.require("status", "=", "open").require("expires_at", ">", clock.written(at))',
        'update.require("expires_at", ">", clock.written(at))',
        CODES + "a_code_is_good_once_and_a_repetition_gets_the_first_answer",
    ),
    bug(
        "a payment code that outlives its minute",
        (17,),
        "payments/store_codes.py",
        'update.require("status", "=", "open").require("expires_at", ">", clock.written(at))',
        'update.require("status", "=", "open")',
        CODES + "a_code_lasts_sixty_seconds_to_the_microsecond",
    ),
    bug(
        "a till told that a charge expired which can still be paid",
        (8, 18),
        "payments/charging.py",
        '        movement = _end(kept.id, kept.merchant_id, "expired", at)\n',
        '        return msgspec.structs.replace(kept.view(), status="refused", reason="expired")\n',
        WAITING + "a_yes_by_a_clock_that_is_slow_does_not_undo_what_the_till_was_told",
    ),
    bug(
        "one key that makes a charge and lets another wait",
        (6,),
        "payments/charging.py",
        "unless=(store_charges.not_waiting(charge_id),), legs=legs, refusal=never)",
        "legs=legs, refusal=never)",
        WAITING + "one_key_makes_one_charge_whatever_its_code_and_amount",
    ),
    bug(
        "a charge taken back after it was settled",
        (14,),
        "payments/following.py",
        '.require("refundable", "=", amount).require_absent("settled_by")\n'
        '    update.require("due_key", "=", due_key("settle", shard_of(payment_id)))\n',
        '.require("refundable", "=", amount)\n',
        REVERSED + "a_reversal_and_a_settlement_that_meet_end_in_one_of_them",
    ),
    bug(
        "a refusal of what waits",
        (5,),
        "payments/charging.py",
        "return ledger.refuse(never, key, error, (store_charges.not_waiting(never.id),))",
        "return ledger.refuse(never, key, error)",
        WAITING + "a_repetition_that_comes_too_late_for_its_code_is_told_that_it_waits",
    ),
    bug(
        "a no that stops nothing",
        (8,),
        "payments/charging.py",
        "ended = kept.view(_end(kept.id, kept.merchant_id, ending, at))",
        'ended = msgspec.structs.replace(kept.view(), status="refused", reason=ending)',
        WAITING + "a_no_is_for_good",
    ),
    bug(
        "a reversal that only looks",
        (8,),
        "payments/charging.py",
        'found = _end(charge_id, merchant.merchant_id, "reversed", at, language)',
        'found = next(iter(ledger.movements([charge_id])), {"state": "refused"})',
        REVERSED + "a_charge_that_never_came_is_refused_when_it_comes_and_its_code_stays_good",
    ),
    bug(
        "a charge of one store ended by its key at another",
        (22,),
        "payments/charging.py",
        "    if _store(kept, movement) != merchant.store_id:\n        raise NotFound()\n    return True\n",
        "    return True\n",
        SHIFT + "nobody_at_another_store_ends_a_charge_by_its_key",
    ),
    bug(
        "a charge that comes after its store has ended it",
        (8,),
        "payments/charging.py",
        "legs = (*stopped, store_codes.using(code, charge_id, at), *draft.legs)",
        "legs = (store_codes.using(code, charge_id, at), *draft.legs)",
        SHIFT + "whoever_is_at_the_store_ends_a_charge_before_it_comes_and_its_code_stays_good",
    ),
    bug(
        "a question about a refund that makes it",
        (5,),
        "payments/acting.py",
        '    if key.only_replay:\n        raise NotFound(param="Idempotency-Key")\n',
        "    return\n",
        SHIFT + "who_only_asks_does_nothing_and_is_told_what_was_done",
    ),
    bug(
        "a till that learns what the wallet lacks",
        (22,),
        "payments/charging.py",
        "return key.refuse(ChargeDeclined() if over or isinstance(error, _OF_THE_WALLET) else error)",
        "return key.refuse(error)",
        CODES + "a_till_is_not_told_what_the_wallet_lacks",
    ),
)


def _played(name: str) -> Bug:
    """The same bug, found by playing: nobody wrote down where to look."""
    found = next(one for one in _ASKED if one.name == name)
    return replace(found, name=name + ", played", checkers=(PLAYED,))


CHARGES = (
    *_ASKED,
    _played("a payment code that is good twice"),
    _played("a till told that a charge expired which can still be paid"),
    _played("a no that stops nothing"),
    _played("a reversal that only looks"),
)
