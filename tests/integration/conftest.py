"""Tables are moto's here: the product's expressions are read by somebody who did not write them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from tests.conftest import empty_cloud


@pytest.fixture
def cloud() -> Iterator[None]:
    with empty_cloud(nullcontext):
        yield
