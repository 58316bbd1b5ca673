"""Who asks in the load test: many connections at once, each request at its moment, whatever became of the one before.

An open loop, as people are: a server that is slow is not asked less.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 30.0
NO_ANSWER = 0
LATER = (429, 503)


@dataclass(frozen=True, slots=True)
class Ask:
    """One request; `source`: the loopback address that it comes from."""

    kind: str
    method: str
    path: str
    source: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of it. `sound`: it says when to come again, in the form of a problem, where it says "later"."""

    kind: str
    at: float
    seconds: float
    status: int
    code: str = ""
    sound: bool = True

    @property
    def shed(self) -> bool:
        return self.status in LATER


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


async def send(url: str, ask: Ask) -> Reply:
    """On a connection of its own. Raises OSError, TimeoutError, ValueError if no whole answer came."""
    parts = urlsplit(url)
    async with asyncio.timeout(TIMEOUT_SECONDS):
        reader, writer = await _connected(parts.hostname or "", parts.port or 80, ask.source)
        try:
            writer.write(_written(ask, parts.netloc))
            return await _read(reader)
        finally:
            writer.close()


async def seen(url: str, ask: Ask, began: float, keep: Callable[[Ask, Reply], None]) -> Seen:
    """`began`: the moment of the phase's first request; `keep` is shown every answer."""
    at = time.monotonic()
    try:
        reply = await send(url, ask)
    except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
        return Seen(ask.kind, at - began, time.monotonic() - at, NO_ANSWER)
    keep(ask, reply)
    took = time.monotonic() - at
    problem = _problem(reply)
    later = reply.status in LATER
    sound = not later or (reply.headers.get("retry-after", "").isdecimal() and bool(problem.get("code")))
    return Seen(ask.kind, at - began, took, reply.status, str(problem.get("code", "")), sound)


async def at_their_moments(
    asks: Iterable[tuple[float, Ask]], run: Callable[[Ask, float], Awaitable[Seen]]
) -> list[Seen]:
    """Each so many seconds after the beginning, late only as far as this machine is."""
    began, running = time.monotonic(), list[asyncio.Task[Seen]]()
    for moment, ask in asks:
        if (early := began + moment - time.monotonic()) > 0:
            await asyncio.sleep(early)
        running.append(asyncio.ensure_future(run(ask, began)))
    return list(await asyncio.gather(*running))


def moments(rate: float, seconds: float, chance: random.Random) -> list[float]:
    """So many a second, each anywhere in its own slot."""
    count = int(rate * seconds)
    return [(number + chance.random()) / rate for number in range(count)]


def told(found: Iterable[Seen]) -> list[dict[str, Any]]:
    return [asdict(one) for one in found]


async def _connected(host: str, port: int, source: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        return await asyncio.open_connection(host, port, local_addr=(source, 0))
    except OSError as refused:
        if isinstance(refused, ConnectionError):
            raise
        return await asyncio.open_connection(host, port)  # where 127.0.0.1 is the only address of the loopback


def _written(ask: Ask, host: str) -> bytes:
    fields = {"Host": host, "Connection": "close", "Content-Length": str(len(ask.body)), **ask.headers}
    if ask.body:
        fields.setdefault("Content-Type", "application/json")
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{ask.method} {ask.path} HTTP/1.1\r\n{head}\r\n".encode() + ask.body


async def _read(reader: asyncio.StreamReader) -> Reply:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Reply(int(head[0].split(" ")[1]), headers, body)


def _problem(reply: Reply) -> Mapping[str, Any]:
    if "problem+json" not in reply.headers.get("content-type", ""):
        return {}
    found = json.loads(reply.body)
    return found if isinstance(found, dict) else {}
