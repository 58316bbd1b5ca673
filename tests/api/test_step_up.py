"""The payment PIN and stepping up: what is large or risky takes a fresh proof, and nothing is stored until it came."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import cloud
from chalicelib.identity.store import PersonItem
from tests.api.authenticator import Authenticator
from tests.api.caller import Caller, Reply, assert_problem
from tests.api.world import PASSWORD, Person, World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import at_rest, code_now, enrolled, refresh

pytestmark = pytest.mark.many_requests

PIN, OTHER = "428571", "310597"
LARGE, SMALL = 500_001, 500_000
"""Around the threshold of the sandbox's pack for CNY and tier 0."""


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


@pytest.fixture
def ana(world: World) -> Person:
    return world.customer(5_000_000)


def put_pin(phone: Caller, pin: str = PIN, **proof: str) -> Reply:
    return phone.request("PUT", "/v1/me/payment-pin", {"pin": pin, **(proof or {"password": PASSWORD})})


def step_up(phone: Caller, pin: str = PIN) -> Reply:
    return phone.post("/v1/me/step-up", {"method": "pin", "pin": pin})


def stepped_up(person: Person, pin: str = PIN) -> None:
    reply = step_up(person.phone, pin)
    assert reply.status == 200, reply.raw
    person.phone = person.world.nobody.bearing(reply.json["access_token"])


def test_a_large_payment_asks_for_a_fresh_proof_and_the_same_key_pays_after_it(world: World, ana: Person) -> None:
    put_pin(ana.phone)
    ana.sign_in()
    refused = ana.pay(LARGE, key="k")
    problem = assert_problem(refused, 403, "step-up-required")
    assert problem["methods"] == "pin"
    assert ana.available == 5_000_000
    stepped_up(ana)
    paid = ana.pay(LARGE, key="k")
    assert (paid.status, paid.headers.get("idempotent-replayed")) == (201, None)
    assert ana.available == 5_000_000 - LARGE


def test_up_to_the_threshold_nothing_is_asked(ana: Person) -> None:
    assert ana.pay(SMALL).status == 201


def test_what_was_paid_is_told_again_when_the_step_up_is_long_over(ana: Person, clock: FrozenClock) -> None:
    put_pin(ana.phone)
    stepped_up(ana)
    paid = ana.pay(LARGE, key="k")
    clock.advance(300)
    again = ana.pay(LARGE, key="k")
    assert (again.status, again.raw, again.headers["idempotent-replayed"]) == (201, paid.raw, "true")
    assert_problem(ana.pay(LARGE + 1, key="k"), 422, "idempotency-key-reused")
    assert_problem(ana.pay(LARGE + 1, key="l"), 403, "step-up-required")


def test_a_step_up_lasts_five_minutes(ana: Person, clock: FrozenClock) -> None:
    put_pin(ana.phone)
    stepped_up(ana)
    clock.advance(299)
    assert ana.pay(LARGE).status == 201
    clock.advance(1)
    assert ana.pay(LARGE + 1).status == 403


def test_it_holds_for_checkouts_and_authorisations_as_well(world: World, ana: Person) -> None:
    checkout = world.shop.checkout(LARGE)
    assert_problem(ana.pay_checkout(checkout["id"]), 403, "step-up-required")
    assert_problem(ana.pay(LARGE, capture="manual"), 403, "step-up-required")
    put_pin(ana.phone)
    stepped_up(ana)
    assert ana.pay_checkout(checkout["id"]).status == 201
    assert ana.pay(LARGE + 1, capture="manual").status == 201


def test_a_limit_is_a_limit_whatever_was_proved(ana: Person) -> None:
    assert_problem(ana.pay(1_000_001), 409, "limit-reached")


def test_a_payment_after_a_step_up_is_one_request_still(
    ana: Person, clock: FrozenClock, aws_calls: list[tuple[str, str]]
) -> None:
    put_pin(ana.phone)
    stepped_up(ana)
    ana.pay(100)
    clock.advance(1)
    aws_calls.clear()
    assert ana.pay(LARGE).status == 201
    assert [name for _, name in aws_calls] == ["TransactWriteItems"]
    ana.sign_in()
    aws_calls.clear()
    assert ana.pay(LARGE + 1).status == 403
    assert [name for _, name in aws_calls] == ["GetItem"], "only whether it was paid before"


@pytest.mark.parametrize("pin", ["000000", "123456", "12345", "1234567", "12345a", "１２３４５６", ""])
def test_a_pin_that_is_guessed_first_or_none_is_refused_by_its_name(ana: Person, pin: str) -> None:
    assert_problem(put_pin(ana.phone, pin), 422, "invalid-request", "pin")


def test_a_pin_is_set_with_the_password_and_changed_with_the_pin(ana: Person) -> None:
    assert_problem(put_pin(ana.phone, current_pin=PIN), 400, "invalid-or-expired", "current_pin")
    assert_problem(put_pin(ana.phone, password="wrong horse"), 400, "invalid-or-expired", "password")
    both = {"password": PASSWORD, "current_pin": PIN}
    assert_problem(put_pin(ana.phone, **both), 422, "invalid-request", "current_pin")
    assert put_pin(ana.phone).status == 204
    assert put_pin(ana.phone, OTHER, current_pin=PIN).status == 204
    assert_problem(step_up(ana.phone, PIN), 400, "invalid-or-expired", "pin")
    assert step_up(ana.phone, OTHER).status == 200
    assert [notice["kind"] for notice in ana.phone.get("/v1/me/notices").json["data"]] == ["pin_set", "pin_set"]


