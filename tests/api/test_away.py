"""What Coffer stands on is away: 503 with Retry-After, and no effect, or the same key finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import cloud
from chalicelib import settings as settings_module
from chalicelib.api.blueprint import routes
from chalicelib.identity import vault
from chalicelib.kernel.errors import Unavailable
from chalicelib.ledger import audit, service
from chalicelib.processors import wire
from infra.local.bank_post import letter, signed
from tests.api import account_kit, topup_kit
from tests.api.authenticator import Authenticator
from tests.api.bad_input_kit import BODIES, SIGN_UP_SECRET
from tests.api.caller import Caller, Reply, assert_problem
from tests.api.topup_kit import KEYS, Till, everything
from tests.api.weather import AWAY, LOST, Weather
from tests.api.world import PASSWORD, Person, World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import code_now, enrolled

Call = Callable[[], Reply]


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The bank stands behind the adapters, and the books balance at the end."""
    cheap_passwords(monkeypatch)
    made = World(clock)
    before = wire.use(Till(made.nobody).transport)
    yield made
    wire.use(before)
    assert audit.trial_balance().balanced


@pytest.fixture
def weather(world: World, monkeypatch: pytest.MonkeyPatch) -> Weather:
    return Weather(monkeypatch)


def a_payment(world: World, ana: Person) -> Call:
    return lambda: ana.pay(1_000, "k")


def a_hold(world: World, ana: Person) -> Call:
    return lambda: ana.pay(1_000, "k", capture="manual")


def a_checkout(world: World, ana: Person) -> Call:
    checkout = world.shop.checkout(1_000)["id"]
    return lambda: ana.pay_checkout(checkout, "k")


def a_capture(world: World, ana: Person) -> Call:
    held = ana.pay(1_000, capture="manual").json["id"]
    return lambda: world.shop.act(held, "capture", {"amount": 400}, "k")


def a_void(world: World, ana: Person) -> Call:
    held = ana.pay(1_000, capture="manual").json["id"]
    return lambda: world.shop.act(held, "void", {}, "k")


def a_refund(world: World, ana: Person) -> Call:
    paid = ana.pay(1_000).json["id"]
    return lambda: world.shop.act(paid, "refunds", {"amount": 400}, "k")


def a_top_up(world: World, ana: Person) -> Call:
    body = {"wallet_id": ana.wallet, "amount": 1_000, "currency": "CNY", "method": "manual"}
    return lambda: ana.phone.post("/v1/topups", body, idempotency_key="k")


MOVES = (a_payment, a_hold, a_checkout, a_capture, a_void, a_refund, a_top_up)


def assert_away(reply: Reply) -> None:
    assert_problem(reply, 503, "unavailable")
    assert int(reply.headers["retry-after"]) > 0


@pytest.mark.parametrize("movement", MOVES)
def test_what_moves_money_is_503_without_effect_and_recovers_with_the_same_key(
    world: World, weather: Weather, movement: Any
) -> None:
    move = movement(world, world.customer(10_000))
    world.clock.advance(1)
    before = everything()
    for how in AWAY:
        with weather.storm(how, operations="TransactWriteItems"):
            assert_away(move())
        assert everything() == before, how
    made = move()
    assert (made.status, made.headers.get("idempotent-replayed")) == (201, None)
    again = move()
    assert (again.raw, again.headers["idempotent-replayed"]) == (made.raw, "true")


@pytest.mark.parametrize("movement", [move for move in MOVES if move is not a_top_up])
def test_an_answer_lost_after_the_effect_is_found_again(world: World, weather: Weather, movement: Any) -> None:
    move = movement(world, world.customer(10_000))
    world.clock.advance(1)
    with weather.storm(LOST, operations="TransactWriteItems") as called:
        assert_away(move())
    assert called.count("TransactWriteItems") == 1 + 2, "one try of our own, then two of the SDK"
    after = everything()
    again = move()
    assert (again.status, again.headers["idempotent-replayed"]) == (201, "true")
    assert everything() == after


def test_an_answer_lost_once_is_the_same_answer_a_moment_later(world: World, weather: Weather) -> None:
    ana = world.customer(10_000)
    world.clock.advance(1)
    with weather.storm(LOST, operations="TransactWriteItems", times=1) as called:
        paid = ana.pay(1_000, "k")
    assert called.count("TransactWriteItems") == 2
    assert (paid.status, ana.pay(1_000, "k").raw) == (201, paid.raw)
    assert ana.available == 9_000


