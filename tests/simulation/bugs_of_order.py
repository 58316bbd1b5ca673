"""Bugs of edges, of order and of the moment: most of them do no harm while nothing else happens."""

from __future__ import annotations

from tests.simulation.bug import ACCESS, AT_ONCE, EVERY_CALL, LEDGER, MONEY, SESSIONS, bug

ORDER = (
    bug(
        "a debit that wants more than it takes",
        (10,),
        "ledger/items.py",
        '.require("available", ">=", change.floor - change.available)',
        '.require("available", ">", change.floor - change.available)',
        LEDGER + "a_wallet_never_goes_below_zero",
    ),
    bug(
        "a token that is good a second too long",
        (17,),
        "identity/tokens.py",
        "claims.exp <= at.timestamp()",
        "claims.exp < at.timestamp()",
        "tests/unit/test_identity_tokens.py::test_a_token_is_good_until_its_last_second_and_not_after",
    ),
    bug(
        "a balance that is read, then charged",
        (2, 10),
        "ledger/service.py",
        """        draft = build(guess.at, guess.known)
        if draft.refusal:
""",
        """        draft = build(guess.at, guess.known)
        if attempt == 0:
            seen = {one.account: head(one.account).available for one in draft.changes if one.checks_floor}
        if short := [one for one in draft.changes if one.checks_floor and seen[one.account] < -one.available]:
            draft = replace(draft, refusal=model.InsufficientFunds(missing=1, currency=short[0].currency))
        draft = replace(draft, changes=tuple(replace(one, settles=True) for one in draft.changes))
        if draft.refusal:
""",
        AT_ONCE + "test_play.py::test_a_small_play_violates_nothing",
    ),
    bug(
        "a receipt outside the transaction",
        (5, 8),
        "ledger/service.py",
        """        legs = items.legs(draft, guess.at)
        reasons = store.transact([leg.write for leg in legs])
        if not reasons:
""",
        """        if draft.movement and (found := store.movement(draft.movement.id)):
            return replay(found, key)
        legs = [leg for leg in items.legs(draft, guess.at) if leg.explain is not items._taken]
        reasons = store.transact([leg.write for leg in legs])
        if not reasons:
            store.put_new(items.movement_item(draft.movement)) if draft.movement else None
""",
        EVERY_CALL + "killed_at_any_call_and_tried_again_it_happened_once",
    ),
    bug(
        "a message sent before the commit",
        (8,),
        "ledger/service.py",
        "        reasons = store.transact([leg.write for leg in legs])",
        """        __import__("chalicelib.queues").queues.send(
            settings().notices_queue_url,
            [{"MessageBody": str(draft.entry)}] if draft.entry else [],
        )
        reasons = store.transact([leg.write for leg in legs])""",
        MONEY + "nothing_is_sent_before_the_journal_has_it",
    ),
    bug(
        "an index that decides what is settled",
        (14, 17),
        "settlement/service.py",
        """    update.require_absent("settled_by").require("fee", "=", line.fee).require("payee", "=", line.merchant)
    amount = "captured" if line.movement.startswith("pay") else "amount"
    update.require_first("settles", amount, abs(line.amount)).require("currency", "=", batch.currency)
    update.require("due_key", "=", due_key("settle", shard_of(line.movement)))
""",
        """    update.require("fee", "=", line.fee).require("payee", "=", line.merchant)
    amount = "captured" if line.movement.startswith("pay") else "amount"
    update.require_first("settles", amount, abs(line.amount)).require("currency", "=", batch.currency)
""",
        MONEY + "a_line_settles_once_in_whatever_company_it_comes",
    ),
    bug(
        "a retry without the same id",
        (5, 12),
        "processors/stripe.py",
        'return self._progress("/v1/payment_intents", intent.topup_id, form)',
        'return self._progress("/v1/payment_intents", intent.topup_id + __import__("os").urandom(4).hex(), form)',
        "tests/contracts/test_calls.py::test_creating_twice_is_one_intent",
    ),
    bug(
        "a code compared before the try is counted",
        (20,),
        "identity/signing_up.py",
        """    given = codes.marked("sign-up", login, proof.code, proof.sign_up_secret or "")
""",
        """    given = codes.marked("sign-up", login, proof.code, proof.sign_up_secret or "")
    waiting = store_sign_ups._SignUpItem
    kept = waiting.query(store_sign_ups._key(login), waiting.sk.startswith("WAITING"), consistent_read=True)
    if not any(codes.same(one.code_mark, given) for one in kept):
        store_sign_ups.count_try(login, at)
        raise InvalidOrExpired(param="code")
""",
        ACCESS + "a_try_is_counted_before_the_code_is_looked_at",
    ),
    bug(
        "a refresh token that two devices use at once",
        (20,),
        "identity/store_sessions.py",
        "good = (_SessionItem.current == session.current) & (_SessionItem.expires_at > now)",
        "good = _SessionItem.expires_at > now",
        SESSIONS + "of_two_who_looked_at_one_session_only_the_first_goes_on",
    ),
    bug(
        "money that passes by a wallet which has opened again",
        (17,),
        "ledger/items.py",
        '    elif not change.settles:\n        update.require("status", "=" if change.closed else "<>", "closed")\n',
        '    elif not (change.settles or change.closed):\n        update.require("status", "<>", "closed")\n',
        "tests/simulation/test_finds.py::test_money_for_a_closed_wallet_that_opens_in_the_same_instant_comes_to_it",
    ),
)
