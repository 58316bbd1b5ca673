"""Planted bugs about an account's end and what it leaves; the others are in `bugs.py`."""

from __future__ import annotations

from tests.simulation.bug import DELETION, TRASH, bug

ACCOUNTS = (
    bug(
        "a deletion that does not ask for an empty wallet",
        (2,),
        "ledger/ending.py",
        'update.require("available", "=", 0).require("held", "=", 0).require("debt", "=", 0)',
        "update.require_absent('nothing')",
        DELETION + "money_left_of_any_kind_blocks_a_deletion_and_is_named",
        DELETION + "money_that_arrives_while_somebody_deletes_blocks_it",
    ),
    bug(
        "a deletion that reads the wallet instead of asking in its condition",
        (2, 17),
        "identity/deletion.py",
        """        legs = (*store_deletion.deleting(user, logins, at), cards.still(owned, see), *closed, *unlent)
""",
        """        from dataclasses import replace

        legs = (*store_deletion.deleting(user, logins, at), cards.still(owned, see), *closed, *unlent)
        for leg in legs[-1:] if ledger.head(user.wallets[0]).available == 0 else ():
            write = dict(leg.write["Update"], ConditionExpression="attribute_exists(pk)")
            used = {name: value for name, value in write["ExpressionAttributeValues"].items()
                    if name in write["UpdateExpression"]}
            named = {name: value for name, value in write["ExpressionAttributeNames"].items()
                     if name in write["UpdateExpression"]}
            write |= {"ExpressionAttributeValues": used, "ExpressionAttributeNames": named}
            legs = (*legs[:-1], replace(leg, write={"Update": write}))
""",
        DELETION + "money_that_arrives_while_somebody_deletes_blocks_it",
    ),
    bug(
        "a deleted account that still signs in",
        (21,),
        "identity/store.py",
        "return person(found) if found and not found.deleted_at else None",
        "return person(found) if found else None",
        DELETION + "a_deleted_name_signs_in_like_an_unknown_one",
    ),
    bug(
        "a deletion that leaves the epoch as it was",
        (21,),
        "ledger/ending.py",
        'update.add("epoch", 1)',
        "pass",
        DELETION + "sessions_of_before_stay_over_after_a_restore",
    ),
    bug(
        "a restore that opens whatever is closed",
        (2,),
        "ledger/ending.py",
        'return (head.status, head.reason) == ("closed", REASON)',
        'return head.status == "closed"',
        DELETION + "a_wallet_closed_before_stays_closed_after_a_restore",
    ),
    bug(
        "a restore after its thirty days",
        (17,),
        "identity/model_deletion.py",
        "return self.deleted_at is not None and at < self.deleted_at + KEPT",
        "return self.deleted_at is not None",
        DELETION + "after_thirty_days_it_cannot_be_restored_though_nothing_has_erased_it",
    ),
    bug(
        "an erasure that a restore may overtake",
        (21,),
        "identity/store_deletion.py",
        'ending.require("deleted_at", "=", before).require_absent("erasing_at")',
        'ending.require("deleted_at", "=", before)',
        DELETION + "nothing_is_restored_once_the_erasure_has_begun",
    ),
    bug(
        "an overwriting that does not ask what it overwrites",
        (17,),
        "identity/store_profile.py",
        "reduce(and_, [store.is_living(), *unchanged])",
        "reduce(and_, [store.is_living(), *unchanged[:0]])",
        TRASH + "of_two_who_overwrite_at_once_neither_loses_what_was",
    ),
    bug(
        "trash that outlives its thirty days",
        (17,),
        "identity/trash.py",
        "if found is None or found.gone_at <= at:",
        "if found is None:",
        TRASH + "after_thirty_days_it_is_gone_though_nothing_has_deleted_it",
    ),
)