def test_a_refusal_whose_storing_was_lost_is_still_that_refusal(world: World, weather: Weather) -> None:
    ana = world.customer(100)
    with weather.storm(LOST, operations="PutItem"):
        assert_away(ana.pay(1_000, "k"))
    world.put_in(ana, 10_000)
    assert ana.pay(1_000, "k").json["code"] == "insufficient-funds"
    with weather.storm("unreachable", operations="PutItem"):
        assert_away(ana.pay(20_000, "other"))
    world.put_in(ana, 20_000)
    assert ana.pay(20_000, "other").status == 201


def test_a_top_up_goes_on_with_its_key_when_the_lease_of_the_lost_request_is_over(
    world: World, weather: Weather
) -> None:
    ana = world.customer()
    move = a_top_up(world, ana)
    with weather.storm(LOST, operations="TransactWriteItems"):
        assert_away(move())
    waiting = move()
    assert_problem(waiting, 409, "in-flight")
    assert int(waiting.headers["retry-after"]) > 0
    world.clock.advance(31)
    made = move()
    assert (made.status, made.json["status"]) == (201, "pending")
    assert move().raw == made.raw
    assert len([item for item in everything() if item.get("kind") == "top-up"]) == 1


def test_a_webhook_whose_answer_was_lost_is_credited_once(world: World, weather: Weather, clock: FrozenClock) -> None:
    till = Till(world.nobody)
    wire.use(till.transport)
    sent = letter(till.message(till.top_up().json["id"], "succeeded"))
    clock.advance(1)
    for how in (*AWAY, LOST):
        with weather.storm(how, operations="TransactWriteItems"):
            assert_away(till.deliver(sent.body, signed(sent, KEYS, int(clock.now().timestamp()))))
    assert till.deliver(sent.body, signed(sent, KEYS, int(clock.now().timestamp()))).status == 200
    assert till.money == (1250, 0)


def of_an_owner(world: World) -> dict[str, Call]:
    """Whatever they change about their access, each on an account of its own."""
    ada, bea, cat, dan, eve, fay = (world.customer() for _ in range(6))
    proposed, secret = ada.phone.post("/v1/me/totp").json["secret"], enrolled(bea.phone)
    keys = [Authenticator(), Authenticator()]
    made = [keys[0].made(options(cat.phone)), keys[1].made(options(dan.phone))]
    dan.phone.post("/v1/me/passkeys", {"name": "phone", "credential": made[1]})
    enrolled(eve.phone)
    for person in (bea, fay):
        person.phone.request("PUT", "/v1/me/payment-pin", {"pin": "428571", "password": PASSWORD})
    mine, claim = {"password": PASSWORD}, {"identifier": bea.identifier, "password": PASSWORD}
    passkey = dan.phone.get("/v1/me/passkeys").json["data"][0]["id"]
    asked = world.nobody.post("/v1/sessions/passkey/options").json["options"]
    answer = {"challenge": world.nobody.post("/v1/sessions", claim).json["challenge"], "method": "totp"}
    stepped = fay.phone.post("/v1/me/step-up", {"method": "pin", "pin": "428571"}).json["access_token"]
    step_up, other = {"method": "pin", "pin": "428571"}, world.customer()
    return {
        "POST /v1/me/totp": lambda: cat.phone.post("/v1/me/totp"),
        "POST /v1/me/totp/confirm": lambda: ada.phone.post("/v1/me/totp/confirm", {"code": code_now(proposed)}),
        "DELETE /v1/me/totp": lambda: eve.phone.request("DELETE", "/v1/me/totp", mine),
        "POST /v1/me/recovery-codes": lambda: bea.phone.post("/v1/me/recovery-codes", mine),
        "PUT /v1/me/payment-pin": lambda: bea.phone.request("PUT", "/v1/me/payment-pin", mine | {"pin": "310597"}),
        "POST /v1/me/passkeys/options": lambda: cat.phone.post("/v1/me/passkeys/options", mine),
        "POST /v1/me/passkeys": lambda: cat.phone.post("/v1/me/passkeys", {"name": "p", "credential": made[0]}),
        "GET /v1/me/passkeys": lambda: dan.phone.get("/v1/me/passkeys"),
        "POST /v1/sessions/second-factor": lambda: world.nobody.post(
            "/v1/sessions/second-factor", answer | {"code": code_now(secret, 1)}
        ),
        "POST /v1/sessions/passkey/options": lambda: world.nobody.post("/v1/sessions/passkey/options"),
        "POST /v1/sessions/passkey": lambda: world.nobody.post(
            "/v1/sessions/passkey", {"credential": keys[1].signed(asked)}
        ),
        "DELETE /v1/me/passkeys/{id}": lambda: dan.phone.request("DELETE", f"/v1/me/passkeys/{passkey}", mine),
        "POST /v1/me/step-up/options": lambda: dan.phone.post("/v1/me/step-up/options"),
        "POST /v1/me/step-up": lambda: fay.phone.post("/v1/me/step-up", step_up),
        "POST /v1/me/freeze": lambda: fay.phone.post("/v1/me/freeze"),
        "DELETE /v1/me/freeze": lambda: world.nobody.bearing(stepped).delete("/v1/me/freeze"),
        "PATCH /v1/sessions/{id}": lambda: other.phone.patch(
            f"/v1/sessions/{other.tokens['session_id']}", {"device_name": "phone"}
        ),
        "DELETE /v1/sessions": lambda: other.phone.delete("/v1/sessions"),
    }


