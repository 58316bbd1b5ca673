"""Bugs of locks and resets: who is kept out, and who is not."""

from __future__ import annotations

from tests.simulation.bug import bug

LOCKOUT = "tests/api/test_access_lockout.py::test_"
RECOVERY = "tests/api/test_access_recovery.py::test_"

DOORS = (
    bug(
        "a password compared before the try is counted",
        (20,),
        "identity/signing_in.py",
        """    counted = lockout.count_try(Counter(store.whose(user, login), device), at)
    matched = passwords.matches(password, user.password_hash if user and counted else None)
""",
        """    matched = passwords.matches(password, user.password_hash if user else None)
    counted = lockout.count_try(Counter(store.whose(user, login), device), at)
""",
        LOCKOUT + "a_try_is_counted_before_the_password_is_looked_at",
    ),
    bug(
        "a sixth guess while the lock is being written",
        (20,),
        "identity/store_lockout.py",
        "item.update(actions, _open(at) & fewer)",
        "item.update(actions, _open(at) | fewer)",
        LOCKOUT + "whoever_dies_before_the_lock_is_written_leaves_the_name_closed_for_the_window",
    ),
    bug(
        "a lock that the schedule ends early",
        (20,),
        "identity/lockout.py",
        "    if mine.over(at):\n",
        "    if mine.until:\n",
        LOCKOUT + "the_schedule_does_not_unlock_before_the_time",
    ),
    bug(
        "a lock that stands until the schedule comes",
        (17, 20),
        "identity/store_lockout.py",
        "_LockItem.locked_until.does_not_exist() | (_LockItem.locked_until <= clock.written(at))",
        "_LockItem.locked_until.does_not_exist() | (_LockItem.locked_until <= clock.written(at)[:0])",
        LOCKOUT + "a_lock_that_is_due_counts_as_gone_before_the_schedule_has_looked",
    ),
    bug(
        "a stranger's failures against my own phone",
        (20,),
        "identity/signing_in.py",
        "counted = lockout.count_try(Counter(store.whose(user, login), device), at)",
        "counted = lockout.count_try(Counter(store.whose(user, login)), at)",
        LOCKOUT + "strangers_do_not_lock_out_a_device_that_signed_in_before",
    ),
    bug(
        "a lock that is told by whoever comes by",
        (20,),
        "identity/lockout.py",
        "    mine = store_lockout.move(found, at + store_lockout.LEASE)\n",
        "    mine = found\n",
        LOCKOUT + "two_sweeps_at_once_tell_the_owner_once",
    ),
    bug(
        "a reset that leaves sessions running",
        (21,),
        "identity/store_resets.py",
        "        PersonItem.sessions_from.set(never_before(at)),\n",
        "",
        RECOVERY + "sessions_of_before_are_over_with_the_commit_though_nobody_has_finished_it",
    ),
    bug(
        "a reset that leaves to sessions what they began",
        (21,),
        "identity/resets.py",
        "        sessions.clear(user, user.sessions_from)\n",
        "        sessions.listed(user.id, None, 1, at)\n",
        RECOVERY + "pushes_end_with_the_sessions_and_bring_the_news_first",
    ),
    bug(
        "a session that the old password begins after the reset",
        (21,),
        "identity/store_sessions.py",
        '            transaction.condition_check(PersonItem, user.id, "USER", may_enter(user, session.proved))\n',
        "            may_enter(user, session.proved)\n",
        RECOVERY + "a_sign_in_under_way_with_the_old_password_begins_no_session",
    ),
    bug(
        "a reset that nobody finishes",
        (8, 21),
        "identity/resets.py",
        "    return mine is not None and _finish(mine, at)\n",
        "    return mine is not None\n",
        RECOVERY + "when_the_process_dies_after_the_password_is_new_the_sweep_finishes",
    ),
    bug(
        "a reset that the owner of a deleted account never hears of",
        (8,),
        "identity/resets.py",
        "    if account:\n",
        "    if account and account.deleted_at is None:\n",
        RECOVERY + "the_owner_is_told_though_the_account_was_deleted_before_the_sweep_came",
    ),
    bug(
        "a code of before the reset that is still good",
        (20, 21),
        "identity/resets.py",
        'secrets.mark("reset", whose, str(user.cooling_until if user else 0), secret or "")',
        'secrets.mark("reset", whose, secret or "")',
        RECOVERY + "a_code_of_before_a_reset_is_worthless_though_nothing_has_ended_it",
    ),
)
