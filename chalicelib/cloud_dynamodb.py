"""DynamoDB without botocore's request building: JSON as it is, signed, over one kept connection.

A payment is one call, and most of its CPU was spent before it left; of a cold start, a third was making the client
(`make bench`). One try is made here. Whatever DynamoDB has not decided goes to the ordinary client, made when it is
first needed, a transaction under the same ClientRequestToken: it knows how to wait, to refresh and to repeat.
"""

from __future__ import annotations

import uuid
import zlib
from base64 import b64decode
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from http.client import HTTPException
from typing import Any

import msgspec
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.cloud_connections import Answered, Connections
from chalicelib.cloud_signature import Signer
from chalicelib.kernel import clock

Make = Callable[[], Any]

_OPERATIONS = {
    "batch_get_item": "BatchGetItem",
    "delete_item": "DeleteItem",
    "get_item": "GetItem",
    "put_item": "PutItem",
    "query": "Query",
    "scan": "Scan",
    "transact_get_items": "TransactGetItems",
    "transact_write_items": "TransactWriteItems",
    "update_item": "UpdateItem",
}
_PREPARED = frozenset(_OPERATIONS.values())
_DECIDED = frozenset(
    {
        "ConditionalCheckFailedException",
        "TransactionCanceledException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)


class DynamoDB:
    """What stands in the place of a botocore client: the same methods, parameters, answers and errors.

    `make` makes the ordinary client, which is asked for everything that is not about items.
    """

    def __init__(self, session: Any, config: Config, endpoint: str, make: Make) -> None:
        region = session.get_config_variable("region")
        address = (endpoint or _endpoint_of(region)).rstrip("/")
        self._make, self._url, self._events = make, address + "/", session.get_component("event_emitter")
        self._sign = Signer(session.get_credentials(), "dynamodb", region, address.partition("://")[2]).signed
        self._unsigned = {"accept-encoding": "identity", "user-agent": session.user_agent()}
        self._http = Connections(address, config.connect_timeout, config.read_timeout)

    def __getattr__(self, name: str) -> Any:
        operation = _OPERATIONS.get(name)
        method = getattr(self.ordinary, name) if operation is None else partial(self._called, operation)
        self.__dict__[name] = method
        return method

    @cached_property
    def ordinary(self) -> Any:
        return self._make()

    def close(self) -> None:
        """Connections are opened anew when they are needed."""
        self._http.close()
        if "ordinary" in self.__dict__:
            self.ordinary.close()

    def _called(self, operation: str, **parameters: Any) -> dict[str, Any]:
        return self._make_api_call(operation, parameters)

    def _make_api_call(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """By this name pynamodb calls a client. Raises ClientError and BotoCoreError, as the client does."""
        if operation == "TransactWriteItems":
            parameters = {"ClientRequestToken": str(uuid.uuid4()), **parameters}
        told = self._decided(operation, parameters) if operation in _PREPARED else None
        if told is None:
            answer: dict[str, Any] = self.ordinary._make_api_call(operation, parameters)
            return answer
        if "Error" in told:
            raise ClientError(told, operation)
        return told

    def _decided(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any] | None:
        """What DynamoDB made or refused; None if that is not known."""
        try:
            answered = self._sent(operation, msgspec.json.encode(parameters))
            told = _sound(answered)
        except (BotoCoreError, HTTPException, OSError, ValueError):
            return None
        if answered.status_code == 200:
            return told
        code = str(told.get("__type", "")).rpartition("#")[2]
        return _refused(code, answered.status_code, told) if code in _DECIDED else None

    def _sent(self, operation: str, body: bytes) -> Any:
        """By whoever listens for botocore's `before-send`, as with every other call; otherwise over the network."""
        named = {"content-type": "application/x-amz-json-1.0", "x-amz-target": f"DynamoDB_20120810.{operation}"}
        headers = self._sign(named, body, clock.now()) | self._unsigned
        request = AWSPreparedRequest("POST", self._url, headers, body, False)
        _, answered = self._events.emit_until_response(f"before-send.dynamodb.{operation}", request=request)
        return answered or self._http.post(headers, body)


def _endpoint_of(region: str) -> str:
    """https://docs.aws.amazon.com/general/latest/gr/ddb.html"""
    return f"https://dynamodb.{region}.amazonaws.com" + (".cn" if region.startswith("cn-") else "")


def _sound(answered: AWSResponse | Answered) -> dict[str, Any]:
    """ValueError for a body that is not what DynamoDB sent."""
    content, sum_of_sent = answered.content, answered.headers.get("x-amz-crc32")
    if sum_of_sent is not None and zlib.crc32(content) != int(sum_of_sent):
        raise ValueError("the answer was damaged on its way")
    told: dict[str, Any] = with_bytes(msgspec.json.decode(content or b"{}"))
    return told


def _refused(code: str, status: int, told: Mapping[str, Any]) -> dict[str, Any]:
    """An error's answer as botocore parses it."""
    return {
        "Error": {"Code": code, "Message": told.get("message") or told.get("Message", "")},
        "ResponseMetadata": {"HTTPStatusCode": status},
        **{name: told[name] for name in ("CancellationReasons", "Item") if name in told},
    }


def with_bytes(wired: Any) -> Any:
    """`wired` with bytes where they travelled as base64; an attribute value is a map of one type to one value."""
    if isinstance(wired, list):
        return [with_bytes(one) for one in wired]
    if not isinstance(wired, dict):
        return wired
    if len(wired) == 1:
        ((kind, value),) = wired.items()
        if kind in ("S", "N"):
            return wired
        if kind == "B" and isinstance(value, str):
            return {kind: b64decode(value)}
        if kind == "BS" and isinstance(value, list):
            return {kind: [b64decode(one) for one in value]}
    return {name: with_bytes(one) for name, one in wired.items()}