def options(phone: Caller) -> dict[str, Any]:
    found: dict[str, Any] = phone.post("/v1/me/passkeys/options", {"password": PASSWORD}).json["options"]
    return found


def requests(world: World) -> dict[str, Call]:
    """A call of every route that needs no key, each able to succeed."""
    ana, till = world.customer(1_000), Till(world.nobody)
    wire.use(till.transport)
    mine = of_a_customer(world, ana, till) | account_kit.calls(world)
    return {**of_anybody(world, ana), **mine, **of_an_owner(world), **of_the_office(world, till)}


def of_anybody(world: World, ana: Person) -> dict[str, Call]:
    nobody, wish = world.nobody, BODIES["POST /v1/users"] | {"identifier": "new@example.com", "password": PASSWORD}
    nobody.post("/v1/users", wish)
    proof = {"identifier": "new@example.com", "code": world.code_of("new@example.com")}
    proof["sign_up_secret"] = SIGN_UP_SECRET
    claim, token = {"identifier": ana.identifier, "password": PASSWORD}, {"refresh_token": ana.tokens["refresh_token"]}
    forgetful = {"identifier": world.customer().identifier}
    world.clock.advance(1)
    nobody.post("/v1/password-resets", forgetful)
    reset = forgetful | {"code": world.code_of(forgetful["identifier"]), "new_password": "another " + PASSWORD}
    return {
        "GET /health": lambda: nobody.get("/health"),
        "GET /openapi.json": lambda: nobody.get("/openapi.json"),
        "GET /docs": lambda: nobody.get("/docs"),
        "POST /v1/users": lambda: nobody.post("/v1/users", wish | {"identifier": "x@example.com"}),
        "POST /v1/users/verify": lambda: nobody.post("/v1/users/verify", proof),
        "POST /v1/sessions": lambda: nobody.post("/v1/sessions", claim),
        "POST /v1/sessions/refresh": lambda: nobody.post("/v1/sessions/refresh", token),
        "POST /v1/password-resets": lambda: nobody.post("/v1/password-resets", forgetful | {"reset_secret": "x" * 16}),
        "POST /v1/password-resets/confirm": lambda: nobody.post("/v1/password-resets/confirm", reset),
        "POST /v1/password-strength": lambda: nobody.post("/v1/password-strength", {"password": PASSWORD}),
    }


