"""Money that comes to a wallet: debt is repaid first, and a closed wallet's credit waits in `unclaimed`."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.ledger import chart
from chalicelib.ledger.model import Change, Known


def credit(wallet: str, currency: str, amount: int, known: Known) -> tuple[Change, dict[str, int]]:
    """The change of the wallet's head and the postings it receives. A frozen wallet accepts credits."""
    head = known.get(wallet)
    if amount == 0:
        return Change(wallet, currency, settles=True), {}
    if head and head.status == "closed":
        return Change(wallet, currency, closed=True), {chart.unclaimed(currency): amount}
    owed = head.debt if head else 0
    repaid = min(owed, amount)
    change = Change(wallet, currency, available=amount - repaid, debt=-repaid, expected_debt=owed)
    return change, postings({wallet: amount - repaid, chart.debt(wallet): repaid})


def release(wallet: str, currency: str, held: int, freed: int, known: Known) -> tuple[Change, dict[str, int]]:
    """`held` is put aside no more, and `freed` of it comes back as any credit does."""
    change, credited = credit(wallet, currency, freed, known)
    return replace(change, held=-held), {chart.held(wallet): -held, **credited}


def postings(amounts: dict[str, int]) -> dict[str, int]:
    """Without the zeros."""
    return {address: amount for address, amount in amounts.items() if amount}
