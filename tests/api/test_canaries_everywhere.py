"""Whatever anybody types, and every secret that an answer gives, looked for at rest, in logs, queues and errors.

Every route is driven to a success (`away_kit` has a call of each; a new route joins by standing there), and every
field of every body once more with a canary of its own, whatever comes of it. A field may stand in clear only if
`IN_CLEAR` names it.
"""

from __future__ import annotations

import base64
import io
import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

import app
from chalicelib import cloud
from chalicelib.api.blueprint import Route, routes
from chalicelib.cases import sealing
from chalicelib.kernel.callers import Customer, Merchant, Operator
from chalicelib.observability import logger
from chalicelib.processors import wire
from tests.api import away_kit, away_moves, charge_kit, withdrawal_kit
from tests.api.bad_input_kit import BODIES, name_of, path_of
from tests.api.caller import Caller, Reply
from tests.api.topup_kit import Till
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import at_rest

pytestmark = pytest.mark.many_requests

IN_CLEAR = {
    "ids": {"wallet_id", "merchant_id", "checkout_id", "person_id", "actor", "subject", "account", "case_id",
            "funding_method_id", "endpoint_id", "store_id", "staff_id", "store_ids", "card_id", "plan_id",
            "user_id", "backup_id", "recipients", "coupon_id", "merchant_ids", "people",
            "programme_id", "template_id", "bonus_id", "family_card_id", "quote_id", "quote_hash"},
    "words of ours": {
        "period", "chart", "every", "by", "dimension", "dimensions", "grain", "measure", "of", "words",
        "POST /v1/risk/trials name",
        "action", "capability", "capture", "currencies", "currency", "field", "format", "jurisdiction", "locale",
        "method", "processor", "role", "scopes", "split", "document", "version", "POST /v1/freezes reason",
        "label", "mode",
        "POST /v1/payments/{id}/disputes reason",
        "side", "categories", "form", "direction", "design", "against", "schedule", "event_types",
        "PATCH /v1/merchants/{id}/webhook-endpoints/{endpoint_id} state", "PUT /v1/merchants/{id}/category category",
        "POST /v1/points-programmes/{id}/rules kind",
        "POST /v1/instalment-quotes kind", "POST /v1/instalment-quotes plan",
        "POST /v1/me/verification/documents kind", "type", "country", "decision",
        "PATCH /v1/merchants/{id}/stores/{store_id} status", "POST /v1/status/subscriptions language", "capabilities",
    },
    "what a file and its columns are called": {
        "POST /v1/reports/imports name", "POST /v1/reports/imports key", "POST /v1/reports/imports key_column",
        "column", "POST /v1/reports/imports columns",
    },
    "whose statement, and which": {"POST /v1/reconciliations/statements name", "sha256"},
    "what operators call their reports": {"POST /v1/reports/saved name", "PATCH /v1/reports/saved/{id} name"},
    "times": {"until", "expires_at", "bonus_expires_at", "from", "to", "day", "cut_off"},
    "the answer of a movement, which the ledger keeps byte for byte": {
        "POST /v1/payments description", "POST /v1/charges description", "POST /v1/payments/{id}/refunds reason",
        "POST /v1/transfers note", "POST /v1/bill-splits note",
        "POST /v1/family-cards name", "PATCH /v1/family-cards/{id} name",
        "POST /v1/red-packets greeting", "POST /v1/red-packets/{id}/claims link", "POST /v1/gift-cards message",
    },
    "what both say of a dispute, to each other": {
        "POST /v1/payments/{id}/disputes text", "POST /v1/disputes/{id}/answer text",
    },
    "what operators tell everybody": {"en", "zh", "severity", "starts_at", "ends_at", "PATCH /v1/incidents/{id} state"},
    "rules that everybody lives by": {
        "POST /v1/policies pack", "POST /v1/policies signature", "POST /v1/policies/dry-runs pack",
        "POST /v1/policies/dry-runs signature",
    },
    "counted, of nobody": {
        "POST /v1/task-events task", "POST /v1/task-events outcome", "POST /v1/task-events mode",
        "POST /v1/task-events language",
    },
    "what a merchant shows to everybody": {
        "POST /v1/merchants name", "POST /v1/merchants/{id}/card-plans name", "order_reference", "return_url",
        "POST /v1/merchants/{id}/stores name", "PATCH /v1/merchants/{id}/stores/{store_id} name",
        "POST /v1/coupon-templates/{id}/issues campaign",
        "POST /v1/merchants/{id}/stores address", "PATCH /v1/merchants/{id}/stores/{store_id} address",
    },
}  # fmt: skip
MAY_STAND = set().union(*IN_CLEAR.values())
FREE = {"description", "device_name", "display_name", "note", "reason"}
"""Where anything may be typed: each success gets a text of its own."""
SECRET_ANSWERS = {
    "access_token",
    "challenge",
    "code",
    "key",
    "recovery_codes",
    "refresh_token",
    "secret",
    "uri",
    "value",
}
NO_SECRETS = {
    "GET /v1/me/verification code", "POST /v1/credit-line code", "GET /v1/offers code",
    "POST /v1/reports/imports key", "GET /v1/reports/imports key", "GET /v1/reports/imports/{id} key",
}  # fmt: skip
"""Words of ours, under a name that others use for secrets."""
IN_TEXTS = ("pay.canary@example.com", "+86 139 0013 9000", "refund.canary@example.com", "137-0013-7000")
"""Contacts in what may stand in clear: they may not."""
SHORTEST = 6
Heard = dict[str, str]
"""What was typed or told → where."""


