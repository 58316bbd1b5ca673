"""The usual handler's world on the same store: its tables have one key each, the store's have two."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.bench.measure.contenders import AMOUNT, Usual
from tests.bench.measure.meter import Meter, Store
from tests.bench.measure.setting import USUAL
from tests.bench.measure.town import InMemory
from tests.bench.measure.transport import Answer, Sent, Transport
from tests.simulation.tables import Table

_KEYS = {
    USUAL["USUAL_WALLETS_TABLE"]: "wallet_id",
    USUAL["USUAL_PAYMENTS_TABLE"]: "payment_id",
    USUAL["USUAL_IDEMPOTENCY_TABLE"]: "id",
}
_NO_SORT_KEY = {"S": "-"}
FUNDS = 1_000_000
Event = dict[str, Any]


def tables() -> dict[str, Table]:
    return {name: Table(name) for name in _KEYS}


class UsualTown:
    """Payments of one wallet, each with a key of its own."""

    def __init__(self, store: InMemory, meter: Meter, transport: Transport) -> None:
        self.meter, self.transport, self._usual, self._numbers = meter, transport, Usual(), 0
        wallet = {"wallet_id": {"S": "wallet-1"}, "balance": {"N": str(FUNDS)}}
        put = {"TableName": USUAL["USUAL_WALLETS_TABLE"], "Item": wallet}
        transport.answer(Sent("DynamoDB_20120810.PutItem", json.dumps(put).encode()))

    def payment(self, amount: int = AMOUNT) -> Event:
        self._numbers += 1
        return self._usual.event(self._numbers, amount)

    def duplicate(self) -> Event:
        first = self.payment()
        self.invoke(first)
        return first

    def refusal(self) -> Event:
        return self.payment(FUNDS + 1)

    def invoke(self, event: Event) -> Event:
        return self._usual.pay(event)


@contextmanager
def opened(store: InMemory, answers: Store | None = None) -> Iterator[UsualTown]:
    meter = Meter(answers or store, {name: [] for name in _KEYS})
    with Transport(_with_two_keys(meter)).open() as transport:
        yield UsualTown(store, meter, transport)


def _with_two_keys(answer: Answer) -> Answer:
    """Requests in the store's form, answers in the handler's."""

    def carry(sent: Sent) -> tuple[int, bytes]:
        if not sent.target.startswith("DynamoDB"):
            return answer(sent)
        parameters = json.loads(sent.body)
        key = _KEYS[parameters["TableName"]]
        status, raw = answer(Sent(sent.target, json.dumps(_asked(parameters, key)).encode()))
        return status, json.dumps(_told(json.loads(raw), key)).encode()

    return carry


def _asked(parameters: Event, key: str) -> Event:
    renamed = dict(parameters)
    for name in ("Key", "Item"):
        if name in parameters:
            rest = {one: value for one, value in parameters[name].items() if one != key}
            renamed[name] = {"pk": parameters[name][key], "sk": _NO_SORT_KEY, **rest}
    if names := parameters.get("ExpressionAttributeNames"):
        renamed["ExpressionAttributeNames"] = {alias: "pk" if one == key else one for alias, one in names.items()}
    return renamed


def _told(answer: Event, key: str) -> Event:
    renamed = dict(answer)
    for name in ("Item", "Attributes"):
        if name in answer:
            rest = {one: value for one, value in answer[name].items() if one not in ("pk", "sk")}
            own = {key: answer[name]["pk"]} if "pk" in answer[name] else {}
            renamed[name] = own | rest
    return renamed
