"""Coffer as a WSGI application for schemathesis, and who calls it with what.

A `Side` is one kind of caller in a fresh world: what is theirs, what is a stranger's, and the document aimed at both,
so that generated requests get past the first 404. Tokens stay current: whoever signs out is signed in again.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
from schemathesis.transport.wsgi import WSGI_TRANSPORT

from chalicelib.ledger import service as ledger
from chalicelib.processors import wire
from tests.api.caller import Reply
from tests.api.topup_kit import Till
from tests.api.world import PASSWORD, Person, Shop, World, fresh_key
from tests.conftest import FrozenClock

TOKEN = "the-token-of-whoever-this-side-is"
SIDES = ("anonymous", "customer", "merchant")
_CHANCE = hashlib.sha256(b"a stranger").hexdigest()
"""Made, not written: hypothesis tries the literals of our files, and would send a name that stood here."""
STRANGER, STRANGERS_SHOP = f"Person {_CHANCE[:12]}", f"Shop {_CHANCE[12:24]}"
STRANGERS_MONEY = 4_000_000 + int(_CHANCE[24:], 16) % 900_000
Schema = dict[str, Any]
Ids = dict[str, list[str]]


class Side:
    """`kind` is one of SIDES. `ids`: what to try, by kind; `marks`: what no answer may contain."""

    def __init__(self, kind: str, clock: FrozenClock) -> None:
        self.kind, self.world = kind, World(clock)
        self.till = Till(self.world.nobody)
        wire.use(self.till.transport)
        self.shop, self.person = _shop(self.world, "Tea House"), self.world.customer(1_000_000)
        own = _goods(self.shop, self.person)
        self.others_shop, self.stranger = _shop(self.world, STRANGERS_SHOP), _stranger(self.world)
        others = _goods(self.others_shop, self.stranger)
        self.ids: Ids = {kind: own[kind] + others[kind] for kind in own}
        self.marks = self._marks(others)
        self.others_heads = self._heads()

    def __call__(self, environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """WSGI; paths and queries as they were sent (`REQUEST_URI`)."""
        size = int(environ.get("CONTENT_LENGTH") or 0)
        raw = environ["wsgi.input"].read(size) if size else None
        headers = {name: value.replace(TOKEN, self._token()) for name, value in _headers(environ)}
        method, path = environ["REQUEST_METHOD"], environ["REQUEST_URI"]
        if environ["QUERY_STRING"]:
            path = f"{path}?{environ['QUERY_STRING']}"
        caller = self.world.nobody
        reply = caller.send(caller.event(method, path, raw, headers))
        self._stay(method, path, reply)
        start_response(f"{reply.status} .", list(reply.headers.items()))
        return [reply.raw]

    def _token(self) -> str:
        holder = {"customer": self.person.phone, "merchant": self.shop.till}.get(self.kind)
        return holder._headers["Authorization"].removeprefix("Bearer ") if holder else TOKEN

    def _stay(self, method: str, path: str, reply: Reply) -> None:
        """Signed in, and with a key, whatever was just ended."""
        if method == "DELETE" and reply.status == 204:
            if self.kind == "customer":
                self.person.sign_in()
            if self.kind == "merchant":
                self.shop.till = self.world.nobody.bearing(_key(self.world, self.shop.id)["key"])

    def _marks(self, others: Ids) -> list[str]:
        """A merchant's id and name are public, and so is an open checkout to whoever has its code."""
        public = () if self.kind == "merchant" else ("merchant", "checkout")
        found = [one for kind, ids in others.items() if kind not in (*public, "order") for one in ids]
        if self.kind == "merchant":
            found.append(STRANGERS_SHOP)
        person = [self.stranger.id, self.stranger.identifier, STRANGER, str(self.stranger.available)]
        return [*found, *person, self.others_shop.account]

    def untouched(self) -> bool:
        """Whether the stranger and the stranger's shop have what they had."""
        return self._heads() == self.others_heads

    def _heads(self) -> list[tuple[int, int]]:
        heads = [ledger.head(account) for account in (self.stranger.wallet, self.others_shop.account)]
        return [(head.available, head.held) for head in heads]


def _shop(world: World, name: str) -> Shop:
    shop = world._shop(name)
    shop.till = world.nobody.bearing(_key(world, shop.id)["key"])
    return shop


def _key(world: World, merchant_id: str) -> dict[str, Any]:
    scopes = {"scopes": ["payments", "refunds", "checkouts", "reports", "payouts", "keys"]}
    made: dict[str, Any] = world.operator.post(f"/v1/merchants/{merchant_id}/keys", scopes).json
    return made


def _stranger(world: World) -> Person:
    stranger = world.customer(STRANGERS_MONEY)
    assert stranger.phone.patch("/v1/me", {"display_name": STRANGER}).status == 200
    return stranger


def _goods(shop: Shop, person: Person) -> Ids:
    """One of everything: captured and authorised payments, a refund, a top-up, checkouts, a session, a key."""
    pay = {"merchant_id": shop.id, "order_reference": "order-of-" + shop.id}
    captured = _done(person.pay(12_501, **pay))
    authorized = [_done(person.pay(amount, **pay, capture="manual")) for amount in (301, 302, 303)]
    refund = _done(shop.act(captured, "refunds", {"amount": 100}))
    order = {"wallet_id": person.wallet, "amount": 5_003, "currency": person.currency, "method": "manual"}
    sessions = person.phone.get("/v1/sessions").json["data"]
    return {
        "wallet": [person.wallet],
        "payment": [captured, *authorized[:2]],
        "voidable": authorized[2:],
        "refund": [refund],
        "topup": [_done(person.phone.post("/v1/topups", order, idempotency_key=fresh_key()))],
        "checkout": [shop.checkout(amount, f"table-{amount}")["id"] for amount in (2_001, 2_002)],
        "merchant": [shop.id],
        "session": [session["id"] for session in sessions],
        "key": [_key(person.world, shop.id)["id"]],
        "order": [pay["order_reference"]],
    }


