"""The description of the API (OpenAPI 3.1), made of the same declarations and models that serve it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import msgspec

from chalicelib.api.model import Route
from chalicelib.api.pagination import DEFAULT_LIMIT, MAX_LIMIT, PARAMETERS
from chalicelib.api.problems import MEDIA_TYPE, STATUS, doc_url
from chalicelib.api.request import JSON
from chalicelib.api.view import VERSION
from chalicelib.kernel import errors, text
from chalicelib.kernel.callers import Customer, Merchant, Operator
from chalicelib.kernel.errors import CofferError

Schema = dict[str, Any]

_SCHEMES = {Customer: "customer", Merchant: "merchant", Operator: "operator"}
_ABOUT = {
    "customer": "An access token of `POST /v1/sessions`, ten minutes long.",
    "merchant": "An API key that begins with `mk_`.",
    "operator": "An access token of an operator's session.",
}
_REFUSALS = tuple(kind for kind in errors.every_error() if issubclass(kind, errors.Refusal))
_TEXT: Schema = {"type": "string"}


@cache
def document(routes: tuple[Route, ...], public_url: str, language: str) -> bytes:
    """The whole description, as JSON; its sentences in `language`."""
    refs, components = models(routes)
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for route in routes:
        paths[route.path][route.method.lower()] = _operation(route, refs, language)
    description: Schema = {
        "openapi": "3.1.0",
        "info": {"title": "Coffer", "version": VERSION, "description": text.sentence("api.about", language)},
        "servers": [{"url": public_url}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in routes)],
        "paths": paths,
        "components": _components(components, language),
    }
    return msgspec.json.encode(description)


def models(routes: Sequence[Route]) -> tuple[dict[type, Schema], dict[str, Schema]]:
    """Per model its reference, and per name its schema."""
    found = {route.body for route in routes} | {model for route in routes for model in route.answers.values()}
    kinds = sorted((kind for kind in found if kind is not None), key=lambda kind: (kind.__module__, kind.__qualname__))
    refs, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    return dict(zip(kinds, refs, strict=True)), components


def errors_of(route: Route) -> dict[int, list[type[CofferError]]]:
    """What can be refused, by status, as far as the route's form tells, and what it declares beyond."""
    by_status: dict[int, list[type[CofferError]]] = defaultdict(list)
    for kind in dict.fromkeys((*_implied(route), *route.errors, errors.InternalError, errors.Unavailable)):
        by_status[STATUS[kind]].append(kind)
    return dict(sorted(by_status.items()))


def _implied(route: Route) -> list[type[CofferError]]:
    kinds: list[type[CofferError]] = [errors.InvalidRequest, errors.TooManyRequests]
    if route.callers:
        kinds += [errors.InvalidToken, errors.Forbidden]
    if "{" in route.path or route.listing:
        kinds += [errors.NotFound]
    if route.listing:
        kinds += [errors.InvalidCursor]
    if route.method in ("POST", "PUT", "PATCH"):
        kinds += [errors.PayloadTooLarge]
    if route.body:
        kinds += [errors.MalformedJson, errors.UnsupportedMediaType, errors.AmountOutOfRange]
    if route.moves_money:
        kinds += [errors.IdempotencyKeyInvalid, errors.IdempotencyKeyReused, *_REFUSALS]
    return kinds


def summary(route: Route, language: str) -> str:
    """What the route does; English where nobody has said it otherwise."""
    key = f"api.summaries.{route.summary}"
    return text.unfilled(key, language) if text.has(key) else route.summary


def _operation(route: Route, refs: dict[type, Schema], language: str) -> Schema:
    operation: Schema = {
        "operationId": f"{route.room}_{route.view.__name__}",
        "tags": [route.tag],
        "summary": summary(route, language),
        "parameters": list(_parameters(route)),
        "security": [{_SCHEMES[kind]: []} for kind in sorted(route.callers, key=lambda kind: kind.__name__)],
        "responses": {str(status): response for status, response in _responses(route, refs, language).items()},
    }
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": refs[route.body]}}}
    return operation


def _parameters(route: Route) -> Iterable[Schema]:
    for name in re.findall(r"{(\w+)}", route.path):
        yield {"name": name, "in": "path", "required": True, "schema": _TEXT, **route.parameters.get(name, {})}
    for name in sorted(route.query - PARAMETERS):
        yield {"name": name, "in": "query", "schema": _TEXT, **route.parameters.get(name, {})}
    if route.listing:
        yield from ({"$ref": f"#/components/parameters/{name}"} for name in ("limit", "cursor"))
    if route.moves_money:
        yield {"$ref": "#/components/parameters/idempotency-key"}
    if route.replays:
        yield {"$ref": "#/components/parameters/idempotency-replay"}
    yield {"$ref": "#/components/parameters/accept-language"}


def _responses(route: Route, refs: dict[type, Schema], language: str) -> dict[int, Schema]:
    responses, done = {}, summary(route, language)
    for status, model in sorted(route.answers.items()):
        responses[status] = _response(done, JSON, _success(route, refs[model]) if model else None)
        for media_type, schema in route.media.items():
            responses[status].setdefault("content", {})[media_type] = {"schema": schema}
        if route.moves_money:
            responses[status]["headers"]["Idempotent-Replayed"] = {"$ref": "#/components/headers/Idempotent-Replayed"}
    for status, kinds in errors_of(route).items():
        responses.setdefault(status, _problem(status, kinds, language))
    return responses


