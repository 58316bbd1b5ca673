"""What Coffer stands on is away: 503 with Retry-After, and no effect, or the same key finds it."""

from __future__ import annotations

from collections.abc import Iterator
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
from tests.api.away_kit import OFFLINE, requests
from tests.api.away_moves import MOVES, a_top_up
from tests.api.bad_input_kit import BODIES
from tests.api.caller import Reply, assert_problem
from tests.api.topup_kit import KEYS, Till, everything, items
from tests.api.weather import AWAY, LOST, Weather
from tests.api.world import PASSWORD, World, cheap_passwords
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests


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


def test_the_keys_of_archives_are_away_with_kms_until_they_are_known(world: World, weather: Weather) -> None:
    for how in ("unreachable", "broken"):
        with weather.storm(how, service="kms"):
            assert_away(world.nobody.get("/v1/keys"))
    assert world.nobody.get("/v1/keys").status == 200
    with weather.storm("unreachable", service="kms"):
        assert world.nobody.get("/v1/keys").status == 200


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
    before = {table: items(table) for table in ("identity", "notices")}
    vault.forget()
    with weather.storm(how, service="kms"):
        assert_away(world.nobody.post("/v1/users", wish))
        assert_away(world.nobody.post("/v1/sessions", claim))
        assert_away(ana.phone.get("/v1/me"))
        assert_away(ana.phone.patch("/v1/me", {"display_name": "Eve"}))
    assert {table: items(table) for table in ("identity", "notices")} == before
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
    assert items("notices") == [item for item in items("notices") if contact not in item["pk"]]
