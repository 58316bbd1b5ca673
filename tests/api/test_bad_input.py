"""Bad input and the answer it gets: every row of that table, in its order, with the tests that hold it.

What can be refused without looking at anything is refused without a call to AWS: there, a call fails the test.
"""

from __future__ import annotations

import importlib
import json
from typing import Any

import pytest

from chalicelib.api.blueprint import routes
from chalicelib.api.strict_json import MAX_BYTES
from chalicelib.kernel.callers import Customer, Merchant, Operator
from chalicelib.kernel.money import MAX_AMOUNT
from tests.api.bad_input_kit import (
    BODIES,
    HOSTILE,
    SIGN_UP_SECRET,
    allowed,
    fields,
    means_something,
    moving_money,
    name_of,
    nobody_answers,
    path_of,
    with_body,
)
from tests.api.caller import Caller, assert_problem
from tests.api.test_form import MALFORMED
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock
from tests.unit.test_identity_tokens import FORGED

ROWS: dict[str, tuple[str, ...]] = {
    "malformed or non-UTF-8 JSON, NaN, Infinity, duplicate keys, nesting beyond 32": (
        "test_bad_input.test_what_is_not_json_is_malformed_on_every_route",
    ),
    "body over 64 KiB": ("test_bad_input.test_a_body_over_64_kib_is_413_on_every_route",),
    "missing or wrong Content-Type / method": (
        "test_bad_input.test_another_media_type_is_415_on_every_route",
        "test_bad_input.test_another_method_is_405_with_what_is_allowed_on_every_route",
    ),
    "wrong type, bool for int, `1.0`, string amount, unknown field, null or array body": (
        "test_bad_input.test_every_field_of_every_body_refuses_what_is_not_of_its_type",
        "test_bad_input.test_a_body_is_an_object_with_known_fields_on_every_route",
        "test_bad_input.test_a_time_that_no_calendar_has_is_422",
    ),
    "amount ≤ 0, above the cap, thousands of digits": (
        "test_bad_input.test_an_amount_beyond_its_range_is_422_wherever_money_moves",
    ),
    "unknown or mismatched currency, transfer to oneself": (
        "test_bad_input.test_a_currency_that_does_not_fit_is_422_and_moves_nothing",
        "test_money_path.test_a_checkout_in_another_currency_than_the_wallets_stays_open",
    ),
    "lone surrogate, NUL, bidirectional overrides, look-alike or differently composed login names": (
        "test_bad_input.test_hostile_text_is_422_in_every_field",
        "test_bad_input.test_hostile_text_in_paths_and_parameters_never_breaks_anything",
        "test_bad_input.test_a_password_composed_differently_is_another_password",
        "test_access_signing_in.test_every_way_to_write_a_name_signs_in_to_the_one_account",
        "test_access.test_a_sign_up_with_a_bad_field_is_refused_by_its_name_and_sends_nothing",
    ),
    "Idempotency-Key missing or malformed on a call that moves money": (
        "test_bad_input.test_a_missing_or_malformed_key_is_400_wherever_money_moves",
    ),
    "same key other body / still in flight": (
        "test_bad_money.test_the_same_key_with_another_body_is_422_wherever_money_moves",
        "test_topups.test_while_one_request_talks_to_the_bank_the_same_key_is_in_flight",
    ),
    "insufficient funds, limit reached, frozen, wrong state": (
        "test_bad_money.test_a_refusal_has_its_own_code_and_no_effect_on_money",
        "test_bad_money.test_what_may_follow_a_payment_depends_on_its_state",
    ),
    "probable duplicate": ("test_payments.test_a_probable_duplicate_is_refused_until_confirmed_under_a_new_key",),
    "step-up needed": (
        "test_step_up.test_a_large_payment_asks_for_a_fresh_proof_and_the_same_key_pays_after_it",
        "test_step_up.test_while_cooling_off_nothing_large_is_paid_whatever_is_proved",
        "test_devices.test_on_a_new_device_more_than_a_little_takes_a_step_up_which_ends_the_risk",
    ),
    "brute force on a TOTP": (
        "test_totp.test_after_five_wrong_codes_nothing_is_compared_until_a_pause_is_over_and_pauses_grow",
        "test_step_up.test_five_wrong_pins_lock_it_for_a_growing_time",
        "concurrency.test_factors.test_two_hundred_guesses_at_an_authenticator_are_five_comparisons",
    ),
    "access token: alg none or other, `jwk`/`jku`/`crit`, tampered, expired, …": (
        "test_bad_input.test_a_forged_access_token_is_401_for_every_kind_of_caller",
        "test_access_sessions.test_an_access_token_is_over_after_ten_minutes",
        "test_access_sessions.test_a_refresh_token_is_no_access_token",
    ),
    "refresh token replayed": (
        "test_access_sessions.test_a_lost_answer_is_given_again_within_a_minute_to_the_same_device",
        "test_access_sessions.test_a_replay_after_a_minute_ends_the_whole_family",
        "test_access_sessions.test_a_replay_from_another_device_ends_the_whole_family",
        "test_access_sessions.test_a_replay_after_the_successor_was_used_ends_the_whole_family",
    ),
    "someone else's wallet, payment, refund, cursor": (
        "test_bad_money.test_what_is_anothers_is_byte_equal_to_what_does_not_exist",
        "test_bad_money.test_a_forged_or_foreign_cursor_opens_no_list",
    ),
    "wrong role": (
        "test_every_route.test_the_wrong_kind_of_caller_gets_403",
        "test_bad_money.test_a_key_without_the_scope_or_an_operator_without_the_role_gets_403",
        "test_merchants.test_who_may_take_on_a_merchant",
        "test_roles.test_a_role_gets_in_where_the_table_says_so_and_nowhere_else",
        "test_merchant_keys.test_a_key_opens_what_its_scope_names_and_nothing_else",
    ),
    "mass assignment (`balance`, `role`, `status`, `owner`)": (
        "test_bad_input.test_what_is_not_the_callers_to_set_is_422_on_every_route",
        "test_access.test_nobody_can_assign_what_is_not_theirs_to_set",
    ),
    "login with unknown user, bad password": (
        "test_access_signing_in.test_an_unknown_name_and_a_wrong_password_are_the_same_answer_for_the_same_work",
    ),
    "login to a locked account; the owner told when it unlocks": (
        "test_access_lockout.test_known_unknown_and_locked_are_the_same_answer_for_the_same_work",
        "test_access_lockout.test_the_owner_is_told_of_the_lock_and_of_its_end_once_each",
        "test_access_lockout.test_strangers_do_not_lock_out_a_device_that_signed_in_before",
    ),
    "reset for a known or unknown identifier": (
        "test_access_recovery.test_a_known_and_an_unknown_name_take_the_same_answers_and_the_same_work",
    ),
    "brute force on a password, spray from one address": (
        "test_access_lockout.test_of_any_number_of_guesses_five_are_compared",
        "test_access_lockout.test_each_lock_in_a_row_is_longer_up_to_a_day",
        "test_access_spray.test_a_password_sprayed_over_many_names_is_slowed_down_whatever_the_address_claims",
        "concurrency.test_lockout.test_two_hundred_guesses_at_once_are_five_comparisons",
    ),
    "registration for a known or unknown identifier": (
        "test_access.test_a_known_and_an_unknown_name_look_the_same_to_whoever_signs_up",
        "test_access.test_the_owner_of_a_known_name_is_told_and_nothing_changes",
    ),
    "brute force on a code, 200 in parallel": (
        "test_access.test_after_five_wrong_codes_the_right_one_is_dead_and_nothing_more_is_compared",
        "test_access.test_a_try_is_counted_before_the_code_is_looked_at",
        "concurrency.test_access.test_two_hundred_guesses_at_once_are_five_comparisons",
    ),
    "used, expired or another user's code; poisoned Host header": (
        "test_access.test_a_code_works_once",
        "test_access.test_a_code_is_dead_after_ten_minutes_though_nothing_has_deleted_it",
        "test_access.test_a_code_is_no_good_for_anybody_else",
        "test_access.test_a_poisoned_host_reaches_no_answer_and_no_message",
        "test_bad_money.test_a_poisoned_host_reaches_no_checkout_and_no_description",
    ),
    "webhook tampered, unsigned, wrong key, replayed or stale or future by over 300 s": (
        "test_bad_webhooks.test_a_forged_webhook_is_401_and_writes_and_calls_nothing",
    ),
    "valid duplicate webhook": (
        "test_webhooks.test_a_duplicate_is_acknowledged_and_changes_nothing",
        "test_bad_webhooks.test_another_event_under_a_used_id_is_kept_for_a_person",
    ),
    '`#n`, `:v`, `{"S":…}` in strings; forged cursor': (
        "test_payments.test_strings_that_look_like_expressions_are_stored_as_they_are",
        "test_access.test_strings_that_look_like_expressions_are_stored_as_they_are",
        "test_checkouts.test_hostile_references_are_stored_literally",
        "test_bad_money.test_a_forged_or_foreign_cursor_opens_no_list",
    ),
    "CR/LF, ANSI, `${jndi:…}` in fields or headers": (
        "test_canaries.test_hostile_fields_and_headers_are_one_escaped_line_each",
    ),
    "an exported CSV cell starting with `= + - @` or tab": (
        "test_bad_money.test_a_cell_that_a_spreadsheet_would_run_is_neutralised",
        "integration.test_audit_log.test_a_cell_that_a_spreadsheet_would_run_is_neutralised_in_an_export",
    ),
    "DynamoDB, KMS or SQS unavailable": (
        "test_away.test_what_moves_money_is_503_without_effect_and_recovers_with_the_same_key",
        "test_away.test_an_answer_lost_after_the_effect_is_found_again",
        "test_away.test_nothing_else_is_more_than_503",
        "test_away.test_one_answer_lost_on_the_way_is_not_noticed",
        "test_away.test_a_sign_up_whose_last_answer_was_lost_is_a_sign_up",
        "test_away.test_while_the_queues_are_away_payments_go_on_and_settle_later",
        "test_away.test_without_the_key_of_the_secrets_nobody_gets_in",
    ),
}

