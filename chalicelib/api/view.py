"""The one pass around every view: read, guard, call, render, log. Everything per route is settled at registration."""

from __future__ import annotations

import traceback
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from chalicelib import cloud
from chalicelib.api import guard, misses, problems, shield, strict_json
from chalicelib.api.measuring import Measured
from chalicelib.api.model import Answer, Call, Route
from chalicelib.api.pagination import page_of
from chalicelib.api.request import JSON, Event, Request, request_of, target_of
from chalicelib.kernel import clock, origin, quotas
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
        call = _call(route, request)
        guard.begin(call.at)
        guard.require_open(route, call)
        return misses.watched(route, request, call) if route.begins else route.view(call)

    measured = Measured(f"{route.method} {route.path}", route.capability)

    def serve(event: Event) -> Answered:
        return respond(event, measured, work)

    serve.__name__, serve.__doc__ = route.view.__name__, route.summary
    return serve


def respond(event: Event, measured: Measured, work: Work) -> Answered:
    """What `work` answers, or the problem it raises, as API Gateway wants it; one log line."""
    request, before = request_of(event), cloud.calls()
    with origin.of_request(request.source_address), quotas.of_request() as known:
        answered = _answer(request, measured, work)
    headers = answered["headers"]
    headers |= {"Request-Id": request.request_id, **shield.headers(known, headers)}
    _log(request, measured, answered, cloud.calls() - before)
    return answered


def _answer(request: Request, measured: Measured, work: Work) -> Answered:
    try:
        return _rendered(work(request))
    except InternalError as error:
        return _refused(_unexpected(error, request, measured.route), request)
    except CofferError as error:
        return _refused(error, request)
    except Exception as error:
        return _refused(_unexpected(error, request, measured.route), request)


def _call(route: Route, request: Request) -> Call[Any]:
    """The checks, in the order in which they refuse: how often, who, parameters, kind of body, key, body."""
    headers = request.headers
    caller = shield.admitted(route, request)
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
        source_address=request.source_address,
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


def _unexpected(error: Exception, request: Request, route: str) -> CofferError:
    """Logged by kind and place only: a message may quote what somebody typed."""
    known = problems.recognised(error)
    facts = {
        "request_id": request.request_id,
        "Route": route,
        "error": type(error).__name__,
        "where": [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
        ],
    }
    logger().error(known.code, extra=facts)
    return known


def _log(request: Request, measured: Measured, answered: Answered, calls: int) -> None:
    at = clock.now()
    took = (at - request.at).total_seconds() * 1000
    known = {"request_id": request.request_id, "method": request.method}
    line = measured.line(answered, took, request.waited_milliseconds(at), calls)
    logger().info("request", extra=known | line)