def of_a_customer(world: World, ana: Person, till: Till) -> dict[str, Call]:
    phone, wallet, bob, shop = ana.phone, f"/v1/wallets/{ana.wallet}", world.customer(), world.shop
    claim = {"identifier": ana.identifier, "password": PASSWORD}
    other = world.nobody.post("/v1/sessions", claim).json["session_id"]
    paid, topup, checkout = ana.pay(100).json["id"], till.top_up().json["id"], shop.checkout(5)["id"]
    refund = shop.act(paid, "refunds", {"amount": 1}).json["id"]
    sent, stamp = letter(till.message(topup, "failed")), int(world.clock.now().timestamp())
    return {
        "GET /v1/sessions": lambda: phone.get("/v1/sessions"),
        "DELETE /v1/sessions/{id}": lambda: phone.delete(f"/v1/sessions/{other}"),
        "DELETE /v1/sessions/current": lambda: bob.phone.delete("/v1/sessions/current"),
        "GET /v1/me": lambda: phone.get("/v1/me"),
        "PATCH /v1/me": lambda: phone.patch("/v1/me", {"display_name": "Anna"}),
        "GET /v1/me/notices": lambda: phone.get("/v1/me/notices"),
        **of_what_is_kept(world, ana),
        "GET /v1/wallets": lambda: phone.get("/v1/wallets"),
        "GET /v1/wallets/{id}": lambda: phone.get(wallet),
        "GET /v1/wallets/{id}/entries": lambda: phone.get(f"{wallet}/entries"),
        "GET /v1/wallets/{id}/balance": lambda: phone.get(f"{wallet}/balance"),
        "GET /v1/wallets/{id}/statements/{month}": lambda: phone.get(f"{wallet}/statements/2026-11"),
        "GET /v1/topups/{id}": lambda: till.customer.get(f"/v1/topups/{topup}"),
        "POST /v1/webhooks/{processor}": lambda: till.deliver(sent.body, signed(sent, KEYS, stamp)),
        "GET /v1/payments/{id}": lambda: phone.get(f"/v1/payments/{paid}"),
        "GET /v1/payments": lambda: shop.till.get("/v1/payments?order_reference=order-1"),
        "GET /v1/refunds/{id}": lambda: phone.get(f"/v1/refunds/{refund}"),
        "GET /v1/checkouts/{id}": lambda: phone.get(f"/v1/checkouts/{checkout}"),
    }


def of_what_is_kept(world: World, ana: Person) -> dict[str, Call]:
    phone, cleo, dora = ana.phone, world.customer(), world.customer()
    phone.patch("/v1/me", {"locale": "zh"})
    kept = phone.get("/v1/me/trash").json["data"][0]["id"]
    asked = phone.post("/v1/me/exports").json["id"]
    gone = {"identifier": dora.identifier, "password": PASSWORD}
    assert dora.phone.request("DELETE", "/v1/me", {"password": PASSWORD}).status == 204
    terms = {"document": "terms", "version": "2026-11-01", "given": True}
    return {
        "GET /v1/me/trash": lambda: phone.get("/v1/me/trash"),
        "POST /v1/me/trash/{id}/restore": lambda: phone.post(f"/v1/me/trash/{kept}/restore"),
        "POST /v1/me/exports": lambda: phone.post("/v1/me/exports"),
        "GET /v1/me/exports/{id}": lambda: phone.get(f"/v1/me/exports/{asked}"),
        "GET /v1/keys": lambda: world.nobody.get("/v1/keys"),
        "GET /v1/documents": lambda: world.nobody.get("/v1/documents"),
        "GET /v1/me/consents": lambda: phone.get("/v1/me/consents"),
        "POST /v1/me/consents": lambda: phone.post("/v1/me/consents", terms),
        "DELETE /v1/me": lambda: cleo.phone.request("DELETE", "/v1/me", {"password": PASSWORD}),
        "POST /v1/users/restore": lambda: world.nobody.post("/v1/users/restore", gone),
    }


def of_the_office(world: World, till: Till) -> dict[str, Call]:
    boss, shop, home = world.operator, world.shop, f"/v1/merchants/{world.shop.id}"
    till.send(till.message(till.top_up(key="lied-about").json["id"], "failed", amount=1))
    (case,) = (f"/v1/cases/{one['id']}" for one in boss.get("/v1/cases").json["data"])
    key, checkout = boss.post(f"{home}/keys", {"scopes": ["payments"]}).json["id"], shop.checkout(5)["id"]
    old_key = boss.post(f"{home}/keys", {"scopes": ["payments"]}).json["id"]
    terms = {"name": "New", "currencies": ["CNY"], "fee_basis_points": 1}
    order = {"amount": 1, "currency": "CNY", "order_reference": "A"}
    return {
        **of_people(world),
        "GET /v1/audit-log": lambda: boss.get("/v1/audit-log"),
        "POST /v1/audit-log/exports": lambda: boss.post("/v1/audit-log/exports", EXPORT),
        "GET /v1/merchants/{id}/keys": lambda: boss.get(f"{home}/keys"),
        "POST /v1/merchants/{id}/keys/{key_id}/rotate": lambda: boss.post(f"{home}/keys/{old_key}/rotate", {}),
        "GET /v1/cases": lambda: boss.get("/v1/cases"),
        "GET /v1/cases/{id}": lambda: boss.get(case),
        "POST /v1/cases/{id}/resolve": lambda: boss.post(f"{case}/resolve", {"note": "n"}),
        "POST /v1/merchants": lambda: boss.post("/v1/merchants", terms),
        "GET /v1/merchants/{id}": lambda: boss.get(home),
        "POST /v1/merchants/{id}/keys": lambda: boss.post(f"{home}/keys", {"scopes": ["reports"]}),
        "DELETE /v1/merchants/{id}/keys/{key_id}": lambda: boss.delete(f"{home}/keys/{key}"),
        "GET /v1/merchants/{id}/settlements": lambda: shop.till.get(f"{home}/settlements"),
        "POST /v1/checkouts": lambda: shop.till.post("/v1/checkouts", order),
        "POST /v1/checkouts/{id}/cancel": lambda: shop.till.post(f"/v1/checkouts/{checkout}/cancel"),
    }