LATER: dict[str, str] = {
    "transfer to oneself": "not yet",
    "maintenance": "not yet",
}

KINDS_WRONG: dict[type, tuple[Any, ...]] = {
    int: ("100", True, 1.0, 1.5, None, [], {}),
    str: (1, True, None, [], {}),
    bool: (0, 1, "true", None, []),
    list: ("CNY", {}, 1, None, [1], [None], []),
    dict: ("CNY", [], 1, True, None, {"nonsense": 1}),
}


@pytest.fixture
def anybody(monkeypatch: pytest.MonkeyPatch) -> Caller:
    return nobody_answers(monkeypatch)


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


@pytest.mark.parametrize("row", ROWS)
def test_every_row_has_its_tests(row: str) -> None:
    for name in ROWS[row]:
        module, _, test = name.rpartition(".")
        where = module if "." in module else f"api.{module}"
        assert callable(getattr(importlib.import_module(f"tests.{where}"), test))


def test_the_bodies_used_here_have_every_field_of_every_route() -> None:
    assert {name_of(route): set(route.body.__struct_encode_fields__) for route in with_body() if route.body} == {
        name: set(body) for name, body in BODIES.items()
    }


@pytest.mark.parametrize("raw", MALFORMED.values(), ids=MALFORMED.keys())
def test_what_is_not_json_is_malformed_on_every_route(anybody: Caller, raw: bytes) -> None:
    for route in with_body():
        reply = allowed(anybody, route).request(route.method, path_of(route), raw)
        assert_problem(reply, 400, "malformed-json")


