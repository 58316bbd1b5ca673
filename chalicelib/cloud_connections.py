"""Connections to one address, kept open, by the standard library's client: urllib3 costs three times as much CPU.

Threads may share them: each takes one that is idle, or opens one.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from functools import cached_property
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlsplit

from botocore.httpsession import get_cert_path
from urllib3.util.wait import wait_for_read


@dataclass(frozen=True, slots=True)
class Answered:
    status_code: int
    headers: Message
    content: bytes


class Connections:
    """`address`: scheme, host and port."""

    def __init__(self, address: str, connect_seconds: float, read_seconds: float) -> None:
        self._address, self._seconds = urlsplit(address), (connect_seconds, read_seconds)
        self._idle: list[HTTPConnection] = []

    def post(self, headers: Mapping[str, str], body: bytes) -> Answered:
        """Raises OSError (time-outs too) or HTTPException: then nobody knows whether it arrived."""
        line = self._taken() or self._opened()
        try:
            line.request("POST", "/", body, headers)
            response = line.getresponse()
            content = response.read()
        except BaseException:
            line.close()
            raise
        self._idle.append(line)
        return Answered(response.status, response.headers, content)

    def close(self) -> None:
        """What is asked for next opens anew."""
        while line := self._taken():
            line.close()

    def _taken(self) -> HTTPConnection | None:
        """An idle one that the other end has not closed."""
        while self._idle:
            try:
                line = self._idle.pop()
            except IndexError:
                return None
            if line.sock is not None and not wait_for_read(line.sock, timeout=0.0):
                return line
            line.close()
        return None

    def _opened(self) -> HTTPConnection:
        line = self._made(self._address.netloc, timeout=self._seconds[0])
        line.connect()
        line.sock.settimeout(self._seconds[1])
        line.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return line

    @cached_property
    def _made(self) -> Callable[..., HTTPConnection]:
        if self._address.scheme != "https":
            return HTTPConnection
        trusted = ssl.create_default_context(cafile=get_cert_path(True))
        return lambda host, timeout: HTTPSConnection(host, timeout=timeout, context=trusted)