OFFLINE = {
    "GET /health",
    "GET /openapi.json",
    "GET /docs",
    "GET /v1/documents",
    "GET /v1/keys",
    "GET /v1/education",
    "POST /v1/password-strength",
}
"""They ask no table."""


def test_the_keys_of_archives_are_away_with_kms_until_they_are_known(world: World, weather: Weather) -> None:
    for how in ("unreachable", "broken"):
        with weather.storm(how, service="kms"):
            assert_away(world.nobody.get("/v1/keys"))
    assert world.nobody.get("/v1/keys").status == 200
    with weather.storm("unreachable", service="kms"):
        assert world.nobody.get("/v1/keys").status == 200


def of_people(world: World) -> dict[str, Call]:
    boss, cat, dan, eve, fay = world.operator, *(world.customer() for _ in range(4))
    because = {"reason": "asked for it by post"}
    boss.post("/v1/operators", {"person_id": dan.id, "role": "support"} | because)
    for person in (cat, eve):
        assert boss.post("/v1/freezes", freeze_of(person.wallet)).status == 201
    return {
        "POST /v1/people/searches": lambda: boss.post("/v1/people/searches", {"identifier": cat.identifier}),
        "GET /v1/people/{id}": lambda: boss.get(f"/v1/people/{cat.id}"),
        "POST /v1/people/{id}/reveals": lambda: boss.post(
            f"/v1/people/{cat.id}/reveals", {"field": "identifier"} | because
        ),
        "GET /v1/operators": lambda: boss.get("/v1/operators"),
        "POST /v1/operators": lambda: boss.post("/v1/operators", {"person_id": cat.id, "role": "support"} | because),
        "PATCH /v1/operators/{id}": lambda: boss.patch(f"/v1/operators/{dan.id}", {"role": "risk"} | because),
        "POST /v1/freezes": lambda: boss.post("/v1/freezes", freeze_of(fay.wallet)),
        "GET /v1/freezes/{wallet_id}": lambda: boss.get(f"/v1/freezes/{cat.wallet}"),
        "POST /v1/freezes/{wallet_id}/lift": lambda: boss.post(
            f"/v1/freezes/{eve.wallet}/lift", {"note": "asked for it by post"}
        ),
    }


def freeze_of(wallet: str) -> dict[str, str]:
    return {"wallet_id": wallet, "reason": "legal_order", "note": "asked for it by post"}


EXPORT = {"from": "2026-11-21T00:00:00Z", "to": "2026-11-22T00:00:00Z", "format": "csv"}


def test_nothing_else_is_more_than_503(world: World, weather: Weather) -> None:
    calls = requests(world)
    assert set(calls) == {f"{route.method} {route.path}" for route in routes() if not route.moves_money}
    for how in ("unreachable", "silent", "throttled", "broken"):
        with weather.storm(how):
            for name, call in calls.items():
                if name in OFFLINE:
                    assert call().status == 200
                else:
                    assert_away(call())
    for name, call in calls.items():
        assert call().status < 300, name


@pytest.mark.parametrize("operation", ["PutItem", "UpdateItem", "TransactWriteItems", "GetItem Query"])
def test_one_answer_lost_on_the_way_is_not_noticed(world: World, weather: Weather, operation: str) -> None:
    for name, call in requests(world).items():
        world.clock.advance(0.001)
        with weather.storm(LOST, operations=operation, times=1):
            assert call().status < 300, name


