"""The local cloud's DynamoDB, metered: every request goes to it and to the simulation's store, which must agree.

It says what a request consumed, and how long it takes to answer; the store says what was and what is.
"""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from tests.bench.measure.town import InMemory
from tests.bench.measure.transport import Sent
from tests.bench.measure.units import Place
from tests.environment import REGION
from tests.simulation.tables import Index, Table
from tests.simulation.values import Item

_SIGNATURE = (
    f"AWS4-HMAC-SHA256 Credential=testing/20261122/{REGION}/dynamodb/aws4_request, SignedHeaders=host, Signature=0"
)


class Mirrored:
    def __init__(self, store: InMemory, endpoint: str) -> None:
        self._store, self._line = store, _Line(urlsplit(endpoint).netloc)
        self.waited_ns = 0
        """Of all requests together, on the wall's clock."""
        for table in store.engine.tables.values():
            self._call("CreateTable", described(table))

    def __call__(self, sent: Sent) -> tuple[int, bytes]:
        own, raw = self._store(sent)
        if not sent.target.startswith("DynamoDB"):
            return own, raw
        parameters = {**json.loads(sent.body), "ReturnConsumedCapacity": "TOTAL"}
        status, answer = self._call(sent.operation, parameters)
        if status != own:
            raise RuntimeError(f"{sent.operation}: {status} from the engine, {own} from the store\n{answer!r}\n{raw!r}")
        return status, answer

    def look(self, place: Place) -> Item | None:
        return self._store.look(place)

    def _call(self, operation: str, parameters: Mapping[str, Any]) -> tuple[int, bytes]:
        headers = {
            "X-Amz-Target": f"DynamoDB_20120810.{operation}",
            "Content-Type": "application/x-amz-json-1.0",
            "Authorization": _SIGNATURE,
        }
        began = time.monotonic_ns()
        self._line.request("POST", "/", json.dumps(parameters), headers)
        answer = self._line.getresponse()
        raw = answer.read()
        self.waited_ns += time.monotonic_ns() - began
        return answer.status, raw


class _Line(http.client.HTTPConnection):
    """A true connection, however much the network is stubbed."""

    def connect(self) -> None:
        self.sock = socket.create_connection((self.host, self.port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def described(table: Table) -> dict[str, Any]:
    keys = {"pk", "sk"} | {name for index in table.indexes.values() for name in (index.hash_name, index.range_name)}
    described = {
        "TableName": table.name,
        "KeySchema": _schema("pk", "sk"),
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key in sorted(keys)],
        "BillingMode": "PAY_PER_REQUEST",
    }
    indexes = [_index(name, index) for name, index in table.indexes.items()]
    return described | ({"GlobalSecondaryIndexes": indexes} if indexes else {})


def _index(name: str, index: Index) -> dict[str, Any]:
    projection = {"ProjectionType": "KEYS_ONLY"}
    return {"IndexName": name, "KeySchema": _schema(index.hash_name, index.range_name), "Projection": projection}


def _schema(hash_key: str, range_key: str) -> list[dict[str, str]]:
    return [{"AttributeName": hash_key, "KeyType": "HASH"}, {"AttributeName": range_key, "KeyType": "RANGE"}]
