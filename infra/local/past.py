"""The API as it would have answered some days ago: in this process, on the functions' own tables, with an older clock.

For the seed alone: whoever opens the app finds weeks behind them. It runs in the environment of the functions.
"""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from chalicelib.kernel import clock
from infra.local import visits
from infra.local.client import Client

_numbers = itertools.count(1)


class Past(Client):
    """`behind`: how long ago it is for whoever asks."""

    def __init__(self, url: str, token: str = "", language: str = "en", behind: timedelta = timedelta(0)):
        super().__init__(url, token, language)
        self._behind = behind

    def bearing(self, token: str) -> Past:
        return Past(self.url, token, self._language, self._behind)

    def ago(self, behind: timedelta) -> Past:
        """The same caller at another time."""
        return Past(self.url, self._token, self._language, behind)

    @property
    def now(self) -> datetime:
        return clock.now() - self._behind

    def _exchange(
        self, method: str, path: str, raw: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        if path.startswith("/_local/"):
            status, told = visits.answer(method, path, raw or b"")
            return status, {"content-type": "application/json"}, json.dumps(told).encode()
        with older(self._behind):
            return _answered(method, path, raw, headers)


class _Older:
    def __init__(self, behind: timedelta, true: clock.Clock):
        self._behind, self._true = behind, true

    def now(self) -> datetime:
        return self._true.now() - self._behind

    def pause(self, seconds: float) -> None:
        self._true.pause(seconds)


@contextmanager
def older(behind: timedelta) -> Iterator[None]:
    before = clock.use(clock.SystemClock())
    clock.use(_Older(behind, before))
    try:
        yield
    finally:
        clock.use(before)


def _answered(
    method: str, path: str, raw: bytes | None, headers: Mapping[str, str]
) -> tuple[int, dict[str, str], bytes]:
    """As API Gateway calls a function (REST proxy, payload 1.0)."""
    from app import app

    answer = app(_event(app.routes, method, path, raw, headers), None)
    body = answer.get("body") or ""
    content = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    return answer["statusCode"], {name.lower(): value for name, value in answer["headers"].items()}, content


def _event(
    routes: Mapping[str, Any], method: str, path: str, raw: bytes | None, headers: Mapping[str, str]
) -> dict[str, Any]:
    parts = urlsplit(path)
    resource, parameters = _resource(routes, parts.path)
    return {
        "resource": resource,
        "path": unquote(parts.path),
        "httpMethod": method,
        "headers": dict(headers),
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "multiValueQueryStringParameters": parse_qs(parts.query) or None,
        "pathParameters": parameters or None,
        "body": None if raw is None else base64.b64encode(raw).decode(),
        "isBase64Encoded": raw is not None,
        "requestContext": {
            "requestId": f"00000000-0000-4000-8000-{next(_numbers):012d}",
            "httpMethod": method,
            "resourcePath": resource,
            "identity": {"sourceIp": "127.0.0.1"},
        },
    }


def _resource(routes: Mapping[str, Any], path: str) -> tuple[str, dict[str, str]]:
    """The route's template, literal segments before parameters."""
    given = path.strip("/").split("/")
    for template in sorted(routes, key=lambda known: (known.count("{"), known)):
        wanted = template.strip("/").split("/")
        pairs = list(zip(wanted, given, strict=False))
        if len(wanted) == len(given) and all(want == got or want.startswith("{") for want, got in pairs):
            return template, {want[1:-1]: unquote(got) for want, got in pairs if want.startswith("{")}
    raise LookupError(path)
