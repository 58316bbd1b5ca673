"""TransactWriteItems without botocore's request building: JSON as it is, botocore's signer, one kept connection.

A payment is this one call, and most of its CPU was spent before it left (`make bench`). One try is made here. Whatever
is neither made nor refused by DynamoDB itself goes to the ordinary client, under the same ClientRequestToken: it knows
how to wait, to refresh and to repeat, and DynamoDB knows the token if the first try was made after all.
"""

from __future__ import annotations

import uuid
import zlib
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.exceptions import BotoCoreError, ClientError
from botocore.httpsession import URLLib3Session

OPERATION = "TransactWriteItems"
_CANCELLED = "TransactionCanceledException"
_BEFORE_SEND = f"before-send.dynamodb.{OPERATION}"


class Transactions:
    """What stands in the place of a DynamoDB client's `transact_write_items`: the same parameters, the same errors."""

    def __init__(self, client: Any, credentials: Any) -> None:
        self._ordinary: Callable[..., dict[str, Any]] = client.transact_write_items
        self._meta, self._credentials = client.meta, credentials
        self._url = client.meta.endpoint_url.rstrip("/") + "/"
        config = client.meta.config
        self._http = URLLib3Session(
            timeout=(config.connect_timeout, config.read_timeout),
            max_pool_connections=config.max_pool_connections,
            proxies=config.proxies,
        )
        self._headers = {
            "Accept-Encoding": "identity",
            "Content-Type": "application/x-amz-json-1.0",
            "User-Agent": config.user_agent,
            "X-Amz-Target": f"DynamoDB_20120810.{OPERATION}",
        }

    def __call__(self, **parameters: Any) -> dict[str, Any]:
        """Raises ClientError and BotoCoreError, as the client does."""
        asked = {"ClientRequestToken": str(uuid.uuid4()), **parameters}
        answer = self._answer(msgspec.json.encode(asked))
        if answer is None:
            return self._ordinary(**asked)
        status, told = answer
        if status == 200:
            return told
        raise ClientError(_told(told, status), OPERATION)

    def close(self) -> None:
        self._http.close()

    def _answer(self, body: bytes) -> tuple[int, dict[str, Any]] | None:
        """What DynamoDB decided, made or cancelled; None if that is not known."""
        request = AWSRequest("POST", self._url, headers=self._headers, data=body)
        SigV4Auth(self._credentials, "dynamodb", self._meta.region_name).add_auth(request)
        try:
            answered = self._sent(request.prepare())
            told = _sound(answered)
        except (BotoCoreError, ValueError):
            return None
        cancelled = str(told.get("__type", "")).endswith("#" + _CANCELLED)
        return (answered.status_code, told) if answered.status_code == 200 or cancelled else None

    def _sent(self, request: Any) -> AWSResponse:
        """By whoever listens for botocore's `before-send`, as with every other call; otherwise over the network."""
        answered = self._meta.events.emit_until_response(_BEFORE_SEND, request=request)[1]
        return answered if answered is not None else self._http.send(request)


def _sound(answered: AWSResponse) -> dict[str, Any]:
    """ValueError for a body that is not what DynamoDB sent."""
    content, sum_of_sent = answered.content, answered.headers.get("x-amz-crc32")
    if sum_of_sent is not None and zlib.crc32(content) != int(sum_of_sent):
        raise ValueError("the answer was damaged on its way")
    told: dict[str, Any] = msgspec.json.decode(content or b"{}")
    return told


def _told(told: Mapping[str, Any], status: int) -> dict[str, Any]:
    """An error's answer as botocore parses it."""
    reasons = [_reason(reason) for reason in told.get("CancellationReasons", ())]
    return {
        "Error": {"Code": _CANCELLED, "Message": told.get("Message") or told.get("message", "")},
        "CancellationReasons": reasons,
        "ResponseMetadata": {"HTTPStatusCode": status},
    }


def _reason(reason: Mapping[str, Any]) -> dict[str, Any]:
    if "Item" not in reason:
        return dict(reason)
    return {**reason, "Item": {name: _attribute(wired) for name, wired in reason["Item"].items()}}


def _attribute(wired: dict[str, Any]) -> dict[str, Any]:
    """Bytes travel as base64. What else holds them (sets, lists, maps) no item of the ledger has."""
    return {"B": b64decode(wired["B"])} if "B" in wired else wired
