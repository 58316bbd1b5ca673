"""Bad weather over AWS, made at the transport: no connection, throttles, failures, lost answers.

Like DynamoDB, and unlike moto, it knows a transaction that it has made by its ClientRequestToken.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import botocore.endpoint
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from tests import aws
from tests.aws import Sent

AWAY = ("unreachable", "silent", "throttled", "broken", "cancelled by a throttle")
LOST = "lost"
_ERRORS = {"unreachable": EndpointConnectionError, "silent": ConnectTimeoutError, LOST: ReadTimeoutError}
_CODES = {
    "throttled": (400, "ProvisionedThroughputExceededException"),
    "broken": (500, "InternalServerError"),
    "cancelled by a throttle": (400, "TransactionCanceledException"),
    "no key": (400, "DecryptionFailure"),
}
_IN_XML = ("ses", "sns")
"""These answer in XML, the others in JSON."""


class Weather:
    """`storm` lasts for a `with`; botocore's own pauses take no time in it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch, self._made = monkeypatch, {}

    @contextmanager
    def storm(
        self, how: str, service: str = "dynamodb", operations: str = "", times: int = 1_000
    ) -> Iterator[list[str]]:
        """The first `times` calls of `operations` (all, if empty) fail; the operations called are in what it gives."""
        called: list[str] = []

        def answer(sent: Sent) -> Any:
            called.append(sent.operation)
            hit = sent.service == service and sent.operation in (operations or sent.operation)
            failing = hit and sum(name in (operations or name) for name in called) <= times
            if failing and how != LOST:
                return _failure(how, sent)
            answered = self._once(sent)
            if failing:
                raise _ERRORS[LOST](endpoint_url=sent.request.url)
            return answered

        with self._patch.context() as patch:
            aws.stand_before(patch, answer)
            patch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda seconds: None))
            yield called

    def _once(self, sent: Sent) -> Any:
        token = sent.operation == "TransactWriteItems" and json.loads(sent.request.body)["ClientRequestToken"]
        if token in self._made:
            return aws.answered(200, {})
        answered = sent.go_on()
        if token and answered.status_code == 200:
            self._made[token] = True
        return answered


def _failure(how: str, sent: Sent) -> AWSResponse:
    if how in _ERRORS:
        raise _ERRORS[how](endpoint_url=sent.request.url)
    status, code = _CODES[how]
    said: dict[str, Any] = {"__type": f"com.amazonaws.{sent.service}#{code}", "message": ""}
    if code == "TransactionCanceledException":
        said["CancellationReasons"] = [{"Code": "None"}, {"Code": "ThrottlingError"}]
    xml = f"<ErrorResponse><Error><Code>{code}</Code><Message/></Error></ErrorResponse>"
    return aws.answered(status, xml if sent.service in _IN_XML else said)
