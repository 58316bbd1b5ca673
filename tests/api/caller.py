"""A client that speaks to the API as API Gateway does: one REST proxy event in, one answer out, no network."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

ANY = "x-amazon-apigateway-any-method"
FALLBACK = "/{proxy+}"
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `headers` have lower-case names; `raw` is the body as sent."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)


class Caller:
    """Calls `app` (by default the whole of Coffer), each time with `headers` as well."""

    def __init__(self, app: Any = None, headers: Mapping[str, str] | None = None, source_ip: str = "203.0.113.7"):
        self._app = app or _whole_app()
        self._headers = dict(headers or {})
        self._source_ip = source_ip

    def with_headers(self, **headers: str) -> Caller:
        """The same caller with more headers; `idempotency_key="k"` stands for `Idempotency-Key: k`."""
        named = {name.replace("_", "-").title(): value for name, value in headers.items()}
        return Caller(self._app, {**self._headers, **named}, self._source_ip)

    def bearing(self, token: str) -> Caller:
        return self.with_headers(authorization=f"Bearer {token}")

    def get(self, path: str, **headers: str) -> Reply:
        return self.with_headers(**headers).request("GET", path)

    def delete(self, path: str, **headers: str) -> Reply:
        return self.with_headers(**headers).request("DELETE", path)

    def post(self, path: str, body: Any = None, **headers: str) -> Reply:
        """`body` is sent as JSON, or as it is if it is bytes; None sends none."""
        return self.with_headers(**headers).request("POST", path, body)

    def patch(self, path: str, body: Any = None, **headers: str) -> Reply:
        return self.with_headers(**headers).request("PATCH", path, body)

    def request(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Reply:
        """`headers` win over the caller's own; an empty value leaves one out."""
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json"} if raw is not None else {}
        sent.update({**self._headers, **(headers or {})})
        return self.send(self.event(method, path, raw, {name: value for name, value in sent.items() if value}))

    def send(self, event: dict[str, Any]) -> Reply:
        answer = self._app(event, None)
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        body = answer.get("body") or ""
        raw = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
        return Reply(answer["statusCode"], headers, raw)

    def event(self, method: str, path: str, raw: bytes | None, headers: Mapping[str, str]) -> dict[str, Any]:
        """The event of a REST API (payload 1.0) whose binary media types are `*/*`."""
        parts = urlsplit(path)
        resource, parameters = self._resource(method, parts.path)
        query = parse_qs(parts.query, keep_blank_values=True)
        return {
            "resource": resource,
            "path": unquote(parts.path),
            "httpMethod": method,
            "headers": dict(headers) or None,
            "multiValueHeaders": {name: [value] for name, value in headers.items()} or None,
            "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
            "multiValueQueryStringParameters": query or None,
            "pathParameters": parameters or None,
            "stageVariables": None,
            "requestContext": self._context(method, parts.path, resource),
            "body": None if raw is None else base64.b64encode(raw).decode(),
            "isBase64Encoded": raw is not None,
        }

    def _context(self, method: str, path: str, resource: str) -> dict[str, Any]:
        return {
            "accountId": "123456789012",
            "apiId": "test",
            "stage": "test",
            "requestId": f"00000000-0000-4000-8000-{next(_numbers):012d}",
            "httpMethod": method,
            "path": f"/test{path}",
            "resourcePath": resource,
            "protocol": "HTTP/1.1",
            "identity": {"sourceIp": self._source_ip, "userAgent": "tests"},
        }

    def _resource(self, method: str, path: str) -> tuple[str, dict[str, str]]:
        """API Gateway's choice: a literal segment before a parameter, and the fallback last."""
        segments = path.strip("/").split("/")
        for template in sorted(self._app.routes, key=lambda known: (known.count("{"), known)):
            parameters = _match(template.strip("/").split("/"), segments)
            methods = self._app.routes[template]
            if parameters is not None and (method in methods or ANY in methods):
                return template, parameters
        return FALLBACK, {"proxy": unquote(path.strip("/"))}


def assert_problem(reply: Reply, status: int, code: str, param: str | None = None) -> dict[str, Any]:
    """The body of `reply`, which is exactly that problem in the form every problem has."""
    body: dict[str, Any] = reply.json
    assert (reply.status, body["code"], body["status"], body.get("param")) == (status, code, status, param)
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["request-id"] == body["request_id"]
    assert {"type", "title", "doc_url"} <= body.keys()
    return body


def _match(template: list[str], segments: list[str]) -> dict[str, str] | None:
    if len(template) != len(segments) or template == ["{proxy+}"]:
        return None
    parameters = {}
    for expected, given in zip(template, segments, strict=True):
        if expected.startswith("{") and given:
            parameters[expected[1:-1]] = unquote(given)
        elif expected != given:
            return None
    return parameters


def _whole_app() -> Any:
    from app import app

    return app
