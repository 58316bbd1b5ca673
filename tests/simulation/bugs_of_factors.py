"""Planted bugs of second factors, of the payment PIN and of step-up."""

from __future__ import annotations

from tests.simulation.bug import LEDGER, bug

TOTP = "tests/api/test_totp.py::test_"
STEP_UP = "tests/api/test_step_up.py::test_"
DEVICES = "tests/api/test_devices.py::test_"
PASSKEYS = "tests/api/test_passkeys.py::test_"
FIRST = "tests/api/test_first_factor.py::test_"
AGREED = "tests/api/test_agreed.py::test_"
RACES = "tests/api/test_attack_races.py::test_"
FREEZES = "tests/api/test_freezes.py::test_"
OPERATORS = "tests/api/test_operators_factors.py::test_"

FACTORS = (
    bug(
        "a step of an authenticator used twice",
        (20,),
        "identity/store_factors.py",
        "unused = (_TotpItem.last_step < step) | (_TotpItem.used_by == me)",
        "unused = _TotpItem.pk.exists()",
        TOTP + "a_step_is_used_once",
    ),
    bug(
        "a recovery code used twice",
        (20,),
        "identity/store_factors.py",
        "unused = _RecoveryItem.used_by.does_not_exist() | (_RecoveryItem.used_by == me)",
        "unused = _RecoveryItem.pk.exists()",
        TOTP + "recovery_codes_work_once_each_and_new_ones_kill_the_old",
    ),
    bug(
        "a sixth guess at a PIN",
        (20,),
        "identity/tries.py",
        "_TriesItem.tries.does_not_exist() | (_TriesItem.tries < MOST)",
        "_TriesItem.tries.does_not_exist() | _TriesItem.pk.exists()",
        STEP_UP + "five_wrong_pins_lock_it_for_a_growing_time",
        TOTP + "after_five_wrong_codes_nothing_is_compared_until_a_pause_is_over_and_pauses_grow",
    ),
    bug(
        "a challenge that outlives its five minutes",
        (17, 20),
        "identity/store_challenges.py",
        "allowed = (_ChallengeItem.tries < TRIES) & (_ChallengeItem.expires_at > clock.written(at))",
        "allowed = _ChallengeItem.tries < TRIES",
        TOTP + "a_challenge_takes_five_answers_one_success_and_five_minutes",
    ),
    bug(
        "a large payment that asks nothing",
        (21,),
        "payments/paying.py",
        "refusal=order.refusal(decision, at) or (None if proved else proving.unproved(person, decision, at)),",
        "refusal=order.refusal(decision, at),",
        STEP_UP + "a_large_payment_asks_for_a_fresh_proof_and_the_same_key_pays_after_it",
    ),
    bug(
        "a payment made before its guardian agreed to it",
        (17,),
        "payments/paying.py",
        "consent_of(person, order, key, at) if proved or needs_consent(person, decision) else None",
        "consent_of(person, order, key, at) if not proved and needs_consent(person, decision) else None",
        AGREED + "nothing_is_paid_before_the_guardian_agrees_or_after_they_decline",
    ),
    bug(
        "a refusal that forgets what was paid already",
        (5,),
        "payments/service.py",
        'if first := ledger.answered(key.movement_id("pay"), key):',
        "if first := None:",
        STEP_UP + "what_was_paid_is_told_again_when_the_step_up_is_long_over",
    ),
    bug(
        "the end of a freeze that ends another one too",
        (2,),
        "ledger/service.py",
        '.fall_back("status", other, "active")',
        '.assign("status", "active")',
        LEDGER + "a_wallet_is_active_when_nobodys_freeze_holds",
    ),
    bug(
        "a freeze taken back by a phone that was signed out",
        (21,),
        "ledger/service.py",
        'model.BY_OWNER, model.BY_HOUSE).require("epoch", "=", epoch)',
        "model.BY_OWNER, model.BY_HOUSE)",
        LEDGER + "a_freeze_is_taken_back_under_the_epoch_of_the_wallet_only",
    ),
    bug(
        "an operator without a second factor",
        (21,),
        "api/guard.py",
        "if isinstance(caller, Operator) and not caller.second_factor and Customer not in kinds:",
        "if isinstance(caller, Operator) and not caller.role:",
        PASSKEYS + "an_operator_does_nothing_without_a_second_factor_and_keeps_the_last_one",
    ),
    bug(
        "a password that goes past the first second factor",
        (21,),
        "identity/store.py",
        "condition: Condition = unchanged if proved else unchanged & ~has_factor()",
        "condition: Condition = unchanged",
        FIRST + "a_session_that_proved_nothing_is_not_written_for_who_has_a_factor",
    ),
    bug(
        "a first second factor that leaves other sessions to whoever clears them away",
        (21,),
        "identity/store_sessions.py",
        "since = user.sessions_from if user.second_factors else never_before(at)",
        "since = user.sessions_from",
        RACES + "a_first_factor_that_is_cut_off_leaves_no_password_session_that_pays",
    ),
    bug(
        "tokens that pay on when the first second factor is cut off",
        (21,),
        "identity/own_sessions.py",
        "    if not user.second_factors:\n",
        "    if user.second_factors:\n",
        RACES + "a_first_factor_that_is_cut_off_leaves_no_password_session_that_pays",
    ),
    bug(
        "a second factor set up by a session that is over",
        (21,),
        "identity/store_sessions.py",
        "had, good & not_ended_since(user))",
        "had, good)",
        RACES + "a_thief_sets_up_no_factor_while_the_owner_sets_up_the_first",
    ),
    bug(
        "a late lift that ends the next freeze",
        (21,),
        "ledger/service.py",
        "store.update(update.require_at_most(model.HOUSE_AT, clock.written(frozen_at)).written())[0]",
        "store.update(update.written())[0]",
        FREEZES + "a_late_lift_does_not_lift_the_next_freeze",
    ),
    bug(
        "a device known as soon as it has a token",
        (21,),
        "identity/entering.py",
        "return since is not None and since <= max(at - RISK_LASTS, user.created_at)",
        "return since is not None",
        DEVICES + "a_device_is_known_a_day_after_its_token_was_first_given_however_often_it_was_given_again",
    ),
    bug(
        "an operator whose last second factor is taken away",
        (21,),
        "identity/store_factors.py",
        "[PersonItem.totp_on.remove()], PersonItem.pk.exists() & dispensable)",
        "[PersonItem.totp_on.remove()], PersonItem.pk.exists())",
        OPERATORS + "of_an_operators_last_two_factors_one_stays_even_if_both_go_at_once",
    ),
    bug(
        "an operator appointed before any second factor",
        (21,),
        "identity/store_operators.py",
        "is_living() & has_factor()",
        "is_living()",
        OPERATORS + "nobody_is_appointed_before_they_have_a_second_factor",
    ),
)
