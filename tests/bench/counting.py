"""`make counters`: write units that the live counters cost, per event, in batches of 40.

Each mix is folded twice, with the counters and without: what it costs more is theirs, the receipts included of entries
that nobody would fold but to count them. By AWS's size rules (`measure/units.py`); fails at a unit per event.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

UNITS = 1.0
"""Per event in full batches: less than that is promised."""
BATCHES, EVENTS_A_SECOND = 25, (10, 100, 1_000)
_WALLET, _OTHER, _SHOP = "wal_1", "wal_2", "mac_1"
_KINDS: Mapping[str, tuple[str, str]] = {
    "payment": (_WALLET, "sys:settling:"),
    "authorisation": (_WALLET, _WALLET + ":held"),
    "capture": (_WALLET + ":held", "sys:settling:"),
    "void": (_WALLET + ":held", _WALLET),
    "refund": ("sys:settling:", _WALLET),
    "top-up": ("sys:clearing:wechatpay:", _WALLET),
    "top-up-reversal": (_WALLET, "sys:clearing:wechatpay:"),
    "settlement": ("sys:settling:", _SHOP),
    "payout": (_SHOP, "sys:clearing:sandbox:"),
    "withdrawal": (_WALLET, "sys:clearing:alipay:"),
    "transfer": (_WALLET, _OTHER),
    "transfer-scheduled": (_WALLET, "sys:escrow:"),
    "transfer-completed": ("sys:escrow:", _OTHER),
    "red-packet": (_WALLET, "sys:escrow:"),
    "red-packet-claim": ("sys:escrow:", _OTHER),
    "gift-card": (_WALLET, "sys:escrow:"),
    "card-purchase": (_WALLET, "sys:settling:"),
    "loan": ("cra_1", _WALLET),
    "repayment": (_WALLET, "cra_1"),
}
MIXES: Mapping[str, Sequence[str]] = {
    "payments": ["payment"],
    "payments, settlements, a top-up and a transfer": ["payment"] * 4 + ["settlement"] * 4 + ["top-up", "transfer"],
    "authorisations and captures": ["authorisation", "capture"],
    "transfers": ["transfer"],
    "every kind": list(_KINDS),
}


@dataclass(frozen=True, slots=True)
class Cost:
    """Write units per event: of the counters alone, and of all of the fold with them."""

    counters: float
    fold: float


def main() -> int:
    print(f"{'write units per event, of the counters (of all)':<50}{'events a second:':>16}", end="")
    print("".join(f"{rate:>16}" for rate in EVENTS_A_SECOND))
    beyond = 0
    for mix, kinds in MIXES.items():
        found = [cost(kinds, rate) for rate in EVENTS_A_SECOND]
        print(f"{mix:<66}" + "".join(f"{f'{one.counters:.2f} ({one.fold:.2f})':>16}" for one in found), flush=True)
        beyond += sum(one.counters >= UNITS for one in found)
    print(f"\n{beyond} of them at {UNITS:g} or beyond")
    return 1 if beyond else 0


def cost(kinds: Sequence[str], a_second: int, batches: int = BATCHES) -> Cost:
    from chalicelib.ledger import counts, folding

    many = folding.BATCH * batches
    whole = _units(kinds, many, a_second)
    counting, counts.is_counted = counts.is_counted, lambda entry: False
    try:
        without = _units(kinds, many, a_second)
    finally:
        counts.is_counted = counting
    return Cost((whole - without) / many, whole / many)


def _units(kinds: Sequence[str], many: int, a_second: int) -> float:
    """Of folding so many entries, one full batch after another, in a ledger that nothing was folded into."""
    from chalicelib.ledger import folding
    from tests.bench.measure import town

    with town.opened(town.InMemory()) as place, place.meter.open() as bill:
        found = _entries(kinds, many, a_second)
        for start in range(0, many, folding.BATCH):
            folding.fold(found[start : start + folding.BATCH])
    return bill.units.write


def _entries(kinds: Sequence[str], many: int, a_second: int) -> list[dict[str, Any]]:
    """The kinds in turn, of five digits, evenly over the time."""
    from chalicelib.kernel import clock, ids
    from tests.bench.measure.town import MORNING

    found = []
    for number in range(many):
        kind, name = kinds[number % len(kinds)], ids.derived("ent", str(number))
        at = clock.written(MORNING + timedelta(seconds=number / a_second))
        giver, taker = (one + "CNY" if one.endswith(":") else one for one in _KINDS[kind])
        told = {"id": name, "movement": name, "kind": kind, "currency": "CNY", "sk": at}
        found.append(told | {"postings": {giver: -(10_000 + number), taker: 10_000 + number}})
    return found


if __name__ == "__main__":
    sys.exit(main())