class Ear:
    """Stands before the app: puts a canary into each free text, and remembers what must not be found again."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.heard: Heard = {}
        self.shown: set[str] = set()
        """What may stand in clear."""
        self.done: set[str] = set()
        self.errors: list[str] = []
        self._numbers = itertools.count(100)
        self._send = Caller.send

        def send(caller: Caller, event: dict[str, Any]) -> Reply:
            return self.pass_on(caller, event)

        patch.setattr(Caller, "send", send)

    def pass_on(self, caller: Caller, event: dict[str, Any]) -> Reply:
        route = f"{event['httpMethod']} {event['resource']}"
        if event["body"] is not None:
            event = event | {"body": self._planted(route, base64.b64decode(event["body"]))}
        for value in (event["multiValueHeaders"] or {}).get("Authorization", []):
            self.hear(f"{route} Authorization", value.removeprefix("Bearer "))
        reply = self._send(caller, event)
        if reply.status < 400:
            self.done.add(route)
            self._told(route, reply)
        else:
            self.errors.append(reply.raw.decode())
        return reply

    def hear(self, where: str, value: str) -> None:
        field = where.rpartition(" ")[2]
        if MAY_STAND.isdisjoint({where, field}):
            self.heard.setdefault(value, where)
        else:
            self.shown.add(value)

    def _planted(self, route: str, raw: bytes) -> str:
        try:
            body = json.loads(raw)
        except ValueError:
            return base64.b64encode(raw).decode()
        if isinstance(body, dict) and "webhooks" not in route:
            for field, value in body.items():
                if field in FREE and f"{route} {field}" not in MAY_STAND and isinstance(value, str):
                    body[field] = f"{value} canary-{next(self._numbers)}"
            for where, value in leaves(route, body):
                self.hear(where, value)
            raw = json.dumps(body).encode()
        return base64.b64encode(raw).decode()

    def _told(self, route: str, reply: Reply) -> None:
        if reply.headers.get("content-type") == "application/json" and route.startswith(("POST /v1", "GET /v1/me")):
            for where, value in leaves(route, reply.json):
                if where.rpartition(" ")[2] in SECRET_ANSWERS and where not in NO_SECRETS:
                    self.heard.setdefault(value, where)


def leaves(where: str, found: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """(route and the name of the field, text) of every text in it."""
    if isinstance(found, dict):
        for name, value in found.items():
            yield from leaves(where, value, name)
    elif isinstance(found, list):
        for value in found:
            yield from leaves(where, value, field)
    elif isinstance(found, str):
        yield f"{where} {field}", found


def found_in(said: str, heard: Heard) -> dict[str, str]:
    """What was heard and stands in `said`: a short text only where it stands alone."""
    loud = said.lower()
    long = {value: where for value, where in heard.items() if len(value) > SHORTEST and value.lower() in loud}
    short = {value: where for value, where in heard.items() if 0 < len(value) <= SHORTEST and alone(value, said)}
    return long | {value: where for value, where in short.items() if where.endswith((" code", " pin"))}


def alone(value: str, said: str) -> bool:
    return re.search(rf"(?<![0-9A-Za-z.]){re.escape(value)}(?![0-9A-Za-z])", said) is not None


def queued() -> str:
    """All that lies in queues, those of dead letters too."""
    queues, found = cloud.client("sqs"), []
    for url in queues.list_queues()["QueueUrls"]:
        while messages := queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            found += [str(message) for message in messages]
    return "".join(found)


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    sink = io.StringIO()
    for handler in logger().handlers:
        monkeypatch.setattr(handler, "stream", sink)
    return sink


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    cheap_passwords(monkeypatch)
    made = World(clock)
    before = wire.use(Till(made.nobody).transport)
    yield made
    wire.use(before)


@pytest.fixture
def ear(world: World, monkeypatch: pytest.MonkeyPatch) -> Ear:
    return Ear(monkeypatch)


def drive(world: World) -> None:
    """Every route, to a success."""
    for call in away_kit.requests(world).values():
        call()
    for move in away_moves.MOVES:
        world.clock.advance(1)
        move(world, world.customer(10_000))()
    drive_charges(world)
    paid = world.customer(10_000).pay(100, description=f"tea for two: {IN_TEXTS[0]} or {IN_TEXTS[1]}")
    because = {"amount": 1, "reason": f"stale cake, {IN_TEXTS[2]} called from {IN_TEXTS[3]}"}
    assert (paid.status, world.shop.act(paid.json["id"], "refunds", because).status) == (201, 201)


def drive_charges(world: World) -> None:
    """What follows a charge, each to a success."""
    ida, large = withdrawal_kit.with_pin(world, 5_000_000), 600_000
    waits = charge_kit.charged(world.shop, ida, large, description=f"for {IN_TEXTS[0]}")
    assert charge_kit.confirm(ida, waits).status == 201
    assert charge_kit.reverse(world.shop, charge_kit.charged(world.shop, ida)).status == 201
    assert charge_kit.reverse_by_key(world.shop, "never-came").status == 201


def plant(world: World) -> None:
    """Every text of every body, with a canary in its place, from somebody who may send it."""
    ana, numbers = world.customer(10_000), itertools.count()
    callers = {Customer: ana.phone, Merchant: world.shop.till, Operator: world.operator}
    for route in (route for route in routes() if route.body):
        caller = next((who for kind, who in callers.items() if kind in route.callers), world.nobody)
        for field, sound in BODIES[name_of(route)].items():
            if isinstance(sound, str) and may_not_stand(route, field):
                number = next(numbers)
                canary = f"planted{number}@example.com" if field == "identifier" else f"planted-{number}-{field}"
                body = BODIES[name_of(route)] | {field: canary}
                caller.request(route.method, path_of(route), body, {"Idempotency-Key": f"planted-{number}"})


def may_not_stand(route: Route, field: str) -> bool:
    return MAY_STAND.isdisjoint({field, f"{name_of(route)} {field}"})


def test_nothing_that_was_typed_and_no_secret_is_found_again(
    world: World, ear: Ear, log: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    drive(world)
    ear.heard |= dict.fromkeys(IN_TEXTS, "in a text")
    assert {f"{route.method} {route.path}" for route in routes()} <= ear.done, "drive the new route in away_kit"
    plant(world)
    app.fan_out({"Records": world.new_records()}, None)
    sinks = {
        "at rest": at_rest(),
        "queues": queued(),
        "log": log.getvalue(),
        "output": "".join(capfd.readouterr()),
        "errors": "".join(ear.errors),
    }
    assert {sink: found_in(said, ear.heard) for sink, said in sinks.items()} == {sink: {} for sink in sinks}
    kinds = {where.rpartition(" ")[2] for where in ear.heard.values()}
    assert kinds >= {"Authorization", "identifier", "password", "code", "reason", "note", "key", "refresh_token"}
    assert sum("planted" in value for value in ear.heard) >= 20
    assert len(sinks["log"]) > 10_000
    assert len(sinks["queues"]) > 1_000


def test_what_may_stand_in_clear_is_found_so_the_search_looks_where_things_are(world: World, ear: Ear) -> None:
    drive(world)
    assert found_in(at_rest(), dict.fromkeys(ear.shown, "shown") | {"order-1": "shown"})
    assert found_in("… correct horse battery staple …", ear.heard)


def test_a_note_that_is_kept_in_clear_is_found(world: World, ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bug that this file is there for, planted."""
    monkeypatch.setattr(sealing, "sealed", lambda owner, field, plain: plain)
    boss, ana = world.operator, world.customer()
    assert boss.post("/v1/freezes", away_kit.freeze_of(ana.wallet)).status == 201
    assert set(found_in(at_rest(), ear.heard).values()) == {"POST /v1/freezes note"}


@pytest.mark.parametrize(
    ("said", "sings"),
    [("'code': '123456'", True), ("08:00:00.123456Z", False), ("a123456b", False), ("told 123456.", True)],
)
def test_a_code_is_heard_where_it_stands_alone(said: str, sings: bool) -> None:
    assert bool(found_in(said, {"123456": "POST /v1/users/verify code"})) == sings


def test_nothing_is_let_stand_that_no_route_takes() -> None:
    named = {f"{name} {field}" for name, body in BODIES.items() for field in body}
    named |= {where for name, body in BODIES.items() for where, _ in leaves(name, body)}
    assert {where.rpartition(" ")[2] for where in named} | named >= MAY_STAND
