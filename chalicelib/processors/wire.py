"""The one HTTP client of the room: short time-outs, few attempts, an honest `NoAnswer`."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import IO, Any, TextIO

import msgspec
import urllib3

from chalicelib.kernel import clock, entropy

CONNECT_SECONDS = 1.0
READ_SECONDS = 3.5
"""Two attempts at their slowest still end before the function that makes them does (10 s)."""
ATTEMPTS = 2
"""For refusals that say "later" and connections that never stood. A slow answer is not waited for twice:
a person is waiting, and whoever asks again later will know more."""
DOWNLOAD_SECONDS = 30.0
"""Between two pieces of a statement: nobody waits for those."""
WHOLE_SECONDS = 300.0
"""For all of one: whoever sends a byte now and then keeps no other away."""
MOST_BYTES = 1_000_000_000
"""Of one statement, packed and unpacked: as many as an upload may have."""
LONGEST_LINE = 65_536
_PIECE_BYTES = 1 << 16
_LATER = frozenset({408, 409, 425, 429})


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; NoAnswer if it is none, for then nobody knows what happened."""
        try:
            return msgspec.json.decode(self.body, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError) as problem:
            raise NoAnswer from problem


class NoAnswer(Exception):
    """The processor may have done it or not."""

    reason: str | None = None


class TooLarge(Exception):
    """More than we take: to be asked for in another way, and by a person."""


class NotReached(NoAnswer):
    """No connection stood, so the request was not sent: not once."""

    reason = "not_reached"


_most: ContextVar[int] = ContextVar("most", default=ATTEMPTS)


@contextmanager
def at_most(attempts: int) -> Iterator[None]:
    """What is sent meanwhile is tried so often: somebody has waited already."""
    before = _most.set(attempts)
    try:
        yield
    finally:
        _most.reset(before)


Transport = Callable[[str, str, Mapping[str, str], bytes], Reply]


@cache
def _pool() -> urllib3.PoolManager:
    timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
    return urllib3.PoolManager(maxsize=4, timeout=timeout, retries=False)


def over_the_network(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
    try:
        answer = _pool().request(method, url, headers=dict(headers), body=body or None, redirect=False)
    except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as problem:
        raise NotReached from problem
    except urllib3.exceptions.HTTPError as problem:
        raise NoAnswer from problem
    return Reply(answer.status, answer.data, answer.headers)


@contextmanager
def downloaded(url: str, headers: Mapping[str, str]) -> Iterator[IO[bytes]]:
    """What is at `url`, in a file that is gone afterwards. Raises NoAnswer unless all of it came with status 200 in
    time, TooLarge before more than `MOST_BYTES` are kept."""
    timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=DOWNLOAD_SECONDS)
    with tempfile.TemporaryFile() as kept:
        try:
            answer = _pool().request(
                "GET", url, headers=dict(headers), redirect=False, preload_content=False, timeout=timeout
            )
            _keep(answer, kept)
        except urllib3.exceptions.HTTPError as problem:
            raise NoAnswer from problem
        if answer.status != 200:
            raise NoAnswer
        kept.seek(0)
        yield kept


def _keep(answer: urllib3.BaseHTTPResponse, kept: IO[bytes]) -> None:
    until, size = time.monotonic() + WHOLE_SECONDS, 0
    try:
        for piece in answer.stream(_PIECE_BYTES):
            size += len(piece)
            if size > MOST_BYTES:
                raise TooLarge
            if time.monotonic() > until:
                raise NoAnswer
            kept.write(piece)
    except (TooLarge, NoAnswer):
        answer.close()
        raise
    answer.release_conn()


def lines(text: TextIO) -> Iterator[str]:
    """Each line, none longer than any statement's. ValueError for one that is."""
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise ValueError("a line without an end")
        yield line


_transport: Transport = over_the_network


def use(transport: Transport) -> Transport:
    """Send through `transport` from now on; returns the one it replaces."""
    global _transport
    before, _transport = _transport, transport
    return before


def send(method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
    """Only for requests that may safely be repeated. Raises NoAnswer; NotReached if no attempt was sent."""
    arrived, most = False, _most.get()
    for attempt in range(1, most + 1):
        try:
            reply = _transport(method, url, headers, body)
        except NotReached:
            if attempt == most and not arrived:
                raise
        else:
            arrived = True
            if not _says_nothing(reply.status):
                return reply
        clock.pause(0.1 + 0.2 * entropy.fraction())
    raise NoAnswer


def _says_nothing(status: int) -> bool:
    """Whoever stands before them may say 5xx or show elsewhere, whatever has become of the request."""
    return status in _LATER or status >= 500 or 300 <= status < 400
