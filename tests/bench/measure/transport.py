"""The network, stubbed where a socket would be connected: below botocore, urllib3 and http.client alike.

Whoever signs and sends, all of its work is measured; no byte leaves the process. The stub itself does little, the same
for everybody: it is measured with them, since asking the clock would cost more than it does.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import urllib3.connection

_CLIENTS = (
    http.client.HTTPConnection,
    http.client.HTTPSConnection,
    urllib3.connection.HTTPConnection,
    urllib3.connection.HTTPSConnection,
)


@dataclass(frozen=True, slots=True)
class Sent:
    """One HTTP request to AWS, every attempt of it."""

    target: str
    """As AWS's JSON protocols name it: `DynamoDB_20120810.PutItem`, `AmazonSQS.SendMessage` …"""
    body: bytes

    @property
    def operation(self) -> str:
        return self.target.rpartition(".")[2]


Answer = Callable[[Sent], tuple[int, bytes]]
"""The status and body that AWS would give."""


class Transport:
    """Everything that is sent while `open`; `answer` may be exchanged at any time."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.sent: list[Sent] = []

    @contextmanager
    def open(self) -> Iterator[Transport]:
        stub, network = self, {client: client.__dict__["connect"] for client in _CLIENTS}

        def connect(client: Any) -> None:
            client.sock = _Line(stub)
            client.is_verified = True

        for client in _CLIENTS:
            client.connect = connect  # type: ignore[method-assign]
        try:
            yield self
        finally:
            for client, before in network.items():
                client.connect = before  # type: ignore[method-assign]

    def carry(self, request: bytes, head: int) -> bytes:
        """The whole response to a whole request, whose body begins at `head`."""
        sent = Sent(_header(request[:head], b"x-amz-target").decode(), request[head:])
        self.sent.append(sent)
        status, raw = self.answer(sent)
        return _response(status, raw)


class _Line(socket.socket):
    """A socket that nobody else holds: it takes a request and has the response ready. It is never readable before."""

    def __init__(self, transport: Transport) -> None:
        super().__init__(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._transport, self._taken, self._response = transport, b"", b""

    def sendall(self, data: Any, flags: int = 0) -> None:
        self._taken += bytes(data)
        head = self._taken.find(b"\r\n\r\n") + 4
        if head > 3 and len(self._taken) - head == int(_header(self._taken[:head], b"content-length") or 0):
            self._response, self._taken = self._transport.carry(self._taken, head), b""

    def makefile(self, *mode: Any, **how: Any) -> Any:
        return io.BytesIO(self._response)


def timed(work: Callable[[], object]) -> int:
    """Nanoseconds of CPU that `work` took, the stub's own included."""
    began = time.process_time_ns()
    work()
    return time.process_time_ns() - began


def _header(head: bytes, name: bytes) -> bytes:
    for line in head.split(b"\r\n"):
        found, _, value = line.partition(b":")
        if found.lower() == name:
            return value.strip()
    return b""


def _response(status: int, raw: bytes) -> bytes:
    """With the headers that DynamoDB sends."""
    return (
        b"HTTP/1.1 %d OK\r\n"
        b"Server: Server\r\n"
        b"Date: Sun, 22 Nov 2026 08:00:00 GMT\r\n"
        b"Content-Type: application/x-amz-json-1.0\r\n"
        b"Content-Length: %d\r\n"
        b"Connection: keep-alive\r\n"
        b"x-amzn-RequestId: 00000000000000000000000000000000000000000000000000AA\r\n"
        b"\r\n%s" % (status, len(raw), raw)
    )