def test_a_body_over_64_kib_is_413_on_every_route(anybody: Caller) -> None:
    for route in routes():
        reply = allowed(anybody, route).request(route.method, path_of(route), b" " * (MAX_BYTES + 1))
        assert_problem(reply, 413, "payload-too-large")


@pytest.mark.parametrize(
    "given", ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=x"]
)
def test_another_media_type_is_415_on_every_route(anybody: Caller, given: str) -> None:
    for route in with_body():
        caller = allowed(anybody, route)
        reply = caller.request(route.method, path_of(route), BODIES[name_of(route)], {"Content-Type": given})
        assert_problem(reply, 415, "unsupported-media-type")


def test_another_method_is_405_with_what_is_allowed_on_every_route(anybody: Caller) -> None:
    for path in {path_of(route) for route in routes()}:
        taken = {route.method for route in routes() if path_of(route) == path}
        for method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - taken:
            reply = anybody.request(method, path)
            assert_problem(reply, 405, "method-not-allowed")
            assert set(reply.headers["allow"].split(", ")) == taken | {"OPTIONS"}


def test_every_field_of_every_body_refuses_what_is_not_of_its_type(anybody: Caller) -> None:
    for route, field, sound in fields():
        for wrong in KINDS_WRONG[type(sound)]:
            if means_something(route, field, wrong):
                continue
            body = BODIES[name_of(route)] | {field: wrong}
            reply = allowed(anybody, route).request(route.method, path_of(route), body)
            assert (reply.status, reply.json["code"]) == (422, "invalid-request"), (name_of(route), field, wrong)
            assert reply.json["param"].split(".")[0] == field


