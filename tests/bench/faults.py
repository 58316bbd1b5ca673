"""Faults at the transport of every AWS call, below the SDK, so that its own retries meet them too.

A fault strikes around one of the calls that write: reads change nothing on either side.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Literal

from botocore.exceptions import ReadTimeoutError
from botocore.httpsession import URLLib3Session

Kind = Literal["lost", "cut", "killed"]
KILLED = 137
_WRITES = (
    "BatchWriteItem",
    "DeleteItem",
    "PutItem",
    "SendMessage",
    "SendMessageBatch",
    "TransactWriteItems",
    "UpdateItem",
)


@dataclass(frozen=True, slots=True)
class Fault:
    """`lost`: one answer is lost, the SDK asks again. `cut`: so are those of its retries, the handler sees an error.
    `killed`: the process is gone."""

    kind: Kind
    after: bool
    """After the call took effect, or before it was sent."""
    where: float
    """0 ≤ where < 1: which of the request's writes."""

    def position(self, writes: int) -> int:
        return int(self.where * writes)


class Wire:
    """The transport of this process, once `install`ed; strikes when armed."""

    def __init__(self) -> None:
        self._send = URLLib3Session.send
        self.arm(None, 1)

    def install(self) -> None:
        wire = self

        def send(session: URLLib3Session, request: Any) -> Any:
            return wire.carry(session, request)

        URLLib3Session.send = send

    def arm(self, fault: Fault | None, writes: int) -> None:
        """For one request that makes `writes` writing calls when nothing goes wrong."""
        self._fault, self._position = fault, fault.position(writes) if fault else -1
        self._struck: bytes | None = None
        self.writes = 0

    def carry(self, session: URLLib3Session, request: Any) -> Any:
        if not _writes(request):
            return self._send(session, request)
        if self._struck is not None and request.headers["amz-sdk-invocation-id"] == self._struck:
            return self._again(session, request)
        self.writes += 1
        if self._fault is None or self.writes - 1 != self._position:
            return self._send(session, request)
        self._struck = request.headers["amz-sdk-invocation-id"]
        if self._fault.after:
            self._send(session, request)
        return self._strike(self._fault, request)

    def _again(self, session: URLLib3Session, request: Any) -> Any:
        """A retry by the SDK of the call that was struck."""
        if self._fault and self._fault.kind == "cut":
            raise ReadTimeoutError(endpoint_url=request.url, error=None)
        return self._send(session, request)

    def _strike(self, fault: Fault, request: Any) -> Any:
        if fault.kind == "killed":
            os._exit(KILLED)
        raise ReadTimeoutError(endpoint_url=request.url, error=None)


def _writes(request: Any) -> bool:
    target = request.headers.get("X-Amz-Target", b"")
    return (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2] in _WRITES
