"""DynamoDB's tables in memory, in the place of moto's, which take most of a test's time: the simulation's engine.

It refuses more of what DynamoDB refuses than moto does, and `test_engine_is_faithful.py` compares it with another.
For modules marked `many_requests`; the others stay with moto, so that somebody else reads the product's expressions.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ClientError
from moto.core.botocore_stubber import BotocoreStubber

from tests.environment import TABLES
from tests.simulation.engine import OPERATIONS, Engine
from tests.simulation.tables import Index, Table

_SERVICE = "DynamoDB_20120810"
_Response = tuple[int, dict[str, str], bytes]


@contextmanager
def in_memory() -> Iterator[None]:
    """Empty; what is not about items goes to moto as before."""
    engine, moto = Engine(lambda: 0.0, empty()), BotocoreStubber.process_request

    def process(stub: BotocoreStubber, request: AWSPreparedRequest) -> Any:
        service, _, operation = _text(request.headers.get("x-amz-target", "")).partition(".")
        if service == _SERVICE and operation in OPERATIONS:
            return _answered(engine, operation, _with_bytes(json.loads(request.body)))
        return moto(stub, request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BotocoreStubber, "process_request", process)
        yield


def empty() -> dict[str, Table]:
    """Named and indexed as `infra/template.yaml` declares them."""
    found = {f"test-{name}": Table(f"test-{name}") for name in TABLES}
    for name in ("ledger", "identity", "cases", "merchants"):
        found[f"test-{name}"].indexes["due"] = Index("due_key", "due_at")
    found["test-ledger"].indexes["orders"] = Index("order_key", "pk")
    return found


def _answered(engine: Engine, operation: str, parameters: dict[str, Any]) -> _Response:
    try:
        status, told = 200, engine.call(operation, parameters)
    except ClientError as error:
        status, told = _refusal(error)
    body = msgspec.json.encode(told)
    return status, {"content-type": "application/x-amz-json-1.0", "x-amz-crc32": str(zlib.crc32(body))}, body


def _refusal(error: ClientError) -> tuple[int, dict[str, Any]]:
    answer: dict[str, Any] = dict(error.response)
    refusal, metadata = answer.pop("Error"), answer.pop("ResponseMetadata")
    told = {"__type": f"com.amazonaws.dynamodb.v20120810#{refusal['Code']}", "message": refusal["Message"], **answer}
    return metadata["HTTPStatusCode"], told


def _with_bytes(wired: Any) -> Any:
    """Binary values as bytes: they travel as base64."""
    if isinstance(wired, list):
        return [_with_bytes(one) for one in wired]
    if not isinstance(wired, dict):
        return wired
    if len(wired) == 1:
        ((kind, value),) = wired.items()
        if kind == "B" and isinstance(value, str):
            return {kind: b64decode(value)}
        if kind == "BS" and isinstance(value, list):
            return {kind: [b64decode(one) for one in value]}
    return {name: _with_bytes(one) for name, one in wired.items()}


def _text(header: str | bytes) -> str:
    return header.decode() if isinstance(header, bytes) else header