def test_a_pin_is_not_at_rest_even_as_a_plain_hash(ana: Person) -> None:
    put_pin(ana.phone)
    found = [item for item in _items() if item["sk"]["S"] == "PIN"]
    assert [item["pin_hash"]["S"].startswith("k1.") for item in found] == [True]
    assert PIN not in repr(found)
    assert "argon2" not in repr(found)
    assert PIN not in at_rest().replace(found[0]["pin_hash"]["S"], "")


def test_five_wrong_pins_lock_it_for_a_growing_time(ana: Person, clock: FrozenClock) -> None:
    put_pin(ana.phone)
    waits = []
    for minutes in (1, 5):
        assert [step_up(ana.phone, OTHER).status for _ in range(5)] == [400] * 5
        locked = step_up(ana.phone, PIN)
        assert_problem(locked, 429, "too-many-requests")
        assert put_pin(ana.phone, OTHER, current_pin=PIN).status == 429
        waits.append(int(locked.headers["retry-after"]))
        clock.advance(minutes * 60)
    assert waits == [60, 300]
    assert step_up(ana.phone, PIN).status == 200
    assert [notice["kind"] for notice in ana.phone.get("/v1/me/notices").json["data"]].count("pin_paused") == 2
    assert ana.pay(SMALL).status == 201


def test_an_authenticator_and_a_passkey_step_up_too(world: World, ana: Person, clock: FrozenClock) -> None:
    secret, device = enrolled(ana.phone, PASSWORD), Authenticator()
    options = ana.phone.post("/v1/me/passkeys/options", {"password": PASSWORD}).json["options"]
    made = {"name": "phone", "credential": device.made(options)}
    assert ana.phone.post("/v1/me/passkeys", made).status == 201
    asked = ana.phone.post("/v1/me/step-up/options").json["options"]
    signed = device.signed(asked)
    by_passkey = ana.phone.post("/v1/me/step-up", {"method": "passkey", "credential": signed})
    assert by_passkey.status == 200
    assert ana.phone.post("/v1/me/step-up", {"method": "passkey", "credential": signed}).status == 400
    clock.advance(30)
    by_code = {"method": "totp", "code": code_now(secret)}
    assert ana.phone.post("/v1/me/step-up", by_code).status == 200
    assert ana.phone.post("/v1/me/step-up", by_code).status == 400
    ana.phone = world.nobody.bearing(by_passkey.json["access_token"])
    assert ana.pay(LARGE).status == 201
    ana.phone = world.nobody.bearing(refresh(world.nobody, ana.tokens["refresh_token"]).json["access_token"])
    assert ana.pay(LARGE + 1).json["methods"] == "passkey totp"


@pytest.mark.parametrize("method", ["pin", "totp", "passkey"])
def test_each_method_takes_its_own_proof(ana: Person, method: str) -> None:
    needed = {"pin": "pin", "totp": "code", "passkey": "credential"}[method]
    assert_problem(ana.phone.post("/v1/me/step-up", {"method": method}), 422, "invalid-request", needed)


def test_somebody_elses_passkey_steps_nobody_up(world: World, ana: Person) -> None:
    bob, device = world.customer(), Authenticator()
    options = bob.phone.post("/v1/me/passkeys/options", {"password": PASSWORD}).json["options"]
    bob.phone.post("/v1/me/passkeys", {"name": "phone", "credential": device.made(options)})
    asked = ana.phone.post("/v1/me/step-up/options").json["options"]
    signed = {"method": "passkey", "credential": device.signed(asked)}
    assert_problem(ana.phone.post("/v1/me/step-up", signed), 400, "invalid-or-expired", "credential")
    assert_problem(bob.phone.post("/v1/me/step-up", signed), 400, "invalid-or-expired", "credential")


def test_a_session_that_is_over_steps_nobody_up(ana: Person) -> None:
    put_pin(ana.phone)
    ana.phone.delete("/v1/sessions/current")
    assert step_up(ana.phone).status == 401


def test_while_cooling_off_nothing_large_is_paid_whatever_is_proved(
    world: World, ana: Person, clock: FrozenClock
) -> None:
    put_pin(ana.phone)
    cooling(ana, until=int(clock.now().timestamp()) + 600)
    stepped_up(ana)
    problem = assert_problem(ana.pay(LARGE, key="k"), 403, "cooling-off")
    assert problem["until"] == "2026-11-22T08:10:00.000000Z"
    assert ana.pay(SMALL).status == 201
    clock.advance(599)
    stepped_up(ana)
    assert ana.pay(LARGE, key="k").status == 403
    clock.advance(1)
    assert ana.pay(LARGE, key="k").status == 201


def cooling(person: Person, until: int) -> None:
    """As a reset leaves it."""
    PersonItem(person.id, "USER").update([PersonItem.cooling_until.set(until)])
    person.sign_in()


def _items() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cloud.client("dynamodb").scan(TableName="test-identity")["Items"]
    return found