def _done(reply: Reply) -> str:
    assert reply.status == 201, reply.raw
    return str(reply.json["id"])


def _headers(environ: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            yield name[5:].replace("_", "-").title(), value
    if environ.get("CONTENT_TYPE"):
        yield "Content-Type", environ["CONTENT_TYPE"]


def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """schemathesis sends its probes without credentials with options for a socket, which an application refuses."""
    send = WSGI_TRANSPORT.send

    def sent(case: Any, **options: Any) -> Any:
        return send(case, **{name: option for name, option in options.items() if name not in _OF_A_SOCKET})

    monkeypatch.setattr(WSGI_TRANSPORT, "send", sent)


_OF_A_SOCKET = ("max_redirects", "verify", "cert", "proxies")
_PATHS = {"wallets": "wallet", "payments": "payment", "refunds": "refund", "topups": "topup", "checkouts": "checkout"}
_PATHS |= {"merchants": "merchant", "sessions": "session"}


def aimed(document: Schema, side: Side) -> Schema:
    """The same document: wherever any string or integer is welcome, some that lead further are named beside it."""
    found = copy.deepcopy(document)
    values, bodies = _values(side), _bodies(side)
    for path, operations in found["paths"].items():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                if "schema" in parameter:
                    wanted = _wanted(path, parameter["name"], side.ids, values)
                    parameter["schema"] = _beside(wanted, parameter["schema"])
                    parameter["examples"] = _examples(wanted or [])
            if path in bodies and "requestBody" in operation:
                operation["requestBody"]["content"]["application/json"]["examples"] = _examples(bodies[path])
    for name, schema in found["components"]["schemas"].items():
        if schema.get("additionalProperties") is False:
            for field, inner in schema["properties"].items():
                schema["properties"][field] = _beside(values.get(f"{name}.{field}") or values.get(field), inner)
    return found


def _wanted(path: str, name: str, ids: Ids, values: Mapping[str, list[Any]]) -> list[Any] | None:
    if path.endswith("/void"):
        return ids["voidable"]
    if name == "id":
        return ids.get(_PATHS.get(path.split("/")[2], ""))
    return values.get(name)


def _beside(wanted: list[Any] | None, schema: Schema) -> Schema:
    return {"anyOf": [{"enum": wanted}, schema]} if wanted else schema


def _examples(values: list[Any]) -> Schema:
    return {str(number): {"value": value} for number, value in enumerate(values)}


def _bodies(side: Side) -> dict[str, list[Schema]]:
    """Per path what should succeed, for the side that may call it, and the same with what is a stranger's."""
    ids, person = side.ids, side.person
    order = {"amount": 100, "currency": "CNY", "order_reference": "order-9"}
    claim = {"identifier": person.identifier, "password": PASSWORD}
    who = {"display_name": "Ben", "locale": "zh-CN", "jurisdiction": "CN"}
    return {
        "/v1/payments": [
            body
            for wallet, checkout, merchant in zip(ids["wallet"], ids["checkout"][1::2], ids["merchant"], strict=True)
            for body in (
                {"wallet_id": wallet, "checkout_id": checkout},
                {"wallet_id": wallet, "merchant_id": merchant, **order},
            )
        ],
        "/v1/topups": [{"wallet_id": wallet, "amount": 1250, "currency": "CNY"} for wallet in ids["wallet"]],
        "/v1/checkouts": [order],
        "/v1/payments/{id}/capture": [{}],
        "/v1/payments/{id}/refunds": [{"amount": 1, "reason": "cold tea"}],
        "/v1/payments/{id}/void": [{}],
        "/v1/merchants/{id}/keys": [{"scopes": ["payments"]}],
        "/v1/users": [{"identifier": "new@example.com", "password": PASSWORD} | who],
        "/v1/users/verify": [_code(side.world, who)],
        "/v1/sessions": [claim, claim | {"password": "not the password of anybody"}],
        "/v1/sessions/refresh": [{"refresh_token": person.tokens["refresh_token"]}],
        "/v1/me": [{"display_name": "Ben"}],
    }


def _code(world: World, who: Schema) -> Schema:
    """What proves a mailbox that has just signed up."""
    wish = {"identifier": "soon@example.com", "password": PASSWORD} | who
    assert world.nobody.post("/v1/users", wish).status == 202
    return {"identifier": wish["identifier"], "code": world.code_of(wish["identifier"])}


def _values(side: Side) -> dict[str, list[Any]]:
    ids, person = side.ids, side.person
    return {
        "wallet_id": ids["wallet"],
        "merchant_id": ids["merchant"],
        "checkout_id": ids["checkout"],
        "key_id": ids["key"],
        "order_reference": ids["order"],
        "currency": ["CNY", "USD"],
        "amount": [1, 100, 1250],
        "month": ["2026-11", "2026-10"],
        "format": ["json", "csv"],
        "at": ["2026-11-22T07:59:59Z", "2026-11-22T08:00:01+08:00"],
        "processor": ["sandbox", "stripe"],
        "expires_at": ["2026-11-22T08:20:00Z"],
        "return_url": ["https://shop.example/thanks"],
        "identifier": [person.identifier, side.stranger.identifier, "new@example.com"],
        "password": [PASSWORD],
        "refresh_token": [person.tokens["refresh_token"]],
        "lang": ["en", "zh"],
    }
