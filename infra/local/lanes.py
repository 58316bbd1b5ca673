"""A lane for each function that answers HTTP, as reserved concurrency gives one in the cloud: a flood fills its own.

In a lane so many requests are at work at a time, so that a burst does not start a Lambda process for each; some more
wait their turn, so that a phone that asks ten things at once gets ten answers. Whoever finds the lane full, or waits
too long, is told to come later, in the form in which API Gateway says it (`infra/template.yaml`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from infra.furniture import HTTP_FUNCTIONS, UNKNOWN_PATHS, live

AT_WORK = {"money": 6, "access": 3, "webhooks": 2, "office": 3, "analysis": 1}
"""Of two cores, and of one local AWS behind them all, most is the money's."""
WAITING = 32
PATIENCE_SECONDS = 10.0
"""As long as cold starts on a busy machine take; a lane that is warm is full long before."""
ANY = "x-amazon-apigateway-any-method"


class Full(Exception):
    """The lane has no room, or had none for too long; nothing of the request was begun."""


@dataclass(frozen=True)
class Lane:
    """Room for `at_work` requests and for some that wait."""

    at_work: threading.BoundedSemaphore
    room: threading.BoundedSemaphore
    patience: float

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Raises Full."""
        if not self.room.acquire(blocking=False):
            raise Full
        try:
            if not self.at_work.acquire(timeout=self.patience):
                raise Full
            try:
                yield
            finally:
                self.at_work.release()
        finally:
            self.room.release()


def lane(at_work: int, waiting: int = WAITING, patience: float = PATIENCE_SECONDS) -> Lane:
    return Lane(threading.BoundedSemaphore(at_work), threading.BoundedSemaphore(at_work + waiting), patience)


class Lanes:
    """By function; and which of them answers a request, as the template's paths say."""

    def __init__(self, lanes: Mapping[str, Lane], paths: Mapping[str, Mapping[str, Any]] | None = None):
        self._lanes = lanes
        self._paths = [(_segments(path), methods) for path, methods in sorted((paths or {}).items(), key=_vagueness)]

    def of(self, method: str, path: str) -> Lane:
        """`path`: as it was written, without its query."""
        return self._lanes[self.function(method, path)]

    def function(self, method: str, path: str) -> str:
        asked = path.strip("/").split("/")
        methods = next((methods for known, methods in self._paths if _fits(known, asked)), {})
        return _named(methods.get(method.lower()) or methods.get(ANY))


def one(at_work: int) -> Lanes:
    """A single lane for everything, where nobody says what answers what."""
    shared = lane(at_work, waiting=1_000, patience=60)
    return Lanes(dict.fromkeys(HTTP_FUNCTIONS, shared))


def of(template: Mapping[str, Any]) -> Lanes:
    """As a packaged template points its paths at functions."""
    paths = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    return Lanes({name: lane(at_work) for name, at_work in AT_WORK.items()}, paths)


def _named(operation: Mapping[str, Any] | None) -> str:
    uri = str(operation["x-amazon-apigateway-integration"]["uri"]) if operation else ""
    return next((name for name, logical in HTTP_FUNCTIONS.items() if f"${{{live(logical)}}}" in uri), UNKNOWN_PATHS)


def _segments(path: str) -> list[str]:
    return path.strip("/").split("/")


def _vagueness(known: tuple[str, Any]) -> tuple[int, str]:
    return known[0].count("{"), known[0]


def _fits(known: list[str], asked: list[str]) -> bool:
    """`/{proxy+}` fits nothing: what no path takes is unknown."""
    return (
        known != ["{proxy+}"]
        and len(known) == len(asked)
        and all(part == given or (part.startswith("{") and given) for part, given in zip(known, asked, strict=True))
    )