def test_a_sign_up_whose_last_answer_was_lost_is_a_sign_up(world: World, weather: Weather) -> None:
    verify, claim = requests(world)["POST /v1/users/verify"], {"identifier": "new@example.com", "password": PASSWORD}
    for operation in ("UpdateItem", "PutItem", "TransactWriteItems"):
        with weather.storm(LOST, operations=operation):
            assert_away(verify())
    assert_problem(verify(), 400, "invalid-or-expired", "code")
    assert world.nobody.post("/v1/sessions", claim).status == 201


def test_while_the_queues_are_away_payments_go_on_and_settle_later(world: World, weather: Weather) -> None:
    ana = world.customer(10_000)
    for how in ("unreachable", "broken"):
        with weather.storm(how, service="sqs") as called:
            assert ana.pay(1_000 + len(how)).status == 201
            assert "SendMessageBatch" not in called
            with pytest.raises((BotoCoreError, ClientError)):
                world.deliver()
        world._seen.clear()
    world.deliver()
    assert service.head(world.shop.account).available == 2_017 - 12


def test_a_queue_that_takes_only_some_is_sent_all_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.customer(10_000).pay(1_000)
    with monkeypatch.context() as patch:
        patch.setattr(cloud.client("sqs"), "send_message_batch", lambda **sent: {"Failed": [{"Id": "0"}]})
        with pytest.raises(Unavailable):
            world.deliver()
    world._seen.clear()
    world.deliver()
    assert service.head(world.shop.account).available == 1_000 - 6


@pytest.mark.parametrize("how", ["unreachable", "broken", "no key"])
def test_without_the_key_of_the_secrets_nobody_gets_in(world: World, weather: Weather, how: str) -> None:
    """Secrets Manager answers DecryptionFailure while KMS is away."""
    ana, till = world.customer(1_000), Till(world.nobody)
    wire.use(till.transport)
    sent = letter(till.message(till.top_up().json["id"], "succeeded"))
    headers = signed(sent, KEYS, int(world.clock.now().timestamp()))
    claim = {"identifier": ana.identifier, "password": PASSWORD}
    cloud.secret.cache_clear()
    with weather.storm(how, service="secretsmanager"):
        assert_away(world.nobody.post("/v1/sessions", claim))
        assert_away(world.nobody.post("/v1/sessions/refresh", {"refresh_token": ana.tokens["refresh_token"]}))
        assert_away(till.deliver(sent.body, headers))
        assert ana.pay(100).status == 201
    assert world.nobody.post("/v1/sessions", claim).status == 201
    assert till.deliver(sent.body, headers).status == 200
    assert till.money == (1250, 0)


@pytest.mark.parametrize("how", ["unreachable", "broken", "throttled"])
def test_without_the_key_of_personal_fields_nothing_happens(world: World, weather: Weather, how: str) -> None:
    ana, wish = world.customer(), BODIES["POST /v1/users"] | {"identifier": "new@example.com", "password": PASSWORD}
    claim = {"identifier": ana.identifier, "password": PASSWORD, "device_name": "phone"}
    before = {table: topup_kit.items(table) for table in ("identity", "notices")}
    vault.forget()
    with weather.storm(how, service="kms"):
        assert_away(world.nobody.post("/v1/users", wish))
        assert_away(world.nobody.post("/v1/sessions", claim))
        assert_away(ana.phone.get("/v1/me"))
        assert_away(ana.phone.patch("/v1/me", {"display_name": "Eve"}))
    assert {table: topup_kit.items(table) for table in ("identity", "notices")} == before
    assert world.nobody.post("/v1/users", wish).status == 202


@pytest.mark.parametrize(("contact", "service_name"), [("new@example.com", "ses"), ("+8613800138000", "sns")])
@pytest.mark.parametrize("how", ["unreachable", "broken"])
def test_without_post_nobody_signs_up_and_then_the_same_again_does(
    world: World, weather: Weather, monkeypatch: pytest.MonkeyPatch, contact: str, service_name: str, how: str
) -> None:
    monkeypatch.setenv("OUTBOX", "aws")
    settings_module.settings.cache_clear()
    wish = {"identifier": contact, "password": PASSWORD, "display_name": "N", "locale": "en", "jurisdiction": "CN"}
    with weather.storm(how, service=service_name):
        assert_away(world.nobody.post("/v1/users", wish))
    assert world.nobody.post("/v1/users", wish).status == 202
    assert topup_kit.items("notices") == [item for item in topup_kit.items("notices") if contact not in item["pk"]]