@pytest.mark.parametrize("raw", [b"null", b"[]", b"[{}]", b'""', b"0", b"true", b'{"nonsense": 1}', b'{"": 1}'])
def test_a_body_is_an_object_with_known_fields_on_every_route(anybody: Caller, raw: bytes) -> None:
    for route in with_body():
        reply = allowed(anybody, route).request(route.method, path_of(route), raw)
        assert (reply.status, reply.json["code"]) == (422, "invalid-request"), name_of(route)


@pytest.mark.parametrize(
    ("path", "param"),
    [
        ("/balance?at=0001-01-01T00:00:00%2B14:00", "at"),
        ("/balance?at=9999-12-31T23:59:59-14:00", "at"),
        ("/balance?at=2026-02-30T00:00:00Z", "at"),
        ("/balance?at=2026-11-22T08:00:00", "at"),
        ("/balance?at=1", "at"),
        ("/balance?at=", "at"),
        ("/balance?at=%00", "at"),
        ("/statements/0001-01", "month"),
        ("/statements/9999-12", "month"),
        ("/statements/2026-13", "month"),
        ("/statements/2026", "month"),
        ("/statements/2026-1", "month"),
        ("/statements/２０２６-11", "month"),
        ("/statements/%00", "month"),
        ("/statements/2026-11?format=exe", "format"),
    ],
)
def test_a_time_that_no_calendar_has_is_422(world: World, path: str, param: str) -> None:
    ana = world.customer()
    assert_problem(ana.phone.get(f"/v1/wallets/{ana.wallet}{path}"), 422, "invalid-request", param)


def test_an_amount_beyond_its_range_is_422_wherever_money_moves(world: World) -> None:
    ana, shop = world.customer(10_000), world.shop
    held, paid = ana.pay(1_000, capture="manual").json["id"], ana.pay(1_001).json["id"]
    top_up = {"wallet_id": ana.wallet, "currency": "CNY"}
    for amount in ("0", "-0", "-1", str(MAX_AMOUNT + 1), str(2**63), str(2**64), "-" + "9" * 5_000, "9" * 60_000):
        for caller, path, body in (
            (ana.phone, "/v1/payments", ana.order(0)),
            (ana.phone, "/v1/topups", top_up),
            (shop.till, "/v1/checkouts", {"currency": "CNY", "order_reference": "A-1"}),
            (shop.till, f"/v1/payments/{held}/capture", {}),
            (shop.till, f"/v1/payments/{paid}/refunds", {}),
        ):
            raw = json.dumps(body | {"amount": "here"}).replace('"here"', amount).encode()
            assert_problem(caller.post(path, raw, idempotency_key="k"), 422, "amount-out-of-range", "amount")
    assert (ana.available, ana.held) == (7_999, 1_000)


def test_a_currency_that_does_not_fit_is_422_and_moves_nothing(world: World) -> None:
    ana, american, shop = world.customer(10_000), world.customer(10_000, jurisdiction="US"), world.shop
    for currency in ("USD", "JPY", "XXX", "cny", "", "CNY ", "人民币", "C" * 1_000):
        order = {"amount": 100, "currency": currency, "order_reference": "A-1"}
        for reply in (
            ana.pay(100, currency=currency),
            ana.phone.post(
                "/v1/topups", {"wallet_id": ana.wallet, "amount": 1, "currency": currency}, idempotency_key="k"
            ),
            shop.till.post("/v1/checkouts", order),
        ):
            assert_problem(reply, 422, "currency-mismatch", "currency")
        terms = BODIES["POST /v1/merchants"] | {"currencies": ["CNY", currency]}
        if currency not in ("USD", "JPY"):
            assert_problem(world.operator.post("/v1/merchants", terms), 422, "currency-mismatch", "currencies")
    assert_problem(american.pay(100, currency="CNY"), 422, "currency-mismatch", "currency")
    settlements = f"/v1/merchants/{shop.id}/settlements?currency=USD"
    assert_problem(shop.till.get(settlements), 422, "currency-mismatch", "currency")
    assert (ana.available, american.available) == (10_000, 10_000)


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_is_422_in_every_field(anybody: Caller, kind: str) -> None:
    for route, field, sound in fields():
        if isinstance(sound, str | list):
            hostile = HOSTILE[kind] if isinstance(sound, str) else [HOSTILE[kind]]
            body = BODIES[name_of(route)] | {field: hostile}
            reply = allowed(anybody, route).request(route.method, path_of(route), body)
            assert (reply.status, reply.json["code"]) == (422, "invalid-request"), (name_of(route), field)
            assert reply.json["param"].split(".")[0] == field


