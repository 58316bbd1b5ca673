"""A small Coffer of its own: one route of every kind, so that the form is tested apart from the rooms."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from chalicelib.api import guard
from chalicelib.api import routes as described
from chalicelib.api.application import Coffer
from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Customer, Merchant, Operator
from chalicelib.kernel.errors import InsufficientFunds, InvalidToken
from chalicelib.kernel.idempotency import Receipt

ALICE = Customer("usr_alice", "ses_1", ("wal_1",), tier=1, epoch=0, jurisdiction="CN")
BOB = Customer("usr_bob", "ses_2", ("wal_2",), tier=1, epoch=0, jurisdiction="CN")
SHOP = Merchant("mer_shop", "key_1", ("payments",))
CLERK = Operator("usr_clerk", "ses_3", "admin", second_factor=True)
CUSTOMERS = {"alice": ALICE, "bob": BOB}


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    amount: int


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    amount: int
    note: str = ""
    sure: bool = False
    parts: list[Part] = []


class Moved(msgspec.Struct, frozen=True):
    amount: int
    by: str


def build() -> Coffer:
    room = Room("probe", function="money")

    @room.route(
        "POST", "/v1/moves", body=Move, answers={201: Moved}, caller=Customer, moves_money=True, summary="Move money"
    )
    def move(call: Call[Move]) -> Answer:
        return Answer(201, Moved(call.body.amount, call.customer.user_id))

    @room.route("POST", "/v1/moves/{id}/undo", answers={200: None}, caller=Customer, moves_money=True, summary="Undo")
    def undo(call: Call[None]) -> Answer:
        key = call.key
        facts = {"route": key.route, "caller": key.caller, "fingerprint": key.fingerprint.hex(), "path": call.path}
        return Answer(200, {**facts, "movement": key.movement_id("pay")})

    @room.route("POST", "/v1/refusals", answers={201: None}, caller=Customer, moves_money=True, summary="Be refused")
    def refused(call: Call[None]) -> Receipt:
        kept = call.key.refuse(InsufficientFunds(available=7))
        return Receipt(kept.status, kept.body, replayed="again" in call.key.key)

    @room.route(
        "GET",
        "/v1/things",
        answers={200: Moved},
        caller=Customer | Operator,
        permission="account.own",
        listing=True,
        query=("colour",),
        summary="L",
    )
    def things(call: Call[None]) -> Answer:
        first = int(call.page.cursor or 0)
        last = first + call.page.limit
        data = [{"number": number} for number in range(first, min(last, 50))]
        return Answer(200, call.page.envelope(data, str(last) if last < 50 else None))

    @room.route("POST", "/v1/echo", body=Move, answers={200: None}, summary="Say what was heard")
    def echo(call: Call[Move]) -> Answer:
        return Answer(200, {"heard": call.body, "language": call.language, "from": call.source_address})

    @room.route("POST", "/v1/hooks", answers={204: None}, summary="Take raw bytes")
    def hook(call: Call[None]) -> Answer:
        return Answer(200, call.raw, {"Content-Type": "application/octet-stream"})

    @room.route("GET", "/v1/failures/{kind}", answers={200: None}, summary="Fail")
    def fail(call: Call[None]) -> Answer:
        raise FAILURES[call.path["kind"]]

    app = Coffer("probe")
    for each in (room, described.room):
        app.register_blueprint(each.blueprint)
    return app


FAILURES: dict[str, Exception] = {}


def customer_of(token: str, at: datetime) -> Customer:
    return _found(CUSTOMERS, token)


def operator_of(token: str, at: datetime) -> Operator:
    return _found({"clerk": CLERK}, token)


def merchant_of(token: str, at: datetime) -> Merchant:
    return _found({"mk_shop": SHOP}, token)


def _found(known: dict[str, Any], token: str) -> Any:
    if token not in known:
        raise InvalidToken
    return known[token]


def stand_guard() -> None:
    guard.authenticate_with(customer=customer_of, operator=operator_of, merchant=merchant_of)
