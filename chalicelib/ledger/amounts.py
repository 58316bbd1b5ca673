"""What an entry moved: one figure, said in one place, so that whoever counts entries says the same. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from chalicelib.ledger import chart

_BONUS = "bon_"


def moved(postings: Mapping[str, int]) -> int:
    """In minor units, never negative: what went from one account to another; where nothing did, from one bucket of an
    account to another. A merchant's bonuses are its promise, and no money."""
    net: dict[str, int] = defaultdict(int)
    money = {address: part for address, part in postings.items() if not _is_promise(address)}
    for address, part in money.items():
        net[base(address)] += part
    return _received(net) or _received(money)


def base(address: str) -> str:
    """The account of a bucket: `wal_…:held` is the wallet's."""
    return address if chart.is_system(address) else address.partition(":")[0]


def _received(parts: Mapping[str, int]) -> int:
    return sum(part for part in parts.values() if part > 0)


def _is_promise(address: str) -> bool:
    return address.startswith(_BONUS) or chart.is_promise(address)
