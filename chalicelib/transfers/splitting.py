"""How a red packet is split: a secret seed decides every share once and for all, before anybody has opened it.

Equal: all the same, and what is left over goes to the first shares a minor unit each, in an order of chance.
Lucky: every way to cut the amount into so many parts of at least one is as likely as any other (uniform over
compositions). So all shares have the same distribution, whoever comes first; the mean is amount ÷ shares, and the
chance of more than three times the mean is about one in twenty.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Literal

Split = Literal["equal", "lucky"]
SEED_BYTES = 16


@lru_cache(maxsize=64)
def shares(split: Split, amount: int, count: int, seed: bytes) -> tuple[int, ...]:
    """`count` parts of `amount`, each at least 1, their sum exact. `amount` ≥ `count` ≥ 1."""
    if not 1 <= count <= amount:
        raise ValueError("every share is at least one minor unit")
    return _equal(amount, count, seed) if split == "equal" else _lucky(amount, count, seed)


def order(count: int, *whose: bytes) -> list[int]:
    """The places 0 … count − 1 in an order of chance: where somebody looks first for one that is free."""
    chance, places = _chance(b"order", *whose), list(range(count))
    for last in range(count - 1, 0, -1):
        other = _below(last + 1, chance)
        places[last], places[other] = places[other], places[last]
    return places


def _equal(amount: int, count: int, seed: bytes) -> tuple[int, ...]:
    each, left = divmod(amount, count)
    more = frozenset(order(count, seed)[:left])
    return tuple(each + (place in more) for place in range(count))


def _lucky(amount: int, count: int, seed: bytes) -> tuple[int, ...]:
    """The cuts are a uniform subset of the amount − 1 places between units (Floyd's sampling)."""
    chance, cuts = _chance(b"cuts", seed), set[int]()
    for highest in range(amount - count + 1, amount):
        cut = 1 + _below(highest, chance)
        cuts.add(highest if cut in cuts else cut)
    marks = [0, *sorted(cuts), amount]
    return tuple(after - before for before, after in pairwise(marks))


def _chance(*parts: bytes) -> Iterator[int]:
    """64 bits at a time, the same for the same parts."""
    secret = b"".join(len(part).to_bytes(2, "big") + part for part in (b"coffer.split.v1", *parts))
    block = 0
    while True:
        digest = hashlib.sha256(secret + block.to_bytes(4, "big")).digest()
        yield from (int.from_bytes(digest[start : start + 8], "big") for start in range(0, 32, 8))
        block += 1


def _below(most: int, chance: Iterator[int]) -> int:
    """0 … most − 1, none likelier than another."""
    fair = (1 << 64) - (1 << 64) % most
    return next(number for number in chance if number < fair) % most
