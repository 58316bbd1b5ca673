"""Bad weather over AWS, made at botocore's transport: no connection, throttles, failures, lost answers.

Like DynamoDB, and unlike moto, it knows a transaction that it has made by its ClientRequestToken.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import botocore.endpoint
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

AWAY = ("unreachable", "silent", "throttled", "broken", "cancelled by a throttle")
LOST = "lost"
_ERRORS = {
    "unreachable": EndpointConnectionError(endpoint_url="https://aws.test"),
    "silent": ConnectTimeoutError(endpoint_url="https://aws.test"),
    LOST: ReadTimeoutError(endpoint_url="https://aws.test"),
}
_CODES = {
    "throttled": (400, "ProvisionedThroughputExceededException"),
    "broken": (500, "InternalServerError"),
    "cancelled by a throttle": (400, "TransactionCanceledException"),
    "no key": (400, "DecryptionFailure"),
}


class Weather:
    """`storm` lasts for a `with`; botocore's own pauses take no time in it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch, self._made = monkeypatch, {}
        self._real: Any = botocore.endpoint.Endpoint._get_response

    @contextmanager
    def storm(
        self, how: str, service: str = "dynamodb", operations: str = "", times: int = 1_000
    ) -> Iterator[list[str]]:
        """The first `times` calls of `operations` (all, if empty) fail; the operations called are in what it gives."""
        called: list[str] = []

        def answer(endpoint: Any, request: Any, operation: Any, context: Any) -> Any:
            called.append(operation.name)
            hit = operation.service_model.service_name == service and operation.name in (operations or operation.name)
            failing = hit and sum(name in (operations or name) for name in called) <= times
            if failing and how != LOST:
                return self._failure(how)
            answered = self._once(endpoint, request, operation, context)
            return (None, _ERRORS[LOST]) if failing else answered

        with self._patch.context() as patch:
            patch.setattr(botocore.endpoint.Endpoint, "_get_response", answer)
            patch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda seconds: None))
            yield called

    def _once(self, endpoint: Any, request: Any, operation: Any, context: Any) -> Any:
        token = operation.name == "TransactWriteItems" and json.loads(request.body)["ClientRequestToken"]
        if token in self._made:
            return self._made[token]
        answered = self._real(endpoint, request, operation, context)
        if token and answered[0] and answered[0][0].status_code == 200:
            self._made[token] = answered
        return answered

    def _failure(self, how: str) -> Any:
        if how in _ERRORS:
            return None, _ERRORS[how]
        status, code = _CODES[how]
        said: dict[str, Any] = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}}
        if code == "TransactionCanceledException":
            said["CancellationReasons"] = [{"Code": "None"}, {"Code": "ThrottlingError"}]
        return (AWSResponse("https://aws.test", status, {}, io.BytesIO()), said), None
