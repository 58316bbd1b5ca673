"""The network, stubbed where a socket would be connected: below botocore, urllib3 and http.client alike.

Whoever signs and sends, all of its work is measured; no byte leaves the process. `timed` leaves out what the stub
itself does; asking the clock for that may cost more than the stub, so `cpu` counts the little it does for everybody.
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
        self.metering, self.spent_ns = False, 0
        self._far_ends: list[socket.socket] = []

    @contextmanager
    def open(self) -> Iterator[Transport]:
        stub, network = self, {client: client.__dict__["connect"] for client in _CLIENTS}

        def connect(client: Any) -> None:
            client.sock = _Line(stub, stub._near_end())
            client.is_verified = True

        for client in _CLIENTS:
            client.connect = connect  # type: ignore[method-assign]
        try:
            yield self
        finally:
            for client, before in network.items():
                client.connect = before  # type: ignore[method-assign]
            self._hang_up()

    def _near_end(self) -> int:
        near, far = socket.socketpair()
        self._far_ends.append(far)
        return near.detach()

    def _hang_up(self) -> None:
        """Whoever kept a connection finds it closed, and connects anew."""
        while self._far_ends:
            self._far_ends.pop().close()

    def carry(self, request: bytes, head: int) -> bytes:
        """The whole response to a whole request, whose body begins at `head`."""
        sent = Sent(_header(request[:head], b"x-amz-target").decode(), request[head:])
        self.sent.append(sent)
        status, raw = self.answer(sent)
        return _response(status, raw)


class _Line(socket.socket):
    """A socket on which nothing ever arrives: it takes a request and has the response ready."""

    def __init__(self, transport: Transport, file: int) -> None:
        super().__init__(fileno=file)
        self._transport, self._taken, self._response = transport, b"", b""

    def sendall(self, data: Any, flags: int = 0) -> None:
        began = self._transport.metering and time.thread_time_ns()
        self._taken += bytes(data)
        head = self._taken.find(b"\r\n\r\n") + 4
        if head > 3 and len(self._taken) - head == int(_header(self._taken[:head], b"content-length") or 0):
            self._response, self._taken = self._transport.carry(self._taken, head), b""
        if began:
            self._transport.spent_ns += time.thread_time_ns() - began

    def makefile(self, *mode: Any, **how: Any) -> Any:
        return io.BytesIO(self._response)


def timed(transport: Transport, work: Callable[[], object]) -> int:
    """Nanoseconds of CPU that `work` took on this thread, less what the stub took."""
    transport.metering = True
    before, began = transport.spent_ns, time.thread_time_ns()
    try:
        work()
        return time.thread_time_ns() - began - (transport.spent_ns - before)
    finally:
        transport.metering = False


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
