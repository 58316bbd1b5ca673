"""What the API says of itself: that it lives, and how to call it."""

from __future__ import annotations

import msgspec

from chalicelib.api import docs_page, openapi
from chalicelib.api.blueprint import Answer, Call, Room, routes
from chalicelib.kernel import clock, text
from chalicelib.settings import settings

room = Room("api", function="access")


class HealthView(msgspec.Struct, frozen=True):
    status: str
    stage: str
    at: str


@room.route("GET", "/health", answers={200: HealthView}, summary="Whether the API answers")
def health(call: Call[None]) -> Answer:
    return Answer(200, HealthView("ok", settings().stage, clock.written(call.at)))


@room.route(
    "GET",
    "/openapi.json",
    answers={200: None},
    query=("lang",),
    summary="This description, OpenAPI 3.1",
    media={"application/json": {"type": "object"}},
)
def described(call: Call[None]) -> Answer:
    document = openapi.document(routes(), settings().public_url, _language(call))
    return Answer(200, document.decode(), {"Content-Type": "application/json"})


@room.route(
    "GET",
    "/docs",
    answers={200: None},
    query=("lang",),
    summary="This description, for a reader",
    media={"text/html": {"type": "string"}},
)
def docs(call: Call[None]) -> Answer:
    page = docs_page.page(routes(), _language(call))
    return Answer(200, page, {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": docs_page.POLICY})


def _language(call: Call[None]) -> str:
    """A link's `lang` before the browser's Accept-Language."""
    chosen = call.query.get("lang")
    return chosen if chosen in text.LANGUAGES else call.language
