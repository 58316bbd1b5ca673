"""The one pass around every view: read, guard, call, render, log. Everything per route is settled at registration."""

from __future__ import annotations

import traceback
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from chalicelib.api import guard, problems, strict_json
from chalicelib.api.model import Answer, Call, Route
from chalicelib.api.pagination import page_of
from chalicelib.api.request import JSON, Event, Request, request_of, target_of
from chalicelib.kernel import clock, origin
from chalicelib.kernel.errors import CofferError, InternalError
from chalicelib.kernel.idempotency import Receipt
from chalicelib.observability import logger

VERSION = "2026-11-22"
"""The version of the HTTP surface, a date."""

Answered = dict[str, Any]
Work = Callable[[Request], Answer | Receipt]

_EVERYWHERE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Request-Id, Coffer-Version, Retry-After, RateLimit, RateLimit-Policy, Idempotent-Replayed, Allow, Location"
    ),
    "Cache-Control": "no-store",
    "Coffer-Version": VERSION,
    "X-Content-Type-Options": "nosniff",
}


def served(route: Route) -> Callable[[Event], Answered]:
    """The function that answers API Gateway's events for `route`."""

    def work(request: Request) -> Answer | Receipt:
        return route.view(_call(route, request))

    def serve(event: Event) -> Answered:
        return respond(event, route.path, work)

    serve.__name__, serve.__doc__ = route.view.__name__, route.summary
    return serve


def respond(event: Event, template: str, work: Work) -> Answered:
    """What `work` answers, or the problem it raises, as API Gateway wants it; one log line."""
    request = request_of(event)
    try:
        with origin.of_request(request.source_address):
            answered = _rendered(work(request))
    except InternalError as error:
        answered = _refused(_unexpected(error, request, template), request)
    except CofferError as error:
        answered = _refused(error, request)
    except Exception as error:
        answered = _refused(_unexpected(error, request, template), request)
    answered["headers"]["Request-Id"] = request.request_id
    _log(request, template, answered["statusCode"])
    return answered


def _call(route: Route, request: Request) -> Call[Any]:
    """The checks, in the order in which they refuse: who, parameters, kind of body, key, body."""
    headers = request.headers
    authorization, source = headers.get("authorization"), request.source_address
    caller = guard.admitted(route, authorization, source, request.at) if route.callers else None
    subject = caller.subject if caller else ""
    query, raw, path = request.query(route.query), request.raw(), request.path()
    target = target_of(route.path, path)
    if route.body is not None:
        request.require_json()
    call: Call[Any] = Call(
        at=request.at,
        language=request.language,
        request_id=request.request_id,
        method=request.method,
        target=target,
        headers=headers,
        path=path,
        query=query,
        raw=raw,
        source_address=source,
        body=None,
        asked_by=caller,
    )
    if route.moves_money:
        call.request_key = guard.request_key(call, subject, replays=route.replays)
    if route.body is not None:
        call.body = strict_json.read(raw, route.body)
    if route.listing:
        call.window = page_of(query, subject, target)
    return call


def _rendered(answer: Answer | Receipt) -> Answered:
    if isinstance(answer, Receipt):
        kind = problems.MEDIA_TYPE if answer.status >= 400 else JSON
        replayed = {"Idempotent-Replayed": "true"} if answer.replayed else {}
        return _answered(answer.status, answer.body, {"Content-Type": kind, **replayed})
    body = answer.body
    if body is None:
        return _answered(answer.status, "", answer.headers)
    if isinstance(body, bytes):
        return _answered(answer.status, b64encode(body).decode(), answer.headers) | {"isBase64Encoded": True}
    if isinstance(body, str):
        return _answered(answer.status, body, answer.headers)
    return _answered(answer.status, msgspec.json.encode(body).decode(), {"Content-Type": JSON, **answer.headers})


def _refused(error: CofferError, request: Request) -> Answered:
    problem = problems.receipt(error, request.language, request.request_id)
    return _answered(problem.status, problem.body, problems.headers(error, request.language))


def _answered(status: int, body: str, headers: Mapping[str, str]) -> Answered:
    return {"statusCode": status, "headers": {**_EVERYWHERE, **headers}, "body": body, "isBase64Encoded": False}


def _unexpected(error: Exception, request: Request, template: str) -> CofferError:
    """Logged by kind and place only: a message may quote what somebody typed."""
    known = problems.recognised(error)
    facts = {
        "request_id": request.request_id,
        "path": template,
        "error": type(error).__name__,
        "where": [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
        ],
    }
    logger().error(known.code, extra=facts)
    return known


def _log(request: Request, template: str, status: int) -> None:
    took = clock.now() - request.at
    facts = {
        "request_id": request.request_id,
        "method": request.method,
        "path": template,
        "status": status,
        "milliseconds": round(took.total_seconds() * 1000, 1),
    }
    logger().info("request", extra=facts)