@pytest.mark.parametrize("text", [*HOSTILE.values(), "\udcff", "\uffff", "💰", "..", "a\r\nb", "x" * 5_000, "#n", "'"])
def test_hostile_text_in_paths_and_parameters_never_breaks_anything(world: World, text: str) -> None:
    """As a gateway hands it over, decoded."""
    ana, shop = world.customer(), world.shop
    for route in routes():
        caller = {Customer: ana.phone, Merchant: shop.till, Operator: world.operator}[
            next(iter(route.callers), Customer)
        ]
        event = caller.event(route.method, path_of(route), b"{}", {**caller._headers, "User-Agent": text})
        event["pathParameters"] = dict.fromkeys(event["pathParameters"] or {}, text) or None
        event["multiValueQueryStringParameters"] = {name: [text] for name in route.query} or None
        event["multiValueHeaders"] |= {"Content-Type": ["application/json"], "Idempotency-Key": ["k"]}
        reply = caller.send(event)
        assert reply.status < 500, (name_of(route), reply.raw)


def test_a_password_composed_differently_is_another_password(world: World) -> None:
    composed, apart = "p\u00e4ssw\u00f6rter und mehr", "pa\u0308sswo\u0308rter und mehr"
    wish = BODIES["POST /v1/users"] | {"identifier": "uwe@example.com", "password": composed}
    assert world.nobody.post("/v1/users", wish).status == 202
    proof = {
        "identifier": "uwe@example.com",
        "code": world.code_of("uwe@example.com"),
        "sign_up_secret": SIGN_UP_SECRET,
    }
    assert world.nobody.post("/v1/users/verify", proof).status == 201
    for password, status in ((apart, 401), (composed + " ", 401), (composed.upper(), 401), (composed, 201)):
        claim = {"identifier": "uwe@example.com", "password": password}
        assert world.nobody.post("/v1/sessions", claim).status == status


@pytest.mark.parametrize("key", ["", " ", "a b", "a\tb", "a\r\nb", "k" * 256, "ключ", "\ud800", "k, k"])
def test_a_missing_or_malformed_key_is_400_wherever_money_moves(anybody: Caller, key: str) -> None:
    for route in moving_money():
        body = BODIES[name_of(route)]
        reply = allowed(anybody, route).request(route.method, path_of(route), body, {"Idempotency-Key": key})
        assert_problem(reply, 400, "idempotency-key-invalid", "Idempotency-Key")


@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_access_token_is_401_for_every_kind_of_caller(caller: Caller, aws_calls: Any, kind: str) -> None:
    for method, path in (
        ("POST", "/v1/payments"),
        ("GET", "/v1/sessions"),
        ("POST", "/v1/merchants"),
        ("GET", "/v1/cases"),
    ):
        reply = caller.bearing(FORGED[kind]).request(method, path, {}, {"Idempotency-Key": "k"})
        assert_problem(reply, 401, "invalid-token")
        assert reply.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert aws_calls == []


@pytest.mark.parametrize(
    "field", ["balance", "available", "role", "status", "owner", "id", "tier", "epoch", "fee", "__class__"]
)
def test_what_is_not_the_callers_to_set_is_422_on_every_route(anybody: Caller, field: str) -> None:
    for route in with_body():
        body = BODIES[name_of(route)] | {field: 1}
        reply = allowed(anybody, route).request(route.method, path_of(route), body)
        assert_problem(reply, 422, "invalid-request", field)
