"""Callers for the tests of the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.api import blueprint, guard
from chalicelib.identity import passwords
from chalicelib.ledger import allowance, audit
from chalicelib.ledger import service as ledger
from chalicelib.merchants import addresses
from chalicelib.processors import wire
from tests.api import probe as probes
from tests.api.caller import Caller
from tests.api.withdrawal_kit import Bank
from tests.api.world import World, cheap_passwords
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
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    """It is Sunday; banks close at 16:00 in their own time, which is 08:00 UTC."""
    cheap_passwords(monkeypatch)
    return World(clock)


@pytest.fixture
def bank(world: World) -> Iterator[Bank]:
    """After every test the books balance, and refunds may draw what the shop's head and its floor allow."""
    made = Bank()
    before = wire.use(made.transport)
    yield made
    wire.use(before)
    world.deliver()
    books = audit.trial_balance()
    assert books.balanced, books
    head = ledger.head(world.shop.account)
    assert allowance.left(world.shop.account) == head.available - head.floor


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
