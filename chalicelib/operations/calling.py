"""The API as anybody reaches it: over HTTP, at its public address, each call within what time is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
import urllib3

from chalicelib.kernel import clock
from chalicelib.kernel.errors import Maintenance

TRIES, PAUSE_SECONDS = 2, 1.0
MOST_SECONDS = 8.0
_LATER = frozenset({429, 502, 503, 504})
_IN_FLIGHT = "in-flight"


class Failed(Exception):
    """`reason`: what the answer was, instead of the one that was wanted."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Refused(Failed):
    """It was decided: under the same key the same answer comes again."""


class Resting(Exception):
    """Maintenance: nothing was begun, and nothing is wrong."""


@dataclass(frozen=True, slots=True)
class Answered:
    """`status` 0: no answer came."""

    status: int
    body: bytes = b""

    @property
    def json(self) -> dict[str, Any]:
        try:
            return msgspec.json.decode(self.body or b"{}", type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError):
            return {}

    @property
    def code(self) -> str:
        return str(self.json.get("code", "")) if self.status >= 400 else ""

    @property
    def is_final(self) -> bool:
        return self.status != 0 and self.status not in _LATER and self.code != _IN_FLIGHT

    @property
    def trouble(self) -> Failed:
        """What it is to whoever wanted another status."""
        if self.is_final and 400 <= self.status < 500:
            return Refused(f"{self.status} {self.code}".strip())
        return Failed(f"{self.status} {self.code}".strip() if self.status else "no answer")


Transport = Callable[[str, str, Mapping[str, str], bytes, float], Answered]
"""Method, address, headers, body, and how many seconds there are."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody at `url` until `until`: after that nothing is sent any more."""

    url: str
    until: datetime
    token: str = ""

    def bearing(self, token: str) -> Caller:
        return replace(self, token=token)

    def get(self, path: str) -> dict[str, Any]:
        return self.ask("GET", path, 200)

    def post(self, path: str, body: Mapping[str, Any], wanted: int = 201, *, key: str = "") -> dict[str, Any]:
        return self.ask("POST", path, wanted, body, key=key)

    def ask(
        self, method: str, path: str, wanted: int, body: Mapping[str, Any] | None = None, *, key: str = ""
    ) -> dict[str, Any]:
        """Once more with the same key where nobody knows or it says "later". Raises Failed, Resting."""
        answered = self._send(method, path, body, key)
        for _ in range(TRIES - 1):
            if answered.is_final or answered.code == Maintenance.code:
                break
            clock.pause(PAUSE_SECONDS)
            answered = self._send(method, path, body, key)
        if answered.code == Maintenance.code:
            raise Resting
        if answered.status != wanted:
            raise answered.trouble
        return answered.json

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None, key: str) -> Answered:
        left = (self.until - clock.now()).total_seconds()
        if left <= 0:
            raise Failed("out of time")
        headers = {"Content-Type": "application/json"} if body is not None else {}
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        sent = b"" if body is None else msgspec.json.encode(body)
        return _transport(method, self.url + path, headers, sent, min(left, MOST_SECONDS))


def over_the_network(method: str, url: str, headers: Mapping[str, str], body: bytes, seconds: float) -> Answered:
    timeout = urllib3.Timeout(total=seconds)
    try:
        answer = _pool().request(
            method, url, headers=dict(headers), body=body or None, redirect=False, retries=False, timeout=timeout
        )
    except urllib3.exceptions.HTTPError:
        return Answered(0)
    return Answered(answer.status, answer.data)


_transport: Transport = over_the_network


def use(transport: Transport) -> Transport:
    """Send through `transport` from now on; returns the one it replaces."""
    global _transport
    before, _transport = _transport, transport
    return before


@cache
def _pool() -> urllib3.PoolManager:
    return urllib3.PoolManager(maxsize=16)
