"""A client of the public API as an app would be: one kept connection, a key per intention, the same key again when
no answer came. Loopback only: it is for the seed, the demo and the tests of the local cloud."""

from __future__ import annotations

import http.client
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")
TIMEOUT_SECONDS = 30.0
LADDER_SECONDS = (0.3, 0.6, 1.2, 2.0, 3.0, 5.0)
"""Between the tries of `insist`."""
LATER = frozenset({429, 502, 503, 504})
_source = {"address": ""}


def call_from(address: str) -> None:
    """Another address of this machine's for the callers of this process from now on: limits count each on its own."""
    _source["address"] = address


class NoAnswer(Exception):
    """The connection ended without an answer: nobody knows yet whether it happened."""


class Unexpected(Exception):
    """An answer other than the one asked for; its text says what was asked and what came."""


@dataclass(frozen=True)
class Answer:
    """`headers` have lower-case names; `raw` is the body as it came."""

    request: str
    status: int
    headers: Mapping[str, str]
    raw: bytes
    seconds: float

    @cached_property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def code(self) -> str:
        """Of a problem (RFC 9457), else empty."""
        return str(self.json.get("code", "")) if self.status >= 400 and self._is_json else ""

    @property
    def replayed(self) -> bool:
        return self.headers.get("idempotent-replayed") == "true"

    @property
    def is_final(self) -> bool:
        """Whether asking again with the same key could bring nothing new."""
        return self.status not in LATER and self.code != "in-flight"

    def expect(self, status: int, code: str = "") -> Any:
        """The parsed body. Raises Unexpected unless the answer has this status and, of a problem, this code."""
        if self.status != status or (code and self.code != code):
            wanted = f"{status} {code}".strip()
            text = self.raw[:500].decode(errors="replace")
            raise Unexpected(f"{self.request}: expected {wanted}, got {self.status} {text}")
        return self.json if self.raw else None

    @property
    def _is_json(self) -> bool:
        return "json" in self.headers.get("content-type", "")


class Client:
    """One caller on one connection; not for several threads at once. `token` is an access token or an API key."""

    def __init__(self, url: str, token: str = "", language: str = "en"):
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname not in LOOPBACK:
            raise ValueError(f"{url} is not on this machine")
        self.url = url.rstrip("/")
        source = (_source["address"], 0) if _source["address"] else None
        self._connection = http.client.HTTPConnection(
            parts.hostname, parts.port or 80, timeout=TIMEOUT_SECONDS, source_address=source
        )
        self._token, self._language = token, language
        self._headers = {"Accept-Language": language} | ({"Authorization": f"Bearer {token}"} if token else {})

    def bearing(self, token: str) -> Client:
        """Another caller, on a connection of their own."""
        return Client(self.url, token, self._language)

    def twin(self) -> Client:
        """The same caller on another connection."""
        return self.bearing(self._token)

    def get(self, path: str) -> Answer:
        return self.send("GET", path)

    def post(self, path: str, body: Any = None, *, key: str = "", headers: Mapping[str, str] | None = None) -> Answer:
        return self.send("POST", path, body, key=key, headers=headers)

    def insist(self, path: str, body: Any, *, key: str = "") -> Answer:
        """POST, again with the same key while there is no answer or it says "later". Raises NoAnswer in the end."""
        key = key or new_key()
        for seconds in LADDER_SECONDS:
            try:
                answer = self.post(path, body, key=key)
            except NoAnswer:
                time.sleep(seconds)
                continue
            if answer.is_final:
                return answer
            time.sleep(seconds)
        return self.post(path, body, key=key)

    def send(
        self, method: str, path: str, body: Any = None, *, key: str = "", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """`body`: bytes as they are, anything else as JSON. Raises NoAnswer."""
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body, ensure_ascii=False).encode()
        sent = dict(self._headers)
        if raw is not None:
            sent["Content-Type"] = "application/json"
        if key:
            sent["Idempotency-Key"] = key
        began = time.monotonic()
        status, received, answer = self._exchange(method, path, raw, sent | dict(headers or {}))
        return Answer(f"{method} {path}", status, received, answer, time.monotonic() - began)

    def close(self) -> None:
        self._connection.close()

    def _exchange(
        self, method: str, path: str, raw: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        try:
            self._connection.request(method, path, raw, dict(headers))
            answer = self._connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as problem:
            self._connection.close()
            raise NoAnswer(f"{method} {path}: {problem!r}") from problem
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def new_key() -> str:
    return str(uuid.uuid4())
