"""Connections to one address, kept open: HTTP/1.1 as far as POST / with a body and an answer of known length need it.

http.client reads headers with a parser of e-mail, a tenth of a payment's CPU; urllib3 costs three times as much again
(`make bench`). An answer of any other form is HTTPException: nobody knows it then, and whoever asked asks a client that
does. Threads may share them: each takes a connection that is idle, or opens one.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import BinaryIO
from urllib.parse import urlsplit

from botocore.httpsession import get_cert_path
from urllib3.util.wait import wait_for_read

_STATUS = re.compile(rb"HTTP/1\.1 ([2-5]\d\d)[ \r][^\n]*\n")
_LONGEST_LINE, _MOST_HEADERS = 8192, 64


@dataclass(frozen=True, slots=True)
class Answered:
    status_code: int
    headers: Mapping[str, str]
    """Names in lower case."""
    content: bytes


class Connections:
    """`address`: scheme, host and port."""

    def __init__(self, address: str, connect_seconds: float, read_seconds: float) -> None:
        self._address, self._seconds = urlsplit(address), (connect_seconds, read_seconds)
        self._idle: list[HTTPConnection] = []

    def post(self, headers: Mapping[str, str], body: bytes) -> Answered:
        """`headers` with Host. OSError (time-outs too) or HTTPException: nobody knows whether it arrived."""
        line = self._taken() or self._opened()
        try:
            line.sock.sendall(_written(headers, body))
            with line.sock.makefile("rb") as file:
                answered = _read(file)
        except BaseException:
            line.close()
            raise
        if answered.headers.get("connection", "").lower() == "close":
            line.close()
        else:
            self._idle.append(line)
        return answered

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


def _written(headers: Mapping[str, str], body: bytes) -> bytes:
    told = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    return f"POST / HTTP/1.1\r\n{told}content-length: {len(body)}\r\n\r\n".encode("ascii") + body


def _read(file: BinaryIO) -> Answered:
    """One answer (RFC 9112 §2.1), its end told by Content-Length."""
    status = _STATUS.fullmatch(file.readline(_LONGEST_LINE))
    headers = dict(_headers(file))
    length = headers.get("content-length", "")
    if status is None or not length.isdecimal() or "transfer-encoding" in headers:
        raise HTTPException("an answer without a form that is known here")
    content = file.read(int(length))
    if len(content) != int(length):
        raise HTTPException("the answer ended early")
    return Answered(int(status[1]), headers, content)


def _headers(file: BinaryIO) -> Iterator[tuple[str, str]]:
    for _ in range(_MOST_HEADERS):
        line = file.readline(_LONGEST_LINE)
        if line == b"\r\n":
            return
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or not value.endswith("\r\n"):
            break
        yield name.lower(), value.strip()
    raise HTTPException("headers without an end")
