"""Coffer as a Chalice application whose every answer, the unwelcome ones too, has one form.

Chalice declares and packages the routes; it does not dispatch them. Its own dispatcher would answer an unknown
method, a media type or a binary body in a form of its own, and would turn errors into 500s before anything of ours
sees them. Dispatching is one look-up, so HTTP middleware of Chalice is not run: `view.respond` is the one pass.

API Gateway must hand us everything: `/{proxy+}` takes unknown paths, and every known path takes any other method
(`x-amazon-apigateway-any-method`, for 405 and for CORS preflights; where that is not understood, the request falls
through to `/{proxy+}`). With `*/*` as binary media type, bodies arrive in base64, byte for byte.
"""

from __future__ import annotations

from typing import Any

from chalice.app import Chalice, RouteEntry

from chalicelib.api import shield, view
from chalicelib.api.measuring import Measured
from chalicelib.api.model import Answer
from chalicelib.api.request import Event, Request
from chalicelib.kernel.errors import MethodNotAllowed, NotFound
from chalicelib.observability import begun

ANY = "x-amazon-apigateway-any-method"
FALLBACK = "/{proxy+}"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
UNMATCHED = "unmatched"
_ALLOWED_HEADERS = "Accept-Language, Authorization, Coffer-Version, Content-Type, Idempotency-Key, Idempotency-Replay"


class Coffer(Chalice):
    def __init__(self, app_name: str):
        super().__init__(app_name, configure_logs=False)
        self.api.binary_types = ["*/*"]
        self.route(FALLBACK, methods=METHODS)(self._unmatched())
        begun()

    def __call__(self, event: Event, context: Any) -> dict[str, Any]:
        entry = self.routes.get(event["requestContext"]["resourcePath"], {}).get(event["httpMethod"])
        answered: dict[str, Any] = (entry or self.routes[FALLBACK]["GET"]).view_function(event)
        return answered

    def _register_route(self, name: str, user_handler: Any, kwargs: Any, **unused: Any) -> None:
        super()._register_route(name, user_handler, kwargs, **unused)
        path = kwargs["path"]
        if path != FALLBACK:
            self.routes[path].setdefault(ANY, RouteEntry(self._unmatched(), UNMATCHED, path, ANY))

    def _unmatched(self) -> Any:
        measured = Measured(UNMATCHED)

        def unmatched(event: Event) -> view.Answered:
            """Anything that no route takes."""
            return view.respond(event, measured, self._refuse)

        return unmatched

    def _refuse(self, request: Request) -> Answer:
        """A CORS preflight of a known path; otherwise NotFound, or MethodNotAllowed with what is allowed.

        TooManyRequests before that, where one address asks for such without end.
        """
        shield.stranger(request)
        methods = self._methods_of(request.event["path"])
        if not methods:
            raise NotFound
        allowed = ", ".join([*methods, "OPTIONS"])
        if request.method != "OPTIONS":
            raise MethodNotAllowed(allowed=allowed)
        return Answer(204, headers=_preflight(allowed))

    def _methods_of(self, path: str) -> list[str]:
        segments = path.strip("/").split("/")
        known = [path for path in self.routes if _fits(path.strip("/").split("/"), segments)]
        chosen = self.routes[min(known, key=_vagueness)] if known else {}
        return [method for method in chosen if method != ANY]


def _preflight(allowed: str) -> dict[str, str]:
    return {
        "Allow": allowed,
        "Access-Control-Allow-Methods": allowed,
        "Access-Control-Allow-Headers": _ALLOWED_HEADERS,
        "Access-Control-Max-Age": "86400",
    }


def _vagueness(template: str) -> int:
    return template.count("{")


def _fits(template: list[str], segments: list[str]) -> bool:
    return (
        template != ["{proxy+}"]
        and len(template) == len(segments)
        and all(
            expected == given or (expected.startswith("{") and given != "")
            for expected, given in zip(template, segments, strict=True)
        )
    )
