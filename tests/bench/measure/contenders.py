"""The handlers of a payment that are compared: Coffer, the usual one, the same with pynamodb, and the floor.

Each makes an event as API Gateway would send it and answers it over a stubbed network, which says yes to everything.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Protocol

from tests.bench.measure.setting import USUAL
from tests.bench.measure.transport import Sent, Transport
from tests.bench.measure.wire import Wire
from tests.bench.side_usual import _Context as UsualContext

AMOUNT = 1250
CURRENCY = "CNY"
Event = dict[str, Any]


class Contender(Protocol):
    name: str

    def event(self, number: int) -> Event:
        """A payment of its own."""

    def pay(self, event: Event) -> dict[str, Any]: ...


class Ours:
    """`app.app` as it is; merchant and token are made through it, then the store says yes without looking."""

    name = "ours"

    def __init__(self, transport: Transport) -> None:
        from app import app
        from tests.bench.side_ours import Ours as Side

        self._app, self._transport = app, transport
        self._order = Side().prepare([0], AMOUNT)[0]

    def event(self, number: int) -> Event:
        from tests.api.caller import Caller

        body = {name: value for name, value in self._order.items() if name != "token"}
        sent = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self._order['token']}",
            "Idempotency-Key": f"payment-{number}",
        }
        return Caller(self._app).event("POST", "/v1/payments", json.dumps(body).encode(), sent)

    def pay(self, event: Event) -> dict[str, Any]:
        answer: dict[str, Any] = self._app(event, None)
        return answer

    def prepared(self) -> bytes:
        """The body of the one request of a payment."""
        self._transport.sent.clear()
        self.pay(self.event(-1))
        (sent,) = (one for one in self._transport.sent if one.operation == "TransactWriteItems")
        return sent.body


class Usual:
    """The same event; a REST API without binary media types gives the body as text."""

    name = "usual"
    module = "tests.bench.usual"

    def __init__(self) -> None:
        from importlib import import_module

        self._handler = import_module(self.module).handler
        self._order = {
            "wallet_id": "wallet-1",
            "merchant_id": "merchant-1",
            "amount": AMOUNT,
            "currency": CURRENCY,
            "order_reference": "order-1",
        }

    def event(self, number: int, amount: int = AMOUNT) -> Event:
        return _plain_event({**self._order, "amount": amount}, number)

    def pay(self, event: Event) -> dict[str, Any]:
        answer: dict[str, Any] = self._handler(event, UsualContext())
        return answer


class UsualWithPynamodb(Usual):
    name = "usual with pynamodb"
    module = "tests.bench.usual_pynamodb"


class Floor:
    name = "floor"

    def __init__(self, prepared: bytes) -> None:
        from tests.bench import floor

        floor.prepared = prepared
        self._app = floor.app

    def event(self, number: int) -> Event:
        return _plain_event({}, number)

    def pay(self, event: Event) -> dict[str, Any]:
        answer: dict[str, Any] = self._app(event, None)
        return answer


_WALLET = b'{"wallet_id": {"S": "wallet-1"}, "balance": {"N": "1000000"}}'


@dataclass
class Yes:
    """Every write is made and every wallet is full; what else is read comes from the store."""

    store: Wire

    def __call__(self, sent: Sent) -> tuple[int, bytes]:
        if sent.operation == "SendMessage":
            return 200, b'{"MessageId": "1"}'
        if USUAL["USUAL_WALLETS_TABLE"].encode() in sent.body:
            given = b"Item" if sent.operation == "GetItem" else b"Attributes"
            return 200, b'{"%s": %s}' % (given, _WALLET)
        if sent.operation in ("TransactWriteItems", "PutItem", "UpdateItem"):
            return 200, b"{}"
        return self.store(sent)


def contenders(transport: Transport) -> list[Contender]:
    """All of them; from here on the network says yes."""
    ours, store = Ours(transport), transport.answer
    assert isinstance(store, Wire)
    transport.answer = Yes(store)
    return [ours, Usual(), UsualWithPynamodb(), Floor(ours.prepared())]


def _plain_event(order: dict[str, Any], number: int) -> Event:
    from tests.api.caller import Caller
    from tests.bench.floor import app

    sent = {"Content-Type": "application/json", "Idempotency-Key": f"payment-{number}"}
    body = json.dumps(order)
    event = Caller(app).event("POST", "/v1/payments", body.encode(), sent)
    return {**event, "body": body, "isBase64Encoded": False}
