"""Every use case, killed at every moment that can leave another world behind, then tried again: it happened once.

Those are: before its first call to the database, after each call that wrote, and before a call that follows something
sent elsewhere. To be killed at any other moment, around a call that only read, is to be killed at one of these.

A kill is not an exception that the product could handle: it ends the worker. What the call did, it did.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import app
from chalicelib import cloud as clients
from chalicelib.kernel import ids
from chalicelib.ledger import audit, chart, folding, service
from chalicelib.processors import wire
from tests import aws
from tests.api.caller import Reply
from tests.api.world import PASSWORD, Person, World, cheap_passwords, fresh_key
from tests.conftest import FrozenClock
from tests.people import code_now
from tests.simulation import house, seam
from tests.simulation.cases_of_accounts import ACCOUNTS
from tests.simulation.cases_of_cards import CARDS
from tests.simulation.cases_of_charges import CHARGES
from tests.simulation.cases_of_coupons import COUPONS
from tests.simulation.cases_of_family import FAMILY
from tests.simulation.cases_of_gifts import GIFTS
from tests.simulation.cases_of_payouts import PAYOUTS
from tests.simulation.cases_of_points import POINTS
from tests.simulation.cases_of_shares import SHARES
from tests.simulation.cases_of_topups import TOPUPS
from tests.simulation.cases_of_withdrawals import WITHDRAWALS
from tests.simulation.engine import Engine
from tests.simulation.fate import Fate, Killed, told

Act = Callable[[], Any]
Case = Callable[[World], tuple[Act, Callable[[Any], None]]]
"""Gives what is done, and what must be true of the last answer and of the world when it was done once."""


@pytest.fixture
def fate(clock: FrozenClock) -> Fate:
    return Fate(Engine(lambda: clock.now().timestamp(), house.tables()))


@pytest.fixture
def world(cloud: None, clock: FrozenClock, fate: Fate, monkeypatch: pytest.MonkeyPatch) -> World:
    """On the simulation's database; queues and secrets are moto's."""
    others, database = clients.client, seam.Client("dynamodb", fate.call)
    monkeypatch.setattr(clients, "client", lambda service: database if service == "dynamodb" else others(service))
    cheap_passwords(monkeypatch)
    monkeypatch.setenv("HARBOUR_URL", "https://harbour.test")
    use = wire.use
    monkeypatch.setattr(wire, "_transport", told(fate, wire.over_the_network))
    monkeypatch.setattr(wire, "use", lambda transport: use(told(fate, transport)))
    aws.stand_before(monkeypatch, told(fate, lambda sent: sent.go_on()))
    return World(clock)


def payment(world: World) -> tuple[Act, Callable[[Any], None]]:
    ana, key = world.customer(1_000), fresh_key()

    def once(reply: Reply) -> None:
        assert (reply.status, ana.available) == (201, 900)

    return lambda: ana.pay(100, key), once


def payment_of_a_checkout(world: World) -> tuple[Act, Callable[[Any], None]]:
    ana, key, checkout = world.customer(1_000), fresh_key(), world.shop.checkout(100)

    def once(reply: Reply) -> None:
        assert (reply.status, ana.available) == (201, 900)
        assert world.shop.till.get(f"/v1/checkouts/{checkout['id']}").json["payment_id"] == reply.json["id"]

    return lambda: ana.pay_checkout(checkout["id"], key), once


def refused_payment(world: World) -> tuple[Act, Callable[[Any], None]]:
    ana, key = world.customer(50), fresh_key()

    def once(reply: Reply) -> None:
        assert (reply.json["code"], ana.available) == ("insufficient-funds", 50)
        world.put_in(ana, 500)
        assert ana.pay(100, key).raw == reply.raw

    return lambda: ana.pay(100, key), once


def _held(world: World) -> tuple[Person, str]:
    ana = world.customer(1_000)
    return ana, ana.pay(400, capture="manual").json["id"]


def capture(world: World) -> tuple[Act, Callable[[Any], None]]:
    (ana, held), key = _held(world), fresh_key()

    def once(reply: Reply) -> None:
        assert (reply.status, ana.available, ana.held) == (201, 700, 0)

    return lambda: world.shop.act(held, "capture", {"amount": 300}, key), once


def void(world: World) -> tuple[Act, Callable[[Any], None]]:
    (ana, held), key = _held(world), fresh_key()

    def once(reply: Reply) -> None:
        assert (reply.status, ana.available, ana.held) == (201, 1_000, 0)

    return lambda: world.shop.act(held, "void", {}, key), once


def refund(world: World) -> tuple[Act, Callable[[Any], None]]:
    ana, key = world.customer(1_000), fresh_key()
    paid = ana.pay(400).json["id"]

    def once(reply: Reply) -> None:
        assert (reply.status, ana.available) == (201, 750)
        assert ana.phone.get(f"/v1/payments/{paid}").json["refunded"] == 150

    return lambda: world.shop.act(paid, "refunds", {"amount": 150}, key), once


def settlement(world: World) -> tuple[Act, Callable[[Any], None]]:
    ana = world.customer(1_000)
    before = service.head(world.shop.account).available
    ana.pay(400)
    messages = world.messages_of_settlement()

    def once(answer: Any) -> None:
        assert answer == {"batchItemFailures": []}
        assert service.head(world.shop.account).available - before == 400 - 2

    return lambda: app.settle(messages, None), once


def fold(world: World) -> tuple[Act, Callable[[Any], None]]:
    ana, settling = world.customer(1_000), chart.settling("CNY")
    before = folding.total(settling)
    paid = ana.pay(400).json["id"]
    entry = {"id": ids.derived("ent", paid), "postings": {settling: 400}}
    body = json.dumps({"entries": [entry]})

    def once(answer: Any) -> None:
        assert folding.total(settling) - before == 400

    return lambda: app.fold(world.event_of("fold", [body]), None), once


def expiry(world: World) -> tuple[Act, Callable[[Any], None]]:
    ana, held = _held(world)
    world.clock.advance(8 * 86_400)

    def once(answer: Any) -> None:
        assert service.movement(held)["state"] == "expired"
        assert (service.head(ana.wallet).available, service.head(ana.wallet).held) == (1_000, 0)

    return world.sweep, once


def signing_up(world: World) -> tuple[Act, Callable[[Any], None]]:
    name = f"{fresh_key()}@example.com"
    wish = {"identifier": name, "password": PASSWORD, "display_name": "Bo", "locale": "en", "jurisdiction": "CN"}

    def once(reply: Reply) -> None:
        proof = {"identifier": name, "code": world.code_of(name)}
        assert (reply.status, world.nobody.post("/v1/users/verify", proof).status) == (202, 201)

    return lambda: world.nobody.post("/v1/users", wish), once


def signing_in(world: World) -> tuple[Act, Callable[[Any], None]]:
    ana = world.customer(0)
    claim = {"identifier": ana.identifier, "password": PASSWORD}

    def once(reply: Reply) -> None:
        phone = world.nobody.bearing(reply.json["access_token"])
        assert (reply.status, phone.get("/v1/wallets").status) == (201, 200)

    return lambda: world.nobody.post("/v1/sessions", claim), once


def refreshing(world: World) -> tuple[Act, Callable[[Any], None]]:
    """A lost answer: the same successor comes again."""
    ana = world.customer(100)
    token = {"refresh_token": ana.tokens["refresh_token"]}

    def once(reply: Reply) -> None:
        ana.phone = world.nobody.bearing(reply.json["access_token"])
        assert (reply.status, ana.pay(1).status) == (200, 201)
        following = world.nobody.post("/v1/sessions/refresh", {"refresh_token": reply.json["refresh_token"]})
        assert following.status == 200

    return lambda: world.nobody.post("/v1/sessions/refresh", token), once


def signing_out(world: World) -> tuple[Act, Callable[[Any], None]]:
    ana = world.customer(100)

    def once(reply: Reply) -> None:
        assert (reply.status, ana.pay(1).status) == (204, 401)

    return lambda: ana.phone.delete("/v1/sessions/current"), once


def guessing(world: World) -> tuple[Act, Callable[[Any], None]]:
    """The fifth wrong password: whoever dies over it leaves the name closed, and not for ever."""
    ana = world.customer(0)
    claim = {"identifier": ana.identifier, "password": "wrong horse battery staple"}
    for _ in range(4):
        world.nobody.post("/v1/sessions", claim)

    def once(reply: Reply) -> None:
        right = claim | {"password": PASSWORD}
        assert (reply.status, world.nobody.post("/v1/sessions", right).status) == (401, 401)
        world.clock.advance(900)
        assert world.nobody.post("/v1/sessions", right).status == 201

    return lambda: world.nobody.post("/v1/sessions", claim), once


def unlocking(world: World) -> tuple[Act, Callable[[Any], None]]:
    ana = world.customer(0)
    for _ in range(5):
        world.nobody.post("/v1/sessions", {"identifier": ana.identifier, "password": "wrong horse battery staple"})
    world.clock.advance(61)

    def once(answer: Any) -> None:
        world.clock.advance(120)
        world.sweep()
        ana.sign_in()
        told = [notice["kind"] for notice in ana.phone.get("/v1/me/notices").json["data"]]
        assert "sign_in_unlocked" in told

    return world.sweep, once


def asking_for_a_reset(world: World) -> tuple[Act, Callable[[Any], None]]:
    ana = world.customer(0)
    world.clock.advance(1)

    def once(reply: Reply) -> None:
        proof = {"identifier": ana.identifier, "code": world.code_of(ana.identifier), "new_password": "new " + PASSWORD}
        assert (reply.status, world.nobody.post("/v1/password-resets/confirm", proof).status) == (202, 204)

    return lambda: world.nobody.post("/v1/password-resets", {"identifier": ana.identifier}), once


def resetting(world: World) -> tuple[Act, Callable[[Any], None]]:
    """Tried again after it was made, the code is used up; the sweep does what is left."""
    ana = world.customer(100)
    world.clock.advance(1)
    world.nobody.post("/v1/password-resets", {"identifier": ana.identifier})
    code, new = world.code_of(ana.identifier), "new " + PASSWORD
    proof = {"identifier": ana.identifier, "code": code, "new_password": new}

    def once(reply: Reply) -> None:
        assert reply.status in (204, 400)
        world.clock.advance(120)
        world.sweep()
        assert ana.pay(1).status == 401
        assert world.nobody.post("/v1/sessions/refresh", {"refresh_token": ana.tokens["refresh_token"]}).status == 401
        known = {"device_token": ana.tokens["device_token"]}
        signed_in = world.nobody.post("/v1/sessions", {"identifier": ana.identifier, "password": new} | known)
        phone = world.nobody.bearing(signed_in.json["access_token"])
        assert phone.get("/v1/me/notices").json["data"][0]["kind"] == "password_reset"

    return lambda: world.nobody.post("/v1/password-resets/confirm", proof), once


def confirming(world: World) -> tuple[Act, Callable[[Any], None]]:
    ana = world.customer(0)
    code = {"code": code_now(ana.phone.post("/v1/me/totp", {"password": PASSWORD}).json["secret"])}

    def once(reply: Reply) -> None:
        claim = {"identifier": ana.identifier, "password": PASSWORD}
        assert (reply.status, world.nobody.post("/v1/sessions", claim).status) == (204, 202)
        answer = {"challenge": world.nobody.post("/v1/sessions", claim).json["challenge"], "method": "totp"}
        assert world.nobody.post("/v1/sessions/second-factor", answer | code).status == 400

    return lambda: ana.phone.post("/v1/me/totp/confirm", code), once


def setting_a_pin(world: World) -> tuple[Act, Callable[[Any], None]]:
    ana = world.customer(0)
    pin = {"pin": "428571", "password": PASSWORD}

    def once(reply: Reply) -> None:
        stepped_up = ana.phone.post("/v1/me/step-up", {"method": "pin", "pin": "428571"})
        assert (reply.status, stepped_up.status) == (204, 200)

    return lambda: ana.phone.request("PUT", "/v1/me/payment-pin", pin), once


def freezing(world: World) -> tuple[Act, Callable[[Any], None]]:
    ana = world.customer(100)

    def once(reply: Reply) -> None:
        assert (reply.status, ana.pay(1).json["code"]) == (204, "wallet-frozen")

    return lambda: ana.phone.post("/v1/me/freeze"), once


def signing_out_everywhere(world: World) -> tuple[Act, Callable[[Any], None]]:
    ana = world.customer(100)
    ana.sign_in()

    def once(reply: Reply) -> None:
        assert (reply.status, ana.pay(1).status) == (204, 401)
        ana.sign_in()
        assert len(ana.phone.get("/v1/sessions").json["data"]) == 1

    return lambda: ana.phone.delete("/v1/sessions"), once


CASES = (
    payment,
    payment_of_a_checkout,
    refused_payment,
    capture,
    void,
    refund,
    settlement,
    fold,
    expiry,
    *SHARES,
    *TOPUPS,
    *WITHDRAWALS,
    *CARDS,
    *COUPONS,
    *POINTS,
    *FAMILY,
    *GIFTS,
    *PAYOUTS,
    *CHARGES,
    signing_up,
    signing_in,
    refreshing,
    signing_out,
    *ACCOUNTS,
    guessing,
    unlocking,
    asking_for_a_reset,
    resetting,
    signing_out_everywhere,
    confirming,
    setting_a_pin,
    freezing,
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_killed_at_any_call_and_tried_again_it_happened_once(world: World, fate: Fate, case: Case) -> None:
    act, once = case(world)
    fate.spare()
    answer = act()
    moments = fate.moments
    once(answer)
    kills = 0
    for moment in range(1, moments + 1):
        world.clock.advance(1)
        act, once = case(world)
        fate.kill(moment)
        try:
            act()
        except Killed:
            kills += 1
        fate.spare()
        world.clock.advance(1)
        once(act())
    assert kills >= 2
    world.deliver()
    assert audit.trial_balance().balanced
