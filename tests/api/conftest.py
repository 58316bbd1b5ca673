"""Callers for the tests of the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.api import blueprint, guard
from chalicelib.identity import passwords
from chalicelib.merchants import addresses
from chalicelib.processors import wire
from tests.api import probe as probes
from tests.api.caller import Caller
from tests.conftest import FrozenClock
from tests.people import CHEAP


@pytest.fixture(autouse=True)
def the_network_again() -> Iterator[None]:
    """Whatever bank a test has put in its place."""
    yield
    wire.use(wire.over_the_network)


@pytest.fixture(autouse=True)
def every_name_is_public() -> Iterator[None]:
    """Whatever a merchant's server is called, nobody looks it up."""
    before = addresses.use(lambda host, port: ["93.184.215.14"])
    yield
    addresses.use(before)


@pytest.fixture
def caller(cloud: None, clock: FrozenClock) -> Caller:
    """Nobody in particular, on an empty cloud, at a standing hour."""
    return Caller()


@pytest.fixture
def probe(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Caller:
    """Nobody in particular, before a small app with one route of every kind (`tests/api/probe.py`)."""
    own = [route for route in blueprint.routes() if route.room == "api"]
    monkeypatch.setattr(blueprint, "_registry", own)
    monkeypatch.setattr(guard, "_authenticators", {})
    probes.stand_guard()
    return Caller(probes.build())


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each run of Argon2, from here on."""
    found: list[str] = []

    class Counted:
        def __getattr__(self, name: str) -> Any:
            return getattr(CHEAP, name)

        def hash(self, *given: Any, **named: Any) -> str:
            found.append("hash")
            return CHEAP.hash(*given, **named)

        def verify(self, *given: Any) -> bool:
            found.append("verify")
            return CHEAP.verify(*given)

    monkeypatch.setattr(passwords, "hasher", Counted())
    return found
