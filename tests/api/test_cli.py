"""`listen` and `trigger`: what whoever writes a merchant's server has beside the local cloud."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from standardwebhooks.webhooks import Webhook

from chalicelib.merchants import addresses
from chalicelib.processors import wire
from chalicelib.settings import settings
from infra.local import cli, late, places, seed, triggers
from infra.local.bank_book import DECLINED
from infra.local.bank_payouts import MAGIC
from infra.local.client import Client
from infra.local.listening import TRIES, Listener, Memory, Sent
from infra.local.past import Past
from tests.api.served import api, serving
from tests.api.withdrawal_kit import Bank
from tests.api.world import PASSWORD, Person, World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import appointed

PURSE = 1_000_000
ELSEWHERE = ("payment.expired", "payout.succeeded", "payout.failed", "ping")
"""What takes more than a customer, and has a test of its own."""


class Hook:
    """A merchant's server. `answers`: what it says to the next requests, 200 afterwards; 0: nothing, for a while."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.elsewhere: list[str] = []

    def answer(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        if request.path != "/hook":
            self.elsewhere.append(request.path)
        self.heard.append(({name.lower(): value for name, value in request.headers.items()}, body))
        status = self.answers.pop(0) if self.answers else 200
        if not status:
            time.sleep(0.4)  # longer than whoever asks waits, or there would be an answer
            return
        request.send_response(status)
        if status == 302:
            request.send_header("Location", "/elsewhere")
        request.end_headers()

    def verified(self, secret: str) -> list[dict[str, Any]]:
        """By the official library, which raises where a signature is wrong."""
        return [Webhook(secret).verify(body, headers) for headers, body in self.heard]


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("WEBHOOK_ADDRESSES", "loopback")
    settings.cache_clear()
    cheap_passwords(monkeypatch)
    before = addresses.use(lambda host, port: ["127.0.0.1"])
    yield World(clock)
    addresses.use(before)
    settings.cache_clear()


@pytest.fixture
def hook() -> Iterator[Hook]:
    yield Hook()


@pytest.fixture
def ana(world: World) -> Person:
    return world.customer(PURSE)


@pytest.fixture
def local(world: World, ana: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """As `build/local.json` has it, of this small world."""
    monkeypatch.setattr(places, "HOME", tmp_path)
    monkeypatch.setattr(places, "LOCAL_JSON", tmp_path / "local.json")
    scopes = {"scopes": ["payments", "refunds", "checkouts", "reports", "keys", "payouts"]}
    key = world.operator.post(f"/v1/merchants/{world.shop.id}/keys", scopes).json["key"]
    customer = {"identifier": ana.identifier, "password": PASSWORD, "display_name": "Ana", "wallet_id": ana.wallet}
    merchant = {"id": world.shop.id, "name": "Tea House", "api_key": key}
    with serving(api) as address:
        told = {"api": address, "people": {"customers": [customer], "merchants": [merchant]}}
        places.LOCAL_JSON.write_text(json.dumps(told))
        yield told


@pytest.fixture
def till(local: dict[str, Any]) -> Client:
    client = Client(local["api"], local["people"]["merchants"][0]["api_key"])
    cli.have_recorded(client, local["people"]["merchants"][0]["id"])
    return client


def listener(world: World, till: Client, to: str, **more: Any) -> Listener:
    memory = Memory.of(world.shop.id)
    return Listener(world.shop.id, to + "/hook", lambda path: till.get(path).expect(200), memory, **more)


def heard(listening: Listener) -> list[tuple[str, int | None, bool]]:
    return [(one.event["type"], one.status, one.over) for one in listening.turn()]


def test_what_happens_is_posted_signed_and_not_twice(world: World, ana: Person, till: Client, hook: Hook) -> None:
    ana.pay(100)
    world.deliver()
    with serving(hook.answer) as address:
        listening = listener(world, till, address)
        assert heard(listening) == []
        paid = ana.pay(250).json["id"]
        world.deliver()
        assert sorted(heard(listening)) == [("payment.captured", 200, True), ("settlement.created", 200, True)]
        assert heard(listening) == []
    (told,) = [one for one in hook.verified(listening.memory.secret) if one["type"] == "payment.captured"]
    assert (told["data"]["id"], told["data"]["amount"]) == (paid, 250)
    known = till.get(f"/v1/merchants/{world.shop.id}/events").expect(200)["data"]
    assert {one["webhook-id"] for one, _ in hook.heard} < {one["id"] for one in known}


def test_a_server_that_fails_hangs_or_redirects_is_asked_again_and_given_up(
    world: World, ana: Person, till: Client, hook: Hook
) -> None:
    with serving(hook.answer) as address:
        types = frozenset({"payment.captured"})
        listening = listener(world, till, address, types=types, total_seconds=0.2)
        heard(listening)
        ana.pay(100)
        world.deliver()
        hook.answers = [500, 0, 302]
        seen = [heard(listening) for _ in range(5)]
        kind = "payment.captured"
        assert seen[:4] == [[(kind, status, status == 200)] for status in (500, None, 302, 200)]
        assert (seen[4], hook.elsewhere) == ([], [])
        ana.pay(101)
        world.deliver()
        hook.answers = [503] * 9
        assert [one for _ in range(TRIES + 1) for one in heard(listening)][-1] == (kind, 503, True)
    hook.verified(listening.memory.secret)


def test_the_next_run_goes_on_where_it_stopped_with_the_same_secret(
    world: World, ana: Person, till: Client, hook: Hook
) -> None:
    with serving(hook.answer) as address:
        first = listener(world, till, address, types=frozenset({"payment.captured"}))
        heard(first)
        ana.pay(100)
        world.deliver()
        hook.answers = [500]
        assert [status for _, status, _ in heard(first)] == [500]
        world.clock.advance(600)
        ana.sign_in()
        ana.pay(200)
        world.deliver()
        later = listener(world, till, address, types=frozenset({"payment.captured"}))
        assert [status for _, status, _ in heard(later)] == [200, 200]
        assert (heard(later), later.memory.secret) == ([], first.memory.secret)
    assert [told["data"]["amount"] for told in hook.verified(first.memory.secret)] == [100, 100, 200]


def test_nothing_is_posted_beyond_this_machine() -> None:
    for to in ("http://hooks.shop.example/hook", "https://127.0.0.1/hook", "http://10.0.0.7/hook"):
        with pytest.raises(ValueError, match="not on this machine"):
            Listener("mer_1", to, dict, Memory("whsec_"))


@pytest.mark.parametrize("port", ["99999", "0", "x"])
def test_nothing_is_posted_to_a_port_that_there_is_not(port: str) -> None:
    with pytest.raises(ValueError, match=r"[Pp]ort"):
        Listener("mer_1", f"http://127.0.0.1:{port}/hook", dict, Memory("whsec_"))


def test_a_server_that_says_it_is_gone_is_not_asked_again(world: World, ana: Person, till: Client, hook: Hook) -> None:
    with serving(hook.answer) as address:
        listening = listener(world, till, address, types=frozenset({"payment.captured"}))
        heard(listening)
        ana.pay(100)
        world.deliver()
        hook.answers = [410]
        assert [heard(listening) for _ in range(2)] == [[("payment.captured", 410, True)], []]


def test_a_line_says_what_came_and_what_comes_next() -> None:
    event = {"type": "payment.captured", "id": "evt_1"}
    lines = [
        Sent(event, status, 12, over).line for status, over in ((200, True), (None, False), (500, True), (410, True))
    ]
    assert lines == [
        "200  payment.captured     evt_1  12 ms",
        "---  payment.captured     evt_1  12 ms  again in a moment",
        "500  payment.captured     evt_1  12 ms  given up",
        "410  payment.captured     evt_1  12 ms  gone: the cloud tells it nothing more",
    ]


@pytest.mark.parametrize("event", [one for one in triggers.TRIGGERS if one not in ELSEWHERE])
def test_a_trigger_plays_the_real_thing(
    world: World, till: Client, local: dict[str, Any], event: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["trigger", event]) == 0
    ids = dict(line.split() for line in capsys.readouterr().out.splitlines())
    world.deliver()
    world.clock.advance(1)
    world.sweep()
    world.take_in()
    told = till.get(f"/v1/merchants/{world.shop.id}/events?type={event}").expect(200)["data"]
    assert len(told) == 1
    assert event == "settlement.created" or set(ids.values()) & set(map(str, told[0]["data"].values()))


def events(till: Client, world: World, event: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = till.get(f"/v1/merchants/{world.shop.id}/events?type={event}").expect(200)["data"]
    return found


@pytest.mark.parametrize(("event", "said"), [("payout.succeeded", "succeeded"), ("payout.failed", "failed")])
def test_a_payout_is_triggered_whose_last_digits_say_what_the_bank_does(
    world: World,
    till: Client,
    local: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    event: str,
    said: str,
) -> None:
    operates(world)
    bank = Bank()
    wire.use(bank.transport)
    monkeypatch.setattr(time, "sleep", lambda seconds: world.deliver())  # whoever waits lets the world go on
    assert cli.main(["trigger", event]) == 0
    payout = dict(line.split() for line in capsys.readouterr().out.splitlines())["payout"]
    world.clock.advance(1)
    world.sweep()
    asked = bank.paid[payout]
    assert (asked["amount"] % 100 in MAGIC, asked["amount"] % 100 == DECLINED) == ((said == "failed"),) * 2
    bank.say(payout, said, reason="account_closed")
    world.clock.advance(60)
    world.sweep()
    world.deliver()
    assert [one["data"]["id"] for one in events(till, world, event)] == [payout]


def operates(world: World) -> None:
    """The operator of a local cloud, as it is seeded."""
    olga = seed.OPERATOR
    assert world.nobody.post("/v1/users", asdict(olga)).status == 202
    code = {"identifier": olga.identifier, "code": world.code_of(olga.identifier)}
    welcome = world.nobody.post("/v1/users/verify", code).json
    places.keep(seed.AUTHENTICATOR, {"totp_secret": appointed(world.nobody, welcome, "admin", olga.password)})


def test_a_deposit_of_last_week_runs_out_with_the_next_sweep(world: World, till: Client) -> None:
    def fund(me: Past, wallet: Mapping[str, Any], amount: int) -> None:
        behind = (world.clock.now() - me.now).total_seconds()
        world.clock.advance(-behind)
        owner = me.get("/v1/me").expect(200)["id"]
        world.put_in(cast(Person, SimpleNamespace(id=owner, wallet=wallet["id"], currency="CNY")), amount)
        world.clock.advance(behind)

    played = late.play(Past("http://127.0.0.1:9"), fund, world.shop.id, 1_250)
    world.deliver()
    assert events(till, world, "payment.expired") == []
    world.sweep()
    world.deliver()
    (told,) = events(till, world, "payment.expired")
    assert (told["data"]["id"], told["data"]["status"]) == (played["payment"], "expired")


def test_every_type_of_event_can_be_triggered() -> None:
    from chalicelib.merchants.model_events import EVENT_TYPES

    assert set(triggers.TRIGGERS) == set(EVENT_TYPES)


def test_the_command_says_what_is_wrong(local: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    words = ["trigger", "payment.nothing"], ["--merchant", "nobody", "trigger", "ping"]
    assert [cli.main(one) for one in words] == [1, 1]
    said = capsys.readouterr().err
    assert "no event payment.nothing" in said and "no merchant nobody" in said
    assert cli.main(["listen", "--forward-to", "http://10.0.0.7/hook"]) == 1
    places.LOCAL_JSON.unlink()
    assert cli.main(["trigger", "--list"]) == 1