def _success(route: Route, item: Schema) -> Schema:
    if not route.listing:
        return item
    return {
        "type": "object",
        "required": ["data", "has_more", "next_cursor"],
        "properties": {
            "data": {"type": "array", "items": item},
            "has_more": {"type": "boolean"},
            "next_cursor": {"type": ["string", "null"]},
        },
    }


def _problem(status: int, kinds: list[type[CofferError]], language: str) -> Schema:
    codes = sorted(kind.code for kind in kinds)
    schema = {"$ref": "#/components/schemas/Problem", "properties": {"code": {"enum": codes}}}
    response = _response(", ".join(f"`{code}`" for code in codes), MEDIA_TYPE, schema)
    response["content"][MEDIA_TYPE]["example"] = _example(kinds[0], status, language)
    for header, statuses in _OF_REFUSALS.items():
        if status in statuses:
            response["headers"][header] = {"$ref": f"#/components/headers/{header}"}
    return response


def _example(kind: type[CofferError], status: int, language: str) -> Schema:
    title = text.unfilled(f"errors.{kind.code}.title", language)
    request_id = "3f0c9f3e-5d2b-4c55-9f6e-0a4f6d1c2b7a"
    said = {"title": title, "status": status, "code": kind.code, "request_id": request_id}
    return {"type": f"urn:coffer:error:{kind.code}", **said, "doc_url": doc_url(kind.code)}


def _response(description: str, media_type: str, schema: Schema | None) -> Schema:
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in _EVERYWHERE}
    response: Schema = {"description": description, "headers": headers}
    if schema is not None:
        response["content"] = {media_type: {"schema": schema}}
    return response


def _components(schemas: dict[str, Schema], language: str) -> Schema:
    spoken = {"accept-language": _PARAMETERS["accept-language"] | {"example": language}}
    return {
        "schemas": {**schemas, "Problem": _PROBLEM},
        "parameters": _PARAMETERS | spoken,
        "headers": {name: {"description": said, "schema": _TEXT} for name, said in _HEADERS.items()},
        "securitySchemes": {
            name: {"type": "http", "scheme": "bearer", "description": said} for name, said in _ABOUT.items()
        },
    }


_PROBLEM: Schema = {
    "type": "object",
    "description": "RFC 9457. `code` is stable; `title` and `detail` are in the language asked for.",
    "required": ["type", "title", "status", "code", "request_id", "doc_url"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": _TEXT,
        "detail": _TEXT,
        "status": {"type": "integer"},
        "code": {"enum": sorted(kind.code for kind in STATUS)},
        "param": {"type": "string", "description": "The field, parameter or header at fault, a dotted path."},
        "request_id": _TEXT,
        "doc_url": {"type": "string", "format": "uri"},
        "lifts": {
            "type": "object",
            "description": "Of a limit: the lowest tier that would let it through, what is to be handed in for it, "
            "by how much limits grow, in minor units; the one that refused is always among them.",
            "required": ["tier", "needs", "more"],
            "properties": {
                "tier": {"type": "integer"},
                "needs": {"type": "array", "items": _TEXT},
                "more": {"type": "object", "additionalProperties": {"type": "integer"}},
            },
        },
    },
}

_PARAMETERS: Schema = {
    "limit": {
        "name": "limit",
        "in": "query",
        "schema": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    },
    "cursor": {
        "name": "cursor",
        "in": "query",
        "description": "`next_cursor` of the page before, with the same filters.",
        "schema": _TEXT,
    },
    "idempotency-key": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "One key per intention: the same request with it has one effect and one answer, however often.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$"},
        "example": "9d5b6a0e-order-1042",
    },
    "idempotency-replay": {
        "name": "Idempotency-Replay",
        "in": "header",
        "description": "`only`: tell what this very request was answered before, and do nothing; 404 if nothing.",
        "schema": {"enum": ["only"]},
    },
    "accept-language": {
        "name": "Accept-Language",
        "in": "header",
        "description": "`en` or `zh`, for every sentence a person reads.",
        "schema": {"type": "string", "default": "en"},
    },
}

_EVERYWHERE = ("Request-Id", "Coffer-Version", "RateLimit", "RateLimit-Policy")
_OF_REFUSALS: dict[str, tuple[int, ...]] = {
    "Retry-After": (429, 503),
    "WWW-Authenticate": (401,),
}

_HEADERS = {
    "Request-Id": "Names this request in our logs.",
    "Coffer-Version": "The version of this API, a date.",
    "Idempotent-Replayed": "`true` if this is the stored answer of an earlier delivery.",
    "Retry-After": "Seconds to wait before asking again.",
    "RateLimit": "Of each limit how many requests are left (r), and the seconds until there are more (t); a full one "
    "stands first. Retry-After wins.",
    "RateLimit-Policy": "How many requests (q) each limit lets through in a window of how many seconds (w).",
    "WWW-Authenticate": "What the credentials lacked (RFC 6750).",
}
