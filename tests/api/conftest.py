"""Callers for the tests of the API."""

from __future__ import annotations

import pytest

from chalicelib.api import blueprint, guard
from tests.api import probe as probes
from tests.api.caller import Caller
from tests.conftest import FrozenClock


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
