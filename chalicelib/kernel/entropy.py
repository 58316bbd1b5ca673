"""The only source of chance, replaceable so that a simulation repeats itself."""

from __future__ import annotations

import os
from collections.abc import Callable

Source = Callable[[int], bytes]
_source: Source = os.urandom


def use(source: Source) -> Source:
    """Draw from `source` from now on; returns the one it replaces."""
    global _source
    before, _source = _source, source
    return before


def token(length: int) -> bytes:
    return _source(length)


def below(limit: int) -> int:
    """A uniform integer in [0, limit)."""
    length = (limit.bit_length() + 7) // 8 + 1
    ceiling = (256**length // limit) * limit
    while (drawn := int.from_bytes(token(length), "big")) >= ceiling:
        continue
    return drawn % limit


def digits(count: int) -> str:
    return f"{below(10**count):0{count}d}"


def fraction() -> float:
    """A uniform number in [0, 1)."""
    return below(1 << 53) / (1 << 53)
