"""Callers for the tests of the API."""

from __future__ import annotations

import pytest

from tests.api.caller import Caller
from tests.conftest import FrozenClock


@pytest.fixture
def caller(cloud: None, clock: FrozenClock) -> Caller:
    """Nobody in particular, on an empty cloud, at a standing hour."""
    return Caller()
