"""What AWS asks, from one dated file (`prices.json`). No free tier, no discount, no tax."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import msgspec

FILE = Path(__file__).with_name("prices.json")


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    dollars: float
    per: int
    of: str
    source: str


class Prices(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    as_of: date
    """When they were written down; they change."""
    region: str
    prices: dict[str, Price]

    def dollars(self, name: str, count: float) -> float:
        """Of so many; KeyError if nobody wrote down what they cost."""
        price = self.prices[name]
        return count * price.dollars / price.per


@cache
def published() -> Prices:
    return msgspec.json.decode(FILE.read_bytes(), type=Prices)
