"""The planted bugs: what a tired hand could write, one line each, and the checkers that must notice."""

from __future__ import annotations

from dataclasses import dataclass

LEDGER = "tests/integration/test_ledger.py::test_"
PAYMENTS = "tests/api/test_payments.py::test_"
WEBHOOKS = "tests/api/test_webhooks.py::test_"
MONEY = "tests/api/test_money_path.py::test_"
ACCESS = "tests/api/test_access.py::test_"
SESSIONS = "tests/api/test_access_sessions.py::test_"
CONTRACTS = "tests/contracts/test_webhooks.py::test_"


@dataclass(frozen=True)
class Bug:
    """`line`, once in `file`, `becomes` another; `invariants` are numbers of docs/reference/guarantees.md."""

    name: str
    invariants: tuple[int, ...]
    file: str
    line: str
    becomes: str
    checkers: tuple[str, ...]


def _bug(name: str, invariants: tuple[int, ...], file: str, line: str, becomes: str, *checkers: str) -> Bug:
    return Bug(name, invariants, f"chalicelib/{file}", line, becomes, checkers)


BUGS = (
    _bug(
        "a debit without its floor",
        (2, 10),
        "ledger/items.py",
        '.require("available", ">=", change.floor - change.available)',
        "",
        LEDGER + "a_wallet_never_goes_below_zero",
    ),
    _bug(
        "a put that does not require absence",
        (4, 5),
        "ledger/write.py",
        '"ConditionExpression": "attribute_not_exists(pk)",',
        '"ConditionExpression": "attribute_not_exists(nothing)",',
        LEDGER + "a_repetition_returns_the_first_receipt_and_takes_nothing",
    ),
    _bug(
        "a receipt that forgets which request it answers",
        (6,),
        "ledger/service.py",
        'if key and plain.get("fingerprint") != key.fingerprint:',
        "if False:",
        LEDGER + "the_same_key_with_another_request_is_refused",
    ),
    _bug(
        "a key without its path",
        (6,),
        "kernel/idempotency.py",
        "return ids.derived(prefix, self.caller, self.route, self.key)",
        "return ids.derived(prefix, self.route, self.key)",
        "tests/api/test_money_rules.py::test_the_same_key_of_two_people_is_two_payments",
    ),
    _bug(
        "a refusal that is not stored",
        (5,),
        "ledger/service.py",
        "found = store.put_new(items.movement_item(refused))",
        "found = None if items.movement_item(refused) else None",
        LEDGER + "a_refusal_is_stored_so_that_a_late_second_delivery_cannot_succeed",
    ),
    _bug(
        "a payment by an old epoch",
        (21,),
        "ledger/items.py",
        '.require("epoch", "=", spend.epoch)',
        "",
        LEDGER + "a_raised_epoch_stops_payments_at_once",
    ),
    _bug(
        "a frozen wallet that pays",
        (2,),
        "ledger/items.py",
        'update.require("status", "=", "active").require("tier", "=", spend.tier)',
        'update.require("tier", "=", spend.tier)',
        LEDGER + "a_wallet_that_is_not_active_pays_nothing",
    ),
    _bug(
        "a limit that forgets the amount itself",
        (10,),
        "ledger/items.py",
        ".require_at_most(name, limit - amount)",
        ".require_at_most(name, limit)",
        LEDGER + "a_limit_holds_to_the_unit",
    ),
    _bug(
        "a duplicate that nobody looks for",
        (7,),
        "ledger/items.py",
        "update.require_outside(purchase.slot, *purchase.looks_alike(at))",
        "purchase.looks_alike(at)",
        LEDGER + "a_probable_duplicate_names_the_earlier_payment_until_confirmed_or_the_window_is_over",
    ),
    _bug(
        "an entry that slips in before the last one",
        (3, 18),
        "ledger/items.py",
        '.require("last_at", "<", clock.written(at))',
        "",
        LEDGER + "a_clock_behind_the_last_entry_still_keeps_the_order",
    ),
    _bug(
        "a conflict that is taken for an answer",
        (8, 10),
        "ledger/service.py",
        "if any(reason.code in store.CONFLICTS for reason in reasons):",
        "if all(reason.code in store.CONFLICTS for reason in reasons):",
        "tests/api/test_money_rules.py::test_a_conflict_beside_a_failed_condition_is_tried_again",
    ),
    _bug(
        "a closing that leaves the month open",
        (3,),
        "ledger/closing.py",
        'update.assign("last_at", max(head.last_at, clock.written(end)))',
        'update.assign("last_at", head.last_at)',
        LEDGER + "a_late_clock_cannot_write_into_a_closed_month",
    ),
    _bug(
        "a drift that nobody pages",
        (3,),
        "ledger/closing.py",
        "if now != Balance(head.available, head.held, head.debt):",
        "if now == Balance(-1, -1, -1):",
        LEDGER + "a_head_that_disagrees_with_its_journal_is_not_closed_but_paged",
    ),
    _bug(
        "a fold without its receipt",
        (1, 3),
        "ledger/folding.py",
        'return put_once(settings().ledger_table, {"pk": f"FOLD#{entry_id}", "sk": "FOLD"})',
        'return put_once(settings().ledger_table, {"pk": f"FOLD#{__import__(\'uuid\').uuid4()}", "sk": "FOLD"})',
        LEDGER + "a_fold_counts_each_entry_once_however_often_it_comes",
    ),
    _bug(
        "a credit that forgets the debt",
        (2,),
        "ledger/crediting.py",
        "repaid = min(owed, amount)",
        "repaid = 0",
        WEBHOOKS + "money_already_spent_becomes_debt_that_the_next_credit_repays",
    ),
    _bug(
        "a refund beyond the capture",
        (13,),
        "payments/following.py",
        'update.add("refundable", -amount).require("refundable", ">=", amount).require("state", "=", "captured")',
        'update.add("refundable", -amount).require("state", "=", "captured")',
        PAYMENTS + "refunds_never_exceed_what_was_captured",
    ),
    _bug(
        "a refund beyond the floor",
        (2, 13),
        "ledger/allowance.py",
        'update.add("allowance", -amount).require("allowance", ">=", amount)',
        'update.add("allowance", -amount)',
        PAYMENTS + "refunds_stop_at_the_floor_that_was_agreed",
    ),
    _bug(
        "a capture after the time is over",
        (17,),
        "payments/following.py",
        'leaves.require("due_at", ">", clock.written(at))',
        "clock.written(at)",
        PAYMENTS + "an_authorisation_runs_out_after_seven_days_by_the_sweep_and_cannot_be_captured_late",
    ),
    _bug(
        "a hold that is released twice",
        (2,),
        "payments/following.py",
        '.remove("due_key", "due_at").require("state", "=", "authorized")',
        '.remove("due_key", "due_at")',
        PAYMENTS + "a_void_gives_all_back_once",
    ),
    _bug(
        "somebody else's wallet pays",
        (21,),
        "payments/service.py",
        "if request.wallet_id not in customer.wallet_ids:",
        "if not customer.wallet_ids:",
        "tests/api/test_money_rules.py::test_a_foreign_wallet_costs_no_call",
    ),
    _bug(
        "a checkout that is paid twice",
        (7,),
        "merchants/service.py",
        'update.require("status", "=", "open").require("expires_at", ">", moment)',
        'update.require("expires_at", ">", moment)',
        PAYMENTS + "a_checkout_is_paid_once_whatever_the_key_and_whoever_pays",
    ),
    _bug(
        "a checkout that is paid too late",
        (17,),
        "merchants/service.py",
        'update.require("status", "=", "open").require("expires_at", ">", moment)',
        'update.require("status", "=", "open")',
        PAYMENTS + "an_expired_checkout_is_not_paid",
    ),
    _bug(
        "a line that stays due after it is settled",
        (9, 14),
        "settlement/service.py",
        'update.assign("settled_by", batch.id).remove("due_key", "due_at")',
        'update.assign("settled_by", batch.id)',
        PAYMENTS + "settlement_and_sweep_settle_each_line_once_between_them",
    ),
    _bug(
        "a settlement that believes the message",
        (14,),
        "settlement/service.py",
        'update.require(amount, "=", abs(line.amount)).require("currency", "=", batch.currency)',
        'update.require("currency", "=", batch.currency)',
        MONEY + "a_forged_line_settles_nothing_and_the_true_ones_still_settle",
    ),
    _bug(
        "a webhook credited before comparing",
        (11,),
        "topups/store.py",
        "for name, allowed in model.expected(event).items():",
        'for name, allowed in {"kind": ("top-up",)}.items():',
        WEBHOOKS + "what_does_not_match_our_intent_is_kept_for_a_person",
    ),
    _bug(
        "a success that is credited again",
        (5, 11),
        "topups/store.py",
        'update.require_one_of("state", *model.UNFINISHED, "failed").remove("due_key", "due_at")',
        'update.remove("due_key", "due_at")',
        WEBHOOKS + "any_order_and_any_repetition_ends_the_same",
    ),
    _bug(
        "a webhook that is too old is believed",
        (11,),
        "processors/signatures.py",
        "abs(int(at.timestamp()) - int(timestamp)) > TOLERANCE_SECONDS",
        "int(timestamp) - int(at.timestamp()) > TOLERANCE_SECONDS",
        CONTRACTS + "beyond_300_seconds_in_either_direction_is_refused",
    ),
    _bug(
        "a webhook from the future is believed",
        (11,),
        "processors/signatures.py",
        "abs(int(at.timestamp()) - int(timestamp)) > TOLERANCE_SECONDS",
        "int(at.timestamp()) - int(timestamp) > TOLERANCE_SECONDS",
        CONTRACTS + "beyond_300_seconds_in_either_direction_is_refused",
    ),
    _bug(
        "a sixth guess at a code",
        (20,),
        "identity/store_sign_ups.py",
        "return tries - int(item.tries_before) <= TRIES and item.expires_at > clock.written(at)",
        "return item.expires_at > clock.written(at)",
        ACCESS + "after_five_wrong_codes_the_right_one_is_dead_and_nothing_more_is_compared",
    ),
    _bug(
        "a code that outlives its ten minutes",
        (17, 20),
        "identity/store_sign_ups.py",
        "return tries - int(item.tries_before) <= TRIES and item.expires_at > clock.written(at)",
        "return tries - int(item.tries_before) <= TRIES",
        ACCESS + "a_code_is_dead_after_ten_minutes_though_nothing_has_deleted_it",
    ),
    _bug(
        "a stranger's sign-up in the place of mine",
        (20,),
        "identity/store_sign_ups.py",
        'f"{_WAITING}{int(counted.sign_ups) % MOST_WAITING}",',
        'f"{_WAITING}0",',
        ACCESS + "a_stranger_who_signs_up_with_my_address_changes_nothing_of_mine",
    ),
    _bug(
        "a sealed field that opens for anybody",
        (23,),
        "identity/vault.py",
        'return b"\\0".join((b"coffer.field.v1", owner.encode(), field.encode()))',
        'return b"coffer.field.v1"',
        "tests/integration/test_identity_vault.py::test_it_opens_for_its_owner_and_field_only",
    ),
    _bug(
        "a refresh token replayed at leisure",
        (20,),
        "identity/model.py",
        "if presented == session.previous and fresh and device_mark == session.device_mark:",
        "if presented == session.previous and device_mark == session.device_mark:",
        SESSIONS + "a_replay_after_a_minute_ends_the_whole_family",
    ),
    _bug(
        "a sign-out that leaves payments running",
        (21,),
        "identity/sessions.py",
        "ledger.raise_epoch(wallet)",
        "ledger.head(wallet)",
        SESSIONS + "signing_out_stops_refreshing_and_paying_at_once",
    ),
)
