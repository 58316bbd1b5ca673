"""One POST to a stranger's server, over HTTP/1.1: to an address that was looked at, within a time for all of it.

Neither a redirect is followed nor more read than what is kept; whatever is sent slowly, nobody waits for it longer than
`total_seconds`.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from botocore.httpsession import get_cert_path

from chalicelib.merchants.addresses import Place
from chalicelib.merchants.model_webhooks import ANSWER_BYTES, LONGEST_RETRY_AFTER, Answered, Outcome

CONNECT_SECONDS, TOTAL_SECONDS = 3.0, 10.0
_HEAD_BYTES = 16_384
_PIECE_BYTES = 4096
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9][0-9])(?: |\r\n)")
_RETRY_AFTER = re.compile(rb"\r\nretry-after:[ \t]*([0-9]{1,9})[ \t]*\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked[ \t]*\r\n", re.IGNORECASE)
_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Patience:
    connect_seconds: float = CONNECT_SECONDS
    total_seconds: float = TOTAL_SECONDS


class _TooLate(Exception):
    """The time for all of it is over."""


class _Unread(Exception):
    """What came is no answer."""


def post(
    place: Place, address: str, headers: Mapping[str, str], body: bytes, patience: Patience | None = None
) -> Answered:
    """What came of it. 2xx is delivered and 3xx redirected; `status` is None where no answer came."""
    allowed = patience or Patience()
    until = time.monotonic() + allowed.total_seconds
    try:
        with _connected(place, address, min(allowed.connect_seconds, allowed.total_seconds), until) as line:
            line.settimeout(_left(until))
            line.sendall(_written(place, headers, body))
            return _judged(*_read(line, until))
    except (TimeoutError, _TooLate):
        return Answered("timed-out")
    except (OSError, _Unread):
        return Answered("unreachable")


def _connected(place: Place, address: str, seconds: float, until: float) -> socket.socket:
    """TLS is with the name, whatever address it leads to."""
    line = socket.create_connection((address, place.port), timeout=seconds)
    try:
        line.settimeout(_left(until))
        return _trusted().wrap_socket(line, server_hostname=place.host) if place.secure else line
    except BaseException:
        line.close()
        raise


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=get_cert_path(True))


def _written(place: Place, headers: Mapping[str, str], body: bytes) -> bytes:
    told = {"host": place.authority, "content-type": "application/json", "user-agent": "Coffer-Webhooks/1"}
    told |= {**headers, "content-length": str(len(body)), "connection": "close"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"POST {place.target} HTTP/1.1\r\n{lines}\r\n".encode("ascii") + body


def _read(line: socket.socket, until: float) -> tuple[bytes, bytes]:
    """Status line and headers with the empty line after them, and the first bytes of the body if they are there."""
    found = b""
    while True:
        head, end, rest = found.partition(_END)
        if end and head.startswith(b"HTTP/1.1 1"):
            found = rest
            continue
        if end and (len(rest) >= ANSWER_BYTES or _succeeded(head)):
            return head + end, rest
        if len(found) > _HEAD_BYTES:
            raise _Unread
        piece = _piece(line, until, patient=not end)
        if not piece:
            return head + end, rest
        found += piece


def _piece(line: socket.socket, until: float, *, patient: bool) -> bytes:
    """Nothing at the end; and where the status is known already, when no more comes in time."""
    try:
        line.settimeout(_left(until))
        return line.recv(_PIECE_BYTES)
    except (OSError, _TooLate):
        if patient:
            raise
        return b""


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise _TooLate
    return left


def _succeeded(head: bytes) -> bool:
    return head.startswith((b"HTTP/1.1 2", b"HTTP/1.0 2"))


def _judged(head: bytes, rest: bytes) -> Answered:
    status = _STATUS.match(head)
    if status is None or not head.endswith(_END):
        raise _Unread
    number = int(status[1])
    asked = _RETRY_AFTER.search(head)
    wait = min(timedelta(seconds=int(asked[1])), LONGEST_RETRY_AFTER) if asked else None
    body = rest.partition(b"\r\n")[2] if _CHUNKED.search(head) else rest
    return Answered(_outcome(number), number, _shown(body), wait)


def _outcome(status: int) -> Outcome:
    if 200 <= status < 300:
        return "delivered"
    return "redirected" if 300 <= status < 400 else "refused"


def _shown(body: bytes) -> str:
    """What a person may read of it: nothing that moves a cursor or hides."""
    text = body[:ANSWER_BYTES].decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() else " " for letter in text)
