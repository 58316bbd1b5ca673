"""Bugs of people at tills: let go and still charging, in a role that does too much, or done by nobody.

Those that the random simulation finds by itself have it as their checker; nobody wrote down for it where to look.
"""

from __future__ import annotations

from tests.simulation.bug import bug
from tests.simulation.bugs_of_charges import PLAYED

STAFF = "tests/api/test_staff.py::test_"
TILLS = "tests/api/test_tills.py::test_"
_ENDS = TILLS + "whatever_ends_a_role_or_an_account_ends_the_session_at_once"

_PLAYED = (
    bug(
        "somebody let go who still moves money, played",
        (21,),
        "merchants/service.py",
        'update.require("status", "=", "active").require("since", "=", caller.staff.since)',
        'update.require("merchant_id", "=", caller.merchant_id)',
        PLAYED,
    ),
    bug(
        "somebody let go whose charge waits all the same, played",
        (21,),
        "payments/charging.py",
        "return acting.by(merchant, Draft(movement=None, changes=(), entry=None, legs=legs))",
        "return Draft(movement=None, changes=(), entry=None, legs=legs)",
        PLAYED,
    ),
    bug(
        "an owner let go who is paid out all the same, played",
        (21,),
        "settlement/payouts.py",
        "            *guess.acting,\n",
        "",
        PLAYED,
        seed=19,
    ),
    bug(
        "a session that survives its role, played",
        (21,),
        "merchants/tills.py",
        'if status != "active" or since != till.staff_since:',
        "if not status:",
        PLAYED,
    ),
    bug(
        "another role that ends no session, played",
        (21,),
        "merchants/staff.py",
        "since=was.since if same else store_staff.since(at))",
        "since=was.since)",
        PLAYED,
    ),
    bug(
        "a till that goes on after its sign-out, played",
        (21,),
        "merchants/tills.py",
        "store.revoke(key.id, caller.merchant_id, at)",
        "store.key(key.id)",
        PLAYED,
    ),
    bug(
        "a till that goes on while its person is frozen, played",
        (21,),
        "identity/meeting.py",
        'if not living or marker != began_under or ledger.head(wallet).status != "active":',
        "if not living or marker != began_under:",
        PLAYED,
    ),
    bug(
        "a cashier who refunds, played",
        (21,),
        "payments/service.py",
        'found = _taken_by(merchant, payment_id, "refunds", key)',
        'found = _taken_by(merchant, payment_id, "payments", key)',
        PLAYED,
    ),
    bug(
        "a manager who makes owners, played",
        (21,),
        "merchants/staff.py",
        'if caller.staff and caller.staff.role != "owner" and set(touched) != {"cashier"}:',
        "if not touched:",
        PLAYED,
        seed=9,
    ),
    bug(
        "a refund that nobody made, played",
        (21,),
        "payments/acting.py",
        'movement = replace(movement, facts={**movement.facts, "staff_id": merchant.staff.id})',
        "movement = replace(movement)",
        PLAYED,
    ),
)

_ASKED = (
    bug(
        "an owner let go who is paid out all the same",
        (21,),
        "settlement/payouts.py",
        "            *guess.acting,\n",
        "",
        TILLS + "an_owner_who_is_let_go_while_they_ask_for_a_payout_gets_none",
    ),
    bug(
        "a till that goes on after a reset",
        (21,),
        "identity/meeting.py",
        'if not living or marker != began_under or ledger.head(wallet).status != "active":',
        'if not living or ledger.head(wallet).status != "active":',
        _ENDS,
    ),
    bug(
        "a cashier who refunds",
        (21,),
        "merchants/model_staff.py",
        '{"cashier": _TILL,',
        '{"cashier": (*_TILL, "refunds"),',
        TILLS + "a_role_may_what_its_scopes_say",
    ),
    bug(
        "a shift without an end",
        (17, 21),
        "merchants/store.py",
        "item.expires_at, item.expires_at_seconds = clock.written(expires_at), expires_at_seconds",
        "item.expires_at_seconds = expires_at_seconds",
        TILLS + "a_shift_is_over_after_twelve_hours_and_not_before",
    ),
    bug(
        "a role that somebody else says yes to",
        (21,),
        "merchants/staff.py",
        "return member.login in meeting.marks_of(person.user_id)",
        "return bool(meeting.marks_of(person.user_id))",
        STAFF + "nobody_accepts_what_somebody_else_was_asked",
    ),
    bug(
        "a charge that waited and that nobody had asked for",
        (21,),
        "payments/charging.py",
        "until=kept.until, staff_id=kept.staff_id)",
        "until=kept.until)",
        TILLS + "a_charge_that_waited_names_who_asked_for_it",
    ),
)

STAFFING = (*_PLAYED, *_ASKED)
